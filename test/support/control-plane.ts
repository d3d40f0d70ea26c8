import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { IssuedCertificate } from './certificates.js';
import { type MeshCluster, meshResources } from './mesh-resources.js';

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
    'envoy/extensions/transport_sockets/tls/v3/tls.proto',
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
}

/** A control plane that speaks xDS (aggregated, v3): what istiod is to a proxyless gateway. */
export interface ControlPlane {
  /** What GRPC_XDS_BOOTSTRAP_CONFIG has to say to find it. */
  readonly bootstrap: string;
  /** From now on the service has these clusters. */
  serve(service: string, ...clusters: readonly MeshCluster[]): void;
  close(): void;
}

/** Where a workload finds its certificate and the authority of the mesh. */
export interface WorkloadFiles extends IssuedCertificate {
  readonly authority: string;
}

export async function startControlPlane(files?: WorkloadFiles): Promise<ControlPlane> {
  const services = new Map<string, readonly MeshCluster[]>();
  const tellAgain = new Set<() => void>();
  let version = 0;
  const server = new grpc.Server();
  const discovery = definition['envoy.service.discovery.v3.AggregatedDiscoveryService'];
  server.addService(discovery as grpc.ServiceDefinition, {
    StreamAggregatedResources(call: grpc.ServerDuplexStream<DiscoveryRequest, object>) {
      const asked = new Map<string, readonly string[]>();
      const answer = (typeUrl: string): void => {
        version += 1;
        const known = meshResources(services)[typeUrl] ?? {};
        call.write({
          version_info: String(version),
          nonce: String(version),
          type_url: typeUrl,
          resources: (asked.get(typeUrl) ?? []).flatMap((name) =>
            known[name] === undefined ? [] : [{ '@type': typeUrl, ...known[name] }],
          ),
        });
      };
      const tell = (): void => {
        for (const typeUrl of asked.keys()) answer(typeUrl);
      };
      tellAgain.add(tell);
      call.on('data', ({ type_url, resource_names }: DiscoveryRequest) => {
        // What asks for nothing new acknowledges.
        if (resource_names.join() === (asked.get(type_url) ?? []).join()) return;
        asked.set(type_url, resource_names);
        answer(type_url);
      });
      call.on('end', () => call.end());
      call.on('close', () => tellAgain.delete(tell));
      call.on('error', () => {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    bootstrap: bootstrapOf(port, files),
    serve(service, ...clusters) {
      services.set(service, clusters);
      for (const tell of tellAgain) tell();
    },
    close: () => server.forceShutdown(),
  };
}

/** The bootstrap file as Istio's agent writes it. */
export function bootstrapOf(port: number, files: WorkloadFiles | undefined): string {
  return JSON.stringify({
    xds_servers: [
      {
        server_uri: `127.0.0.1:${port}`,
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node: { id: 'gateway', locality: { region: 'here' } },
    certificate_providers: files && {
      default: {
        plugin_name: 'file_watcher',
        config: {
          private_key_file: files.key,
          certificate_file: files.cert,
          ca_certificate_file: files.authority,
          refresh_interval: '900s',
        },
      },
    },
  });
}
