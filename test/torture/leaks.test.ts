import { getEventListeners, setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { answer } from '../support/frames.js';
import { greet, type RawPeer } from '../support/raw-backend.js';
import { behave, callOf, torture } from '../support/torture.js';

/** Ten thousand calls that nobody waits for to the end leave no streams, timers, listeners, sockets or memory. */

// One signal may have many calls.
setMaxListeners(0);

const count = 10_000;
const atOnce = 500;
const nothing = { openStreams: 0, waitingCalls: 0, deadlines: 0 };

describe('what calls leave behind', () => {
  const victimOf = torture();

  async function inBatches(run: (index: number) => Promise<unknown>): Promise<void> {
    for (let start = 0; start < count; start += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, index) => run(start + index)));
    }
  }

  it.each<[string, (peer: RawPeer) => unknown]>([
    ['a server that never answers', (peer) => greet(peer)],
    ['a server that answers', behave],
    [
      'a server that answers everything late',
      async (peer) => {
        greet(peer);
        for (let stream = 1; ; stream += 2) {
          await peer.wait((frame) => frame.type === 3 && frame.stream === stream);
          peer.send(answer(stream));
        }
      },
    ],
  ])('cancelled, with %s', async (_, serve) => {
    const victim = await victimOf(serve);
    const { signal } = new AbortController();
    await inBatches(async (index) => {
      if (index % 2 === 0) {
        const controller = new AbortController();
        setImmediate(() => controller.abort());
        await victim.call({ signal: controller.signal, deadline: systemClock.now() + 60_000 });
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      } else {
        const stream = victim.transport.stream(callOf({ signal }));
        void stream.send(new Uint8Array(10));
        setImmediate(() => stream.cancel());
        await stream.outcome;
      }
    });
    expect(victim.transport.counts).toEqual({ connections: 1, ...nothing });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(victim.backend.peers.length).toBe(1);
  });

  it('expired', async () => {
    const victim = await victimOf((peer) => greet(peer));
    const { signal } = new AbortController();
    await inBatches(async (index) => {
      const outcome = await victim.call({ signal, deadline: systemClock.now() + 5 + (index % 20) });
      expect(outcome.localReason).toBe('DEADLINE_EXCEEDED');
    });
    expect(victim.transport.counts).toEqual({ connections: 1, ...nothing });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
