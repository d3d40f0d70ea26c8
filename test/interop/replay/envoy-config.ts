/** Envoy with its transcoder, as its documentation sets it up. */
export function envoyConfig(port: number, backend: string, image: string): unknown {
  const type = (name: string) => ({ '@type': `type.googleapis.com/envoy.extensions.${name}` });
  const address = (number: number) => ({ socket_address: { address: '127.0.0.1', port_value: number } });
  const transcoder = {
    name: 'envoy.filters.http.grpc_json_transcoder',
    typed_config: {
      ...type('filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder'),
      proto_descriptor: image,
      services: ['bench.shop.v1.Shop'],
      print_options: { always_print_primitive_fields: true, always_print_enums_as_ints: true },
    },
  };
  const router = { name: 'envoy.filters.http.router', typed_config: type('filters.http.router.v3.Router') };
  const manager = {
    ...type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'test',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
    http_filters: [transcoder, router],
  };
  const cluster = {
    name: 'backend',
    type: 'STATIC',
    load_assignment: {
      cluster_name: 'backend',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(Number(backend.split(':')[1])) } }] }],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        ...type('upstreams.http.v3.HttpProtocolOptions'),
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  const listener = {
    address: address(port),
    filter_chains: [
      { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
    ],
  };
  return { static_resources: { listeners: [listener], clusters: [cluster] } };
}
