import type { IncomingMessage } from 'node:http';
import type { Exchange, HeaderFields, Reply } from '../gateway/index.js';
import type { Invocation } from '../telemetry/index.js';
import { peerAddressOf } from './peer-address.js';
import { peerCertificateOf } from './peer-certificate.js';
import { announcesBody, headerFieldsOf } from './raw-headers.js';

/** What a web Request cannot say of the request that a platform has received: a Request has a normalised URL only. */
export interface Received {
  /** The raw request target: "/v1/a%2Fb?x=1". */
  readonly target: string;
  /** In lower case, in their order. */
  readonly headers: HeaderFields;
  /** Who has sent it, as the platform says; "" where it says nothing. */
  readonly peerAddress: string;
  /** All of it; undefined where there is none. */
  readonly body: Uint8Array | undefined;
  /** What the platform says of having invoked a function for it. */
  readonly invocation?: Invocation | undefined;
}

/** A request that a platform has received, as an Exchange. */
export function receivedExchange(request: Request, target: string, received: Received): Exchange {
  const { headers, peerAddress, body, invocation } = received;
  return {
    httpMethod: request.method,
    target,
    headers,
    peerAddress,
    scheme: request.url.startsWith('https:') ? 'https' : 'http',
    trailersAccepted: false,
    body: body && once(body),
    invocation,
    signal: request.signal,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * A web Request as an Exchange; `target` is the raw one, since a Request only has a normalised URL.
 *
 * `incoming` is what @hono/node-server made the Request from: it still has the header fields apart, which a
 * Request joins into one, and the body of a GET, which a Request cannot have.
 */
export function exchangeOf(
  request: Request,
  target: string,
  incoming: IncomingMessage | undefined,
): Exchange {
  const headers: HeaderFields =
    incoming === undefined ? [...request.headers] : headerFieldsOf(incoming.rawHeaders);
  return {
    httpMethod: request.method,
    target,
    headers,
    peerAddress: incoming === undefined ? '' : peerAddressOf(incoming.socket),
    scheme: request.url.startsWith('https:') ? 'https' : 'http',
    peerCertificate: incoming && peerCertificateOf(incoming.socket),
    trailersAccepted: false,
    body: request.body ?? hiddenBody(headers, incoming),
    signal: request.signal,
  };
}

function hiddenBody(
  headers: HeaderFields,
  incoming: IncomingMessage | undefined,
): AsyncIterable<Uint8Array> | undefined {
  const isHidden = incoming?.method === 'GET' || incoming?.method === 'HEAD';
  return isHidden && announcesBody(headers) ? incoming.iterator({ destroyOnReturn: false }) : undefined;
}

/** A Reply as a web Response; a stream that throws becomes a body that fails. */
export function responseOf(reply: Reply, httpMethod: string): Response {
  const headers = new Headers();
  for (const [name, value] of reply.headers) headers.append(name, value);
  const bodiless = httpMethod === 'HEAD' || reply.httpStatus === 204 || reply.httpStatus === 304;
  return new Response(bodiless ? null : bodyOf(reply.body), { status: reply.httpStatus, headers });
}

function bodyOf(body: Reply['body']): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  // A copy only for bytes in shared memory, which a Response cannot hold.
  if (body instanceof Uint8Array)
    return body.buffer instanceof ArrayBuffer ? (body as Uint8Array<ArrayBuffer>) : new Uint8Array(body);
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
