import { createGrpcJsTransport, createHttp2Transport } from '../../../src/upstream/index.js';
import { describeInterop } from './cases.js';
import { interopServers } from './servers/servers.js';

for (const server of interopServers()) {
  describeInterop('grpc-js', createGrpcJsTransport, server);
  describeInterop('http2', createHttp2Transport, server);
}
