import { describeTransport } from '../transport.contract.js';
import { createGrpcJsTransport } from './transport.js';

describeTransport('the transport on grpc-js', createGrpcJsTransport);
