import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const deps = join(dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json')), 'deps');
const definition = loadSync(
  [
    'envoy/service/discovery/v3/ads.proto',
    'envoy/config/listener/v3/listener.proto',
    'envoy/config/route/v3/route.proto',
    'envoy/config/cluster/v3/cluster.proto',
    'envoy/config/endpoint/v3/endpoint.proto',
    'envoy/extensions/filters/http/router/v3/router.proto',
    'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto',
  ],
  {
    keepCase: true,
    enums: String,
    defaults: true,
    oneofs: true,
    includeDirs: ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => join(deps, name)),
  },
);

interface DiscoveryRequest {
  readonly type_url: string;
  readonly resource_names: readonly string[];
  readonly response_nonce: string;
}

/** A control plane that speaks xDS (aggregated, v3) and knows one service: what istiod is to a proxyless gateway. */
export interface ControlPlane {
  /** What GRPC_XDS_BOOTSTRAP_CONFIG has to say to find it. */
  readonly bootstrap: string;
  /** From now on the service has these endpoints. */
  endpoints(ports: readonly number[]): void;
  close(): void;
}

export async function startControlPlane(service: string, ports: readonly number[]): Promise<ControlPlane> {
  let current = ports;
  let version = 0;
  const tellEndpoints = new Set<() => void>();
  const server = new grpc.Server();
  const discovery = definition['envoy.service.discovery.v3.AggregatedDiscoveryService'];
  server.addService(discovery as grpc.ServiceDefinition, {
    StreamAggregatedResources(call: grpc.ServerDuplexStream<DiscoveryRequest, object>) {
      const answer = (typeUrl: string): void => {
        version += 1;
        const resource = resources(service, current)[typeUrl];
        call.write({
          version_info: String(version),
          nonce: String(version),
          type_url: typeUrl,
          resources: resource === undefined ? [] : [{ '@type': typeUrl, ...resource }],
        });
      };
      const tell = (): void => answer(types.endpoints);
      call.on('data', ({ type_url, response_nonce, resource_names }: DiscoveryRequest) => {
        // What carries a nonce acknowledges.
        if (response_nonce !== '' || resource_names.length === 0) return;
        answer(type_url);
        if (type_url === types.endpoints) tellEndpoints.add(tell);
      });
      call.on('end', () => call.end());
      call.on('close', () => tellEndpoints.delete(tell));
      call.on('error', () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    bootstrap: JSON.stringify({
      xds_servers: [
        {
          server_uri: `127.0.0.1:${port}`,
          channel_creds: [{ type: 'insecure' }],
          server_features: ['xds_v3'],
        },
      ],
      node: { id: 'gateway', locality: { region: 'here' } },
    }),
    endpoints(next) {
      current = next;
      for (const tell of tellEndpoints) tell();
    },
    close: () => server.forceShutdown(),
  };
}

const types = {
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoints: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
};

/** Everything that is known of a service: listener → route → cluster → endpoints. */
function resources(service: string, ports: readonly number[]): Readonly<Record<string, object>> {
  const filters = 'type.googleapis.com/envoy.extensions.filters';
  return {
    [types.listener]: {
      name: service,
      api_listener: {
        api_listener: {
          '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
          route_config: {
            name: 'route',
            virtual_hosts: [
              {
                name: 'all',
                domains: ['*'],
                routes: [{ match: { prefix: '' }, route: { cluster: service } }],
              },
            ],
          },
          http_filters: [{ name: 'router', typed_config: { '@type': `${filters}.http.router.v3.Router` } }],
        },
      },
    },
    [types.cluster]: {
      name: service,
      type: 'EDS',
      eds_cluster_config: { eds_config: { ads: {} }, service_name: service },
      lb_policy: 'ROUND_ROBIN',
    },
    [types.endpoints]: {
      cluster_name: service,
      endpoints: [
        {
          locality: { region: 'here' },
          load_balancing_weight: { value: 1 },
          lb_endpoints: ports.map((port) => ({
            endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
          })),
        },
      ],
    },
  };
}
