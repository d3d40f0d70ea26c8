import type { RequestEvent, TracedRequest } from '../../src/telemetry/index.js';

/** A request that went well. */
export const fineEvent: RequestEvent = {
  kind: 'request',
  httpMethod: 'GET',
  route: '/v1/{name=orders/*}',
  method: 'shop.orders.v1.OrdersService/GetOrder',
  httpStatus: 200,
  code: 0,
  clientAddress: '192.0.2.1',
  principal: 'staff:ann',
  durationMs: 1.5,
  requestBytes: 0,
  responseBytes: 18,
  requestId: 'r-1',
  trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true },
};

/** What its client had sent. */
export const fineRequest: TracedRequest = {
  httpMethod: 'GET',
  target: '/v1/orders/1?view=full',
  headers: [
    ['host', 'shop.example'],
    ['user-agent', 'curl/8'],
  ],
  peerAddress: '192.0.2.1',
  scheme: 'http',
};
