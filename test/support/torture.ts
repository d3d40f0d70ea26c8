import { afterEach } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Outcome } from '../../src/status/index.js';
import { createHttp2Transport, type Http2TransportOptions } from '../../src/upstream/http2/transport.js';
import type { Call } from '../../src/upstream/index.js';
import { answer } from './frames.js';
import { eachCall, greet, type RawBackend, type RawPeer, startRawBackend } from './raw-backend.js';

/** A call that is over in time, whatever happens to it. */
export function callOf(overrides: Partial<Call> = {}): Call {
  return {
    path: '/t.T/Unary',
    metadata: [],
    deadline: systemClock.now() + 5_000,
    signal: new AbortController().signal,
    responseMessageBytesMax: 1024 * 1024,
    ...overrides,
  };
}

export interface Victim {
  readonly transport: ReturnType<typeof createHttp2Transport>;
  readonly backend: RawBackend;
  call(overrides?: Partial<Call>): Promise<Outcome>;
}

/** Makes transports in front of raw backends, and closes both after each test. */
export function torture() {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  return async function victimOf(
    serve: (peer: RawPeer) => unknown,
    options: Http2TransportOptions = {},
  ): Promise<Victim> {
    const backend = await startRawBackend(serve);
    cleanups.push(() => backend.close());
    const { port } = backend;
    const target = {
      kind: 'host',
      text: `127.0.0.1:${port}`,
      endpoint: { host: '127.0.0.1', port },
    } as const;
    const transport = createHttp2Transport(target, options);
    cleanups.push(() => transport.close());
    return {
      transport,
      backend,
      call: (overrides) => transport.unary(callOf(overrides), Buffer.from('request')),
    };
  };
}

/** Answers every call properly. */
export async function behave(peer: RawPeer): Promise<void> {
  greet(peer);
  await eachCall(peer, (stream) => peer.send(answer(stream)));
}

/** The error code of the GOAWAY or RST_STREAM frame that comes. */
export async function errorCodeOf(peer: RawPeer, type: 'goaway' | 'reset', stream = 0): Promise<number> {
  const { payload } = await peer.wait(
    (frame) => frame.type === (type === 'goaway' ? 7 : 3) && frame.stream === stream,
  );
  return payload.readUInt32BE(type === 'goaway' ? 4 : 0);
}
