import { createServer } from 'node:net';
import { Server, ServerCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, createGateway } from '../../src/index.js';
import { type BytesHandlers, startBytesBackend } from '../support/bytes-backend.js';
import { echoImage, messageOf } from '../support/echo-gateway.js';
import { settled } from '../support/gateway-bench.js';

/** How backends are called, as a client sees it. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A backend that answers with its name, unless told otherwise; gives its target. */
async function backend(name: string, handlers: BytesHandlers = {}): Promise<string> {
  const answer = Buffer.from(messageOf({ name }));
  const started = await startBytesBackend({
    Unary: (_, done) => done(null, answer),
    ServerStream: (call) => {
      call.write(answer);
      call.end();
    },
    ...handlers,
  });
  cleanups.push(() => started.close());
  return `127.0.0.1:${started.port}`;
}

/** A target on which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

interface ErrorOrName {
  readonly name?: string;
  readonly code?: number;
  readonly details?: readonly { readonly reason?: string }[];
}

async function serve(options: Omit<Backend, 'selector'>) {
  const gateway = await createGateway({
    sources: [{ label: 'echo', load: async () => echoImage }],
    backends: [{ selector: '*', ...options }],
  });
  cleanups.push(() => gateway.close());
  return async (httpMethod = 'GET', headers: Record<string, string> = {}, path = '/v1/echo') => {
    const body = httpMethod === 'POST' ? '{}' : null;
    const type = body === null ? {} : { 'content-type': 'application/json' };
    const answer = await gateway.app.request(path, {
      method: httpMethod,
      headers: { ...headers, ...type },
      body,
    });
    const json = (await answer.json()) as ErrorOrName;
    const reason = json.details?.find((detail) => detail.reason !== undefined)?.reason;
    return { status: answer.status, name: json.name, reason, code: json.code };
  };
}

describe('a canary', () => {
  it('takes the requests with its header', async () => {
    const ask = await serve({
      target: await backend('stable'),
      split: [{ target: await backend('canary'), when: { header: 'X-Canary', value: 'yes' } }],
    });
    expect((await ask('GET', { 'x-canary': 'yes' })).name).toBe('canary');
    expect((await ask('GET', { 'x-canary': 'no' })).name).toBe('stable');
    expect((await ask('GET', { 'x-canary': 'yes' }, '/v1/stream')).name).toBe('canary');
  });

  it('keeps the clients that it has taken', async () => {
    const ask = await serve({
      target: await backend('stable'),
      split: [{ target: await backend('canary'), percent: 50 }],
      splitOn: { cookie: 'session' },
    });
    const names = new Set<string | undefined>();
    for (let session = 0; session < 20; session++) {
      const headers = { cookie: `session=${session}` };
      const { name } = await ask('GET', headers);
      names.add(name);
      expect((await ask('POST', headers)).name).toBe(name);
    }
    expect([...names].toSorted()).toEqual(['canary', 'stable']);
  });
});

describe('a mirror', () => {
  it('gets copies, and its answers go nowhere', async () => {
    let copied = (): void => {};
    const copy = new Promise<void>((resolve) => {
      copied = resolve;
    });
    const shadow = await backend('shadow', {
      Unary: (_, done) => {
        copied();
        done({ code: status.INTERNAL });
      },
    });
    const ask = await serve({ target: await backend('stable'), mirror: { target: shadow } });
    expect((await ask()).name).toBe('stable');
    await copy;
  });
});

describe('a fault on purpose', () => {
  it('is answered as any error, and named', async () => {
    const ask = await serve({
      target: await backend('stable'),
      fault: { when: { header: 'x-fault' }, abort: 'RESOURCE_EXHAUSTED' },
    });
    expect(await ask('GET', { 'x-fault': '' })).toMatchObject({ status: 429, reason: 'FAULT_INJECTED' });
    expect(await ask()).toMatchObject({ status: 200 });
  });
});

describe('retries', () => {
  /** Fails every other time, from the first on. */
  const flaky = (): Promise<string> => {
    let calls = 0;
    return backend('flaky', {
      Unary: (_, done) =>
        calls++ % 2 === 0
          ? done({ code: status.UNAVAILABLE })
          : done(null, Buffer.from(messageOf({ name: 'flaky' }))),
    });
  };

  it('repeat what may be repeated', async () => {
    const ask = await serve({ target: await flaky(), retry: { backoff: '1ms' } });
    expect(await ask('GET')).toMatchObject({ status: 200 });
    expect(await ask('DELETE')).toMatchObject({ status: 200 });
    expect(await ask('POST')).toMatchObject({ status: 503 });
  });

  it('are not made unless they are configured', async () => {
    const ask = await serve({ target: await flaky() });
    expect(await ask('GET')).toMatchObject({ status: 503 });
  });

  it('a call that found nobody goes to another address whatever it does', async () => {
    const ask = await serve({ target: `${await nobody()},${await backend('there')}` });
    for (let time = 0; time < 5; time++)
      expect(await ask('POST')).toMatchObject({ status: 200, name: 'there' });
  });
});

describe('a breaker', () => {
  it('ends requests at once when too many have failed, and says so', async () => {
    let calls = 0;
    const ill = await backend('ill', {
      Unary: (_, done) => {
        calls += 1;
        done({ code: status.INTERNAL });
      },
    });
    const ask = await serve({ target: ill, breaker: { failures: 3 } });
    for (let time = 0; time < 3; time++) expect(await ask()).toMatchObject({ status: 500 });
    expect(await ask()).toEqual({ status: 503, code: 14, reason: 'UPSTREAM_CIRCUIT_OPEN', name: undefined });
    expect(calls).toBe(3);
  });
});

describe('health checks', () => {
  it('a server that says it does not serve gets no calls, until it says it does', async () => {
    const health = new HealthImplementation({ '': 'NOT_SERVING' });
    const server = new Server();
    health.addToServer(server);
    const bytes = (value: Buffer): Buffer => value;
    const format = { requestStream: false, responseStream: false };
    const identity = {
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    };
    server.addService(
      { Unary: { path: '/t.T/Unary', ...format, ...identity } },
      {
        Unary: (_: unknown, done: sendUnaryData<Buffer>) =>
          done(null, Buffer.from(messageOf({ name: 'well' }))),
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    cleanups.push(() => server.forceShutdown());
    const ask = await serve({ target: `127.0.0.1:${port}`, health: {} });
    /** The watch is as asynchronous as any health check; a call may come before its answer. */
    const until = async (status: number): Promise<void> => {
      let last = 0;
      for (let round = 0; last !== status && round < 10_000; round++) {
        last = (await ask()).status;
        // A call that is refused turns no event loop, on which the news arrives.
        await settled();
      }
      expect(last).toBe(status);
    };
    await until(503);
    health.setStatus('', 'SERVING');
    await until(200);
    health.setStatus('', 'NOT_SERVING');
    await until(503);
  });

  it('a server without the service of health checks is healthy', async () => {
    const ask = await serve({ target: await backend('plain'), health: {} });
    expect(await ask()).toMatchObject({ status: 200, name: 'plain' });
  });
});
