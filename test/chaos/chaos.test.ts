import { Agent, request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, createGateway } from '../../src/index.js';
import { echoImage } from '../support/echo-gateway.js';
import { type Answer, ChaosBackend, Load } from './cluster.js';

/**
 * Two backends, each a process, under steady load through the whole gateway, while they are killed, stopped
 * and rolled. Every step waits for answers, never for a time.
 */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const clients = 12;

/** Six starts of processes, on a machine that may be busy. */
const timeoutMs = 60_000;

async function setUp(options: Omit<Backend, 'selector' | 'target'>, httpMethod: 'GET' | 'POST') {
  const [a, b] = await Promise.all([new ChaosBackend('a').start(), new ChaosBackend('b').start()]);
  for (const backend of [a, b]) cleanups.push(() => backend.end('SIGKILL'));
  const target = `127.0.0.1:${a.port},127.0.0.1:${b.port}`;
  const gateway = await createGateway({
    sources: [{ label: 'chaos', load: async () => echoImage }],
    backends: [{ selector: '*', target, ...options }],
  });
  cleanups.push(() => gateway.close());
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  cleanups.push(() => listener.close());
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  cleanups.push(() => agent.destroy());
  const load = new Load(clients, () => ask(agent, listener.port, httpMethod));
  cleanups.push(() => load.stop());
  await Promise.all([load.more(20, a), load.more(20, b)]);
  return { a, b, load };
}

function ask(agent: Agent, port: number, method: 'GET' | 'POST'): Promise<Omit<Answer, 'id'>> {
  return new Promise((resolve, reject) => {
    const headers = method === 'POST' ? { 'content-type': 'application/json' } : {};
    const request = httpRequest(
      { agent, port, host: '127.0.0.1', method, path: '/v1/echo', headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(chunks).toString());
          resolve({ httpStatus: response.statusCode ?? 0, text: String(body.name ?? JSON.stringify(body)) });
        });
      },
    );
    request.on('error', reject);
    request.end(method === 'POST' ? '{}' : undefined);
  });
}

describe.each(['http2', 'grpc-js'] as const)('with two backends over %s', (transport) => {
  it(
    'and retries not one idempotent request fails while backends are killed, stopped and rolled',
    async () => {
      const { a, b, load } = await setUp(
        { transport, retry: { perTryTimeout: '400ms' }, outlier: { failures: 3, ejectFor: '500ms' } },
        'GET',
      );
      await a.end('SIGKILL');
      await load.more(200);
      await a.start();
      await load.more(50, a);

      b.signal('SIGSTOP');
      await load.more(300);
      b.signal('SIGCONT');
      await load.more(50, b);

      for (const backend of [a, b]) {
        await backend.end('SIGTERM');
        await load.more(50);
        await backend.start();
        await load.more(50, backend);
      }
      await load.stop();
      expect(load.failed).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'and no retries only requests under way on one that is killed fail, and none when it returns',
    async () => {
      const { a, load } = await setUp({ transport }, 'POST');
      await a.end('SIGKILL');
      // What begins before the gateway has read that its connection ended may be sent there.
      const noticed = load.begun + clients;
      await load.more(200);
      await a.start();
      await load.more(50, a);
      await load.stop();
      expect(load.failed.filter(({ id }) => id >= noticed)).toEqual([]);
      expect(load.failed.length).toBeLessThanOrEqual(clients);
    },
    timeoutMs,
  );
});
