export { type Channels, createChannels } from './channels.js';
export { createGrpcJsTransport, type GrpcJsTransportOptions } from './grpcjs/transport.js';
export { type HostPort, parseTarget, type Target } from './target.js';
export type { Call, Connectivity, EndpointTransport, StreamCall, Transport } from './transport.js';
