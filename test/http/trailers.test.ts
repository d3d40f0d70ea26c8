import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:http2';
import { Metadata, type ServerWritableStream, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoGateway, type echoHandlers, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { sendRaw } from '../support/raw-http.js';

/** Trailing metadata of backends, and the status of a stream that ends well in spite of an error. */

let echo: EchoGateway;
let clean: EchoGateway;

function trailers(): Metadata {
  const metadata = new Metadata();
  metadata.add('x-sum', '7');
  metadata.add('x-sum', '8');
  metadata.add('x-secret', 's');
  return metadata;
}

beforeAll(async () => {
  const handlers = {
    Unary: ((call, callback) => callback(null, call.request, trailers())) satisfies typeof echoHandlers.Unary,
    ServerStream(call: ServerWritableStream<Buffer, Buffer>) {
      call.write(Buffer.from(messageOf({ name: 'n' })));
      if (call.request.includes('fail')) call.emit('error', { code: status.UNAVAILABLE, details: 'gone' });
      else call.end(trailers());
    },
  };
  const metadata = { requestNames: [], responseNames: [], trailerNames: ['X-Sum'] };
  echo = await startEchoGateway({ metadata }, handlers);
  clean = await startEchoGateway({ metadata, streamCleanEnd: true }, handlers);
});
afterAll(async () => {
  await echo?.close();
  await clean?.close();
});

interface Answer {
  readonly announced: string | undefined;
  readonly trailers: Record<string, unknown>;
  readonly text: string;
  readonly complete: boolean;
}

async function overHttp1(url: string, headers: Record<string, string> = { te: 'trailers' }): Promise<Answer> {
  const sent = request(url, { headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  response.on('error', () => undefined);
  await new Promise((resolve) => response.on('close', resolve));
  return {
    announced: response.headers.trailer,
    trailers: response.trailers,
    text,
    complete: response.complete,
  };
}

async function overHttp2(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin);
  const stream = session.request({ ...headers, ':path': pathname + search });
  let text = '';
  let fields: Record<string, unknown> = {};
  let announced: string | undefined;
  stream.on('response', (headers) => {
    announced = headers.trailer as string | undefined;
  });
  stream.on('trailers', (received) => {
    fields = Object.fromEntries(Object.entries(received));
  });
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.on('close', resolve));
  session.close();
  return { announced, trailers: fields, text, complete: stream.rstCode === 0 };
}

describe.each([
  ['HTTP/1.1 with TE: trailers', overHttp1],
  ['HTTP/2', overHttp2],
])('over %s', (_name, ask) => {
  it.each([
    ['/v1/echo?name=n', '{"name":"n"}'],
    ['/v1/stream', '{"name":"n"}\n'],
  ])('those on the list come behind the body: %s', async (path, text) => {
    expect(await ask(`${echo.url}${path}`)).toEqual({
      announced: 'x-sum',
      trailers: { 'x-sum': '7, 8' },
      text,
      complete: true,
    });
  });

  it('streams that never break the connection have their status there', async () => {
    const announced = 'grpc-status, grpc-message, x-sum';
    expect(await ask(`${clean.url}/v1/stream`)).toEqual({
      announced,
      trailers: { 'grpc-status': '0', 'x-sum': '7, 8' },
      text: '{"name":"n"}\n',
      complete: true,
    });
    expect(await ask(`${clean.url}/v1/stream?text=fail`)).toEqual({
      announced,
      trailers: { 'grpc-status': '14', 'grpc-message': 'gone' },
      text: '{"name":"n"}\n{"error":{"code":14,"message":"gone"}}\n',
      complete: true,
    });
    expect((await ask(`${clean.url}/v1/echo?name=n`)).announced).toBe('x-sum');
  });

  it('server-sent events never do', async () => {
    const headers = { te: 'trailers', accept: 'text/event-stream' };
    expect(await ask(`${echo.url}/v1/stream?text=fail`, headers)).toEqual({
      announced: 'grpc-status, grpc-message, x-sum',
      trailers: { 'grpc-status': '14', 'grpc-message': 'gone' },
      text: 'data: {"name":"n"}\n\nevent: error\ndata: {"code":14,"message":"gone"}\n\n',
      complete: true,
    });
  });
});

it('a client that does not say that it takes trailers gets none', async () => {
  for (const path of ['/v1/echo', '/v1/stream']) {
    const answer = await overHttp1(`${echo.url}${path}`, {});
    expect([answer.announced, answer.trailers]).toEqual([undefined, {}]);
  }
  const answer = await overHttp1(`${clean.url}/v1/stream?text=fail`, {});
  expect([answer.trailers, answer.complete]).toEqual([{}, true]);
});

it('HTTP/1.0 has no place for them', async () => {
  const { text } = await sendRaw(echo.port, 'GET /v1/echo?name=n HTTP/1.0\r\nTE: trailers\r\n\r\n');
  expect(text).toMatch(/content-length: 12\r\n/);
  expect(text).not.toMatch(/trailer|x-sum/i);
});

it('HEAD announces none', async () => {
  const { text } = await sendRaw(
    echo.port,
    'HEAD /v1/echo?name=n HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n',
  );
  expect(text).toMatch(/content-length: 12\r\n/);
  expect(text).not.toMatch(/trailer/i);
});
