/** Where calls of a service may go; names are of the whole mesh. */
export interface MeshCluster {
  readonly name: string;
  readonly ports: readonly number[];
  /** Its share of the calls, where a service has several clusters. */
  readonly weight?: number;
  readonly mtls?: MeshTls;
}

/** That both sides show certificates. */
export interface MeshTls {
  /** A name that the server's certificate has to carry. */
  readonly serverName: string;
  /** The providers of certificates are named in deprecated fields alone, as by istiod before istio/istio#58257. */
  readonly deprecated?: boolean;
}

const filters = 'type.googleapis.com/envoy.extensions.filters';
const fromControlPlane = { ads: {} };

/** Everything that a control plane knows, by type and name: listener → route → cluster → endpoints. */
export function meshResources(
  services: ReadonlyMap<string, readonly MeshCluster[]>,
): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const clusters = [...services.values()].flat();
  const byName = (all: readonly (readonly [string, object])[]) => Object.fromEntries(all);
  return {
    'type.googleapis.com/envoy.config.listener.v3.Listener': byName(
      [...services.keys()].map((service) => [service, listenerOf(service)]),
    ),
    'type.googleapis.com/envoy.config.route.v3.RouteConfiguration': byName(
      [...services].map(([service, own]) => [service, routeOf(service, own)]),
    ),
    'type.googleapis.com/envoy.config.cluster.v3.Cluster': byName(
      clusters.map((cluster) => [cluster.name, clusterOf(cluster)]),
    ),
    'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment': byName(
      clusters.map((cluster) => [cluster.name, endpointsOf(cluster)]),
    ),
  };
}

function listenerOf(service: string): object {
  return {
    name: service,
    api_listener: {
      api_listener: {
        '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
        rds: { config_source: fromControlPlane, route_config_name: service },
        http_filters: [{ name: 'router', typed_config: { '@type': `${filters}.http.router.v3.Router` } }],
      },
    },
  };
}

function routeOf(service: string, clusters: readonly MeshCluster[]): object {
  const weighted = clusters.map(({ name, weight = 1 }) => ({ name, weight: { value: weight } }));
  const route = { weighted_clusters: { clusters: weighted } };
  return {
    name: service,
    virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '' }, route }] }],
  };
}

function clusterOf({ name, mtls }: MeshCluster): object {
  return {
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: fromControlPlane, service_name: name },
    lb_policy: 'ROUND_ROBIN',
    ...(mtls && {
      transport_socket: {
        name: 'envoy.transport_sockets.tls',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
          common_tls_context: tlsContextOf(mtls),
        },
      },
    }),
  };
}

function tlsContextOf({ serverName, deprecated = false }: MeshTls): object {
  const identity = { instance_name: 'default', certificate_name: 'default' };
  const authority = { instance_name: 'default', certificate_name: 'ROOTCA' };
  return {
    tls_certificate_certificate_provider_instance: identity,
    ...(!deprecated && { tls_certificate_provider_instance: identity }),
    combined_validation_context: {
      validation_context_certificate_provider_instance: authority,
      default_validation_context: {
        match_subject_alt_names: [{ exact: serverName }],
        ...(!deprecated && { ca_certificate_provider_instance: authority }),
      },
    },
  };
}

function endpointsOf({ name, ports }: MeshCluster): object {
  return {
    cluster_name: name,
    endpoints: [
      {
        locality: { region: 'here' },
        load_balancing_weight: { value: 1 },
        lb_endpoints: ports.map((port) => ({
          endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
        })),
      },
    ],
  };
}
