import { expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { defaultLimits } from '../limits.js';
import type { Outcome } from '../status/index.js';
import type { Call, StreamCall, Transport } from '../upstream/index.js';
import { createRpc, type Rpc } from './rpc.js';

const message = Uint8Array.of(1);
const ok: Outcome = { status: { code: 0, message: '', details: [] }, metadata: [], trailers: [] };
const aborted: Outcome = { ...ok, status: { code: 10, message: 'again', details: [] } };

/** A transport whose streams give the messages, then end with the outcome, or when they are cancelled. */
function transportOf(messages: readonly Uint8Array[], outcome: Outcome | undefined) {
  const seen: { call?: Call; sent: number; cancels: number } = { sent: 0, cancels: 0 };
  const transport: Transport = {
    unary: async (call) => {
      seen.call = call;
      return { ...ok, message };
    },
    stream: (call): StreamCall => {
      seen.call = call;
      let settle: (value: Outcome) => void = () => undefined;
      const ended = new Promise<Outcome>((resolve) => {
        settle = resolve;
      });
      const left = [...messages];
      return {
        headers: Promise.resolve([]),
        outcome: ended,
        end: () => undefined,
        send: async () => {
          seen.sent += 1;
        },
        next: async () => {
          const next = left.shift();
          if (next === undefined && outcome !== undefined) settle(outcome);
          if (next === undefined) await ended;
          return next;
        },
        cancel: () => {
          seen.cancels += 1;
          settle({ ...ok, status: { code: 1, message: 'cancelled', details: [] } });
        },
      };
    },
    close: async () => undefined,
  };
  return {
    rpc: createRpc(() => ({ transport, limits: defaultLimits, release: () => undefined }), systemClock),
    seen,
  };
}

async function* endless(onEnd: () => void = () => undefined): AsyncGenerator<Uint8Array> {
  try {
    for (;;) yield message;
  } finally {
    onEnd();
  }
}

async function collect(messages: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return count;
}

it('a status that follows the message of a client stream counts', async () => {
  const { rpc } = transportOf([message], aborted);
  await expect(rpc.clientStreamingRequest('a.B', 'C', endless())).rejects.toMatchObject({ code: 10 });
});

it('a source is told to stop once the call has ended', async () => {
  const { rpc } = transportOf([message, message], ok);
  let stopped: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  expect(await collect(rpc.bidirectionalStreamingRequest('a.B', 'C', endless(stopped)))).toBe(2);
  await end;
});

it('what a source throws is what the call rejects with, and the call is cancelled', async () => {
  const { rpc, seen } = transportOf([], undefined);
  // biome-ignore lint/correctness/useYield: a source that fails before its first message
  const broken = (async function* (): AsyncGenerator<Uint8Array> {
    throw new Error('no more milk');
  })();
  await expect(rpc.clientStreamingRequest('a.B', 'C', broken)).rejects.toThrow('no more milk');
  expect(seen.cancels).toBeGreaterThan(0);
});

it('a reader that leaves cancels the call', async () => {
  const { rpc, seen } = transportOf([message, message], undefined);
  for await (const _ of rpc.serverStreamingRequest('a.B', 'C', message)) break;
  expect(seen.cancels).toBe(1);
});

it.each<[string, (rpc: Rpc, signal: AbortSignal) => Promise<unknown>]>([
  ['unary', (rpc, signal) => rpc.request('a.B', 'C', message, signal)],
  ['client stream', (rpc, signal) => rpc.clientStreamingRequest('a.B', 'C', endless(), signal)],
  ['server stream', (rpc, signal) => collect(rpc.serverStreamingRequest('a.B', 'C', message, signal))],
  ['both', (rpc, signal) => collect(rpc.bidirectionalStreamingRequest('a.B', 'C', endless(), signal))],
])('%s: the signal goes upstream', async (_, run) => {
  const { signal } = new AbortController();
  const { rpc, seen } = transportOf([message], ok);
  await run(rpc, signal);
  expect(seen.call?.path).toBe('/a.B/C');
  expect(seen.call?.signal).toBe(signal);
});
