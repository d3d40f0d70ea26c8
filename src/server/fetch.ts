import type { Exchange, HeaderFields, Reply } from '../gateway/index.js';

/** A web Request as an Exchange; `target` is the raw one, since a Request only has a normalised URL. */
export function exchangeOf(request: Request, target: string, peerAddress: string): Exchange {
  const headers: HeaderFields = [...request.headers];
  return {
    httpMethod: request.method,
    target,
    headers,
    peerAddress,
    scheme: request.url.startsWith('https:') ? 'https' : 'http',
    trailersAccepted: false,
    body: request.body ?? undefined,
    signal: request.signal,
  };
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
