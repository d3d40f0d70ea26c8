import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import type { Listener } from '../../src/server/listen.js';
import { echoImage } from '../support/echo-gateway.js';
import { type FrameBackend, startFrameBackend } from '../support/frame-backend.js';
import { heapBytes, watchResources } from '../support/resources.js';
import { transports } from '../support/transports.js';

/**
 * Ten thousand calls that end before their answer, through the whole gateway: nothing of them is left in the
 * process that holds client, gateway and backend, and no stream at the backend.
 */

/** node:http2 ends a connection on which too many streams were reset (CVE-2023-44487). */
const callsPerSessionMax = 500;
const calls = 10_000;
const concurrency = 100;
/** The least that a call leaves behind when something forgets it: a closure, and an entry in a list. */
const leakBytes = 200;
/** Less than one for each connection of a client; libraries start and stop a few of their own. */
const spare = calls / 2 / callsPerSessionMax / 2;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

describe.each(transports)('ten thousand unfinished calls over %s', (transport) => {
  let backend: FrameBackend;
  let gateway: PropylonGateway;
  let listener: Listener;

  beforeAll(async () => {
    backend = await startFrameBackend((call) =>
      // Half an answer: one empty message, no status.
      call.headers({ ':status': '200', 'content-type': 'application/grpc' }).message('').flush(),
    );
    gateway = await createGateway({
      sources: [{ label: 'echo', load: async () => echoImage }],
      backends: [{ selector: '*', target: `127.0.0.1:${backend.port}`, transport }],
    });
    listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  });
  afterAll(async () => {
    await listener.close();
    await gateway.close();
    await backend.close();
  });

  interface Request {
    readonly path: string;
    readonly body: string;
    readonly timeout?: string;
    /** What makes the client go away; without it, it waits for the end. */
    readonly cancelOn?: 'sent' | 'data';
    readonly endless?: boolean;
  }

  /** Resolves when nothing of the request is left at the client. */
  const overHttp2 = (
    session: ClientHttp2Session,
    { path, body, timeout, cancelOn, endless = false }: Request,
  ): Promise<unknown> => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/json',
      accept: 'application/x-ndjson, application/json',
      ...(timeout === undefined ? {} : { 'grpc-timeout': timeout }),
    });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
    const cancelSoon = (): void => void turns(4).then(cancel);
    stream.on('error', () => {}).resume();
    stream.write(body, cancelOn === 'sent' ? cancelSoon : undefined);
    if (!endless) stream.end();
    if (cancelOn === 'data') stream.once('data', cancel);
    return closed;
  };

  /** On a connection of its own, which is cut once everything is sent. */
  const overCutSocket = (): Promise<unknown> => {
    const socket = connectSocket(listener.port, '127.0.0.1').on('error', () => {});
    const head =
      'POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
    socket.write(head, () => void turns(4).then(() => socket.destroy()));
    return once(socket, 'close');
  };

  const ways: Readonly<Record<string, (session: ClientHttp2Session) => Promise<unknown>>> = {
    'unary, the stream is reset': (s) => overHttp2(s, { path: '/v1/echo', body: '{}', cancelOn: 'sent' }),
    'unary, the connection is cut': overCutSocket,
    'unary, the deadline passes': (s) => overHttp2(s, { path: '/v1/echo', body: '{}', timeout: '10m' }),
    'server stream, reset after a message': (s) =>
      overHttp2(s, { path: '/v1/stream', body: '{}', cancelOn: 'data' }),
    'server stream, the deadline passes': (s) =>
      overHttp2(s, { path: '/v1/stream', body: '{}', timeout: '20m' }),
    'client stream, reset within the body': (s) =>
      overHttp2(s, { path: '/v1/collect', body: '{}\n{}\n', endless: true, cancelOn: 'sent' }),
    'both ways, reset after a message': (s) =>
      overHttp2(s, { path: '/v1/talk/x', body: '{}\n', endless: true, cancelOn: 'data' }),
    'both ways, the deadline passes': (s) =>
      overHttp2(s, { path: '/v1/talk/x', body: '{}\n', endless: true, timeout: '20m' }),
  };

  async function run(count: number): Promise<void> {
    const all = Object.values(ways);
    for (let done = 0; done < count; done += callsPerSessionMax) {
      const session = connect(`http://127.0.0.1:${listener.port}`);
      let started = 0;
      const worker = async (): Promise<void> => {
        while (started < callsPerSessionMax) await all[started++ % all.length]?.(session);
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      session.close();
      await once(session, 'close');
    }
  }

  it('leave no stream, timer, socket or memory', { timeout: 60_000 }, async () => {
    const watch = watchResources();
    const half = async () => {
      const seen = backend.streams.opened;
      await run(calls / 2);
      await vi.waitFor(() => expect(backend.streams.reset).toBe(backend.streams.opened), 5_000);
      // A deadline may pass before the backend has the call, on a busy machine.
      expect(backend.streams.opened - seen).toBeGreaterThan(calls / 4);
      // What is gone is counted as gone when it is collected.
      for (let round = 0; round < 5; round++) {
        heapBytes();
        await turns(1);
      }
      return { ...watch.counts(), heap: heapBytes() };
    };
    const before = await half();
    const after = await half();
    expect(after.streams).toBe(0);
    for (const kind of ['timers', 'sockets', 'sessions'] as const) {
      expect(after[kind] - before[kind], kind).toBeLessThan(spare);
    }
    expect(after.heap - before.heap).toBeLessThan((calls / 2) * leakBytes);
    watch.stop();
  });
});
