import { describeTransport } from '../transport.contract.js';
import { createHttp2Transport } from './transport.js';

describeTransport('the transport on node:net', createHttp2Transport);
