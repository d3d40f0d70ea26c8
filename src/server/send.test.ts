import { once } from 'node:events';
import { createServer, get, IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { Reply } from '../gateway/index.js';
import { send, watchRest } from './send.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const server = createServer();
afterEach(() => {
  server.removeAllListeners('request');
  server.closeAllConnections();
  server.close();
});

/** Answers one request with the body; resolves with what the client got, and how often the socket was written to. */
async function answer(body: Reply['body']): Promise<{ text: string; complete: boolean; writes: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let writes = 0;
  server.once('connection', (socket: Socket) => {
    for (const name of ['_write', '_writev'] as const) {
      const original = socket[name]?.bind(socket) as ((...args: unknown[]) => void) | undefined;
      Object.assign(socket, {
        [name]: (...args: unknown[]) => {
          writes += 1;
          original?.(...args);
        },
      });
    }
  });
  server.once('request', (request: IncomingMessage, response: ServerResponse) => {
    void send({ httpStatus: 200, headers: [['a', 'b']], body }, request, response, 1_000);
  });
  const [response] = (await once(
    get({ port: (server.address() as AddressInfo).port, agent: false }),
    'response',
  )) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk) => {
    text += String(chunk);
  });
  response.on('error', () => undefined);
  await new Promise((resolve) => response.on('close', resolve));
  return { text, complete: response.complete, writes };
}

async function* ready(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield bytes('x');
}

it('chunks that are there at once share a write', async () => {
  const { text, complete, writes } = await answer(ready(100));
  expect([text, complete]).toEqual(['x'.repeat(100), true]);
  expect(writes).toBeLessThan(10);
});

it('a stream that throws is delivered up to there, and is incomplete', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* ready(3);
    throw new Error('broken');
  }
  expect(await answer(broken())).toMatchObject({ text: 'xxx', complete: false });
});

it('a stream larger than every buffer is pulled as the client takes it', async () => {
  const chunk = bytes('y'.repeat(64 * 1024));
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 100; i++) yield chunk;
  }
  const { text, complete } = await answer(large());
  expect([text.length, complete]).toEqual([100 * chunk.length, true]);
});

it('an answer that waits for its turn on the connection is watched from then on, until it is taken', async () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.end('text');
  watchRest(response, response.socket, 123);
  const timeouts: number[] = [];
  let taken = (): void => undefined;
  const socket = new Writable({
    write(_chunk, _encoding, done) {
      taken = done;
    },
    writev(_chunks, done) {
      taken = done;
    },
  });
  Object.assign(socket, { setTimeout: (ms: number) => timeouts.push(ms) });
  response.assignSocket(socket as Socket);
  expect(timeouts).toEqual([123]);
  const finished = once(response, 'finish');
  taken();
  await finished;
  expect(timeouts).toEqual([123, 0]);
});
