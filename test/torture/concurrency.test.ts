import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Code } from '../../src/status/index.js';
import { answer, settings } from '../support/frames.js';
import { eachCall, greet, type RawPeer } from '../support/raw-backend.js';
import { behave, torture } from '../support/torture.js';

/** MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2), the line before it, and the end of stream ids (§5.1.1). */

const maxConcurrentStreams = 3;

/** Serves so many calls at a time, each when it has seen the most that there ever are. */
function limited(streams: number): (peer: RawPeer) => Promise<never> {
  return async (peer) => {
    greet(peer, [maxConcurrentStreams, streams]);
    let open = 0;
    return eachCall(peer, (stream) => {
      open += 1;
      if (open > streams) peer.socket.destroy();
      // Later than everything that is on its way.
      setImmediate(() => {
        open -= 1;
        peer.send(answer(stream));
      });
    });
  };
}

describe('more calls than a server takes', () => {
  const victimOf = torture();

  it('wait in line, in order', async () => {
    const order: number[] = [];
    const victim = await victimOf(limited(1), { connectionsMax: 1 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        expect((await victim.call()).status.code).toBe(Code.OK);
        order.push(index);
      }),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(victim.backend.peers.length).toBe(1);
    expect(victim.transport.counts).toEqual({
      connections: 1,
      openStreams: 0,
      waitingCalls: 0,
      deadlines: 0,
    });
  });

  it('get further connections, up to a bound', async () => {
    const victim = await victimOf(
      (peer) => {
        greet(peer, [maxConcurrentStreams, 2]);
      },
      { connectionsMax: 3 },
    );
    const calls = Array.from({ length: 10 }, () => victim.call({ deadline: systemClock.now() + 1_000 }));
    const opened = async (peer: RawPeer | undefined) => peer?.wait((frame) => frame.stream === 3);
    while (victim.backend.peers.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(victim.backend.peers.map(opened));
    expect(victim.transport.counts).toEqual({
      connections: 3,
      openStreams: 6,
      waitingCalls: 4,
      deadlines: 10,
    });
    for (const outcome of await Promise.all(calls)) expect(outcome.localReason).toBe('DEADLINE_EXCEEDED');
    expect(victim.backend.peers.length).toBe(3);
    expect(victim.transport.counts).toMatchObject({ openStreams: 0, waitingCalls: 0, deadlines: 0 });
  });

  it('fail at once when the line is full', async () => {
    const victim = await victimOf((peer) => greet(peer, [maxConcurrentStreams, 0]), {
      waitingCallsMax: 2,
      connectionsMax: 1,
    });
    const waiting = [victim.call(), victim.call()];
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.localReason, outcome.unprocessed]).toEqual([
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
      true,
    ]);
    await victim.transport.close();
    for (const one of await Promise.all(waiting)) expect(one.localReason).toBe('SHUTTING_DOWN');
  });

  it('are let in when the server allows more', async () => {
    const victim = await victimOf(
      async (peer) => {
        greet(peer, [maxConcurrentStreams, 0]);
        await peer.wait((frame) => frame.type === 4 && frame.flags === 1);
        peer.send(settings([maxConcurrentStreams, 5]));
        await eachCall(peer, (stream) => peer.send(answer(stream)));
      },
      { connectionsMax: 1 },
    );
    const outcomes = await Promise.all([victim.call(), victim.call(), victim.call()]);
    expect(outcomes.map((outcome) => outcome.status.code)).toEqual([0, 0, 0]);
  });

  it('one that is given up while it waits is never sent', async () => {
    const victim = await victimOf(limited(1), { connectionsMax: 1 });
    const controller = new AbortController();
    const [first, second, third] = [victim.call(), victim.call({ signal: controller.signal }), victim.call()];
    controller.abort();
    expect((await second).localReason).toBe('CLIENT_CLOSED');
    expect([(await first).status.code, (await third).status.code]).toEqual([0, 0]);
    expect(victim.backend.peers[0]?.received.filter((frame) => frame.type === 1).length).toBe(2);
  });
});

describe('requests with large heads', () => {
  const victimOf = torture();

  it('go out in pieces of a frame each, with nothing between them', async () => {
    const victim = await victimOf(behave);
    const metadata = Array.from({ length: 5 }, (_, index) => [`x-${index}`, 'v'.repeat(8_000)] as const);
    expect((await victim.call({ metadata })).status.code).toBe(Code.OK);
    const frames = victim.backend.peers[0]?.received ?? [];
    const first = frames.findIndex((frame) => frame.type === 1);
    const pieces = frames
      .slice(first, first + 3)
      .map(({ type, flags, stream, payload }) => [type, flags, stream, payload.length <= 16_384]);
    expect(pieces).toEqual([
      [1, 0, 1, true],
      [9, 0, 1, true],
      [9, 4, 1, true],
    ]);
  });

  it('larger than the server takes are not sent', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer, [6, 1_000]);
      await eachCall(peer, (stream) => peer.send(answer(stream)));
    });
    const outcome = await victim.call({ metadata: [['x-a', 'v'.repeat(1_000)]] });
    expect([outcome.status.code, outcome.localReason]).toEqual([
      Code.RESOURCE_EXHAUSTED,
      'HEADERS_TOO_LARGE',
    ]);
    expect((await victim.call()).status.code).toBe(Code.OK);
    expect(victim.backend.peers[0]?.received.filter((frame) => frame.type === 1).length).toBe(1);
  });
});

describe('stream ids', () => {
  const victimOf = torture();

  it('that come to their end make way for another connection, and lose no call', async () => {
    const victim = await victimOf(behave, { streamIdMax: 5 });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => victim.call()));
    expect(outcomes.map((outcome) => outcome.status.code)).toEqual(outcomes.map(() => Code.OK));
    expect(victim.backend.peers.length).toBe(4);
    const ids = victim.backend.peers.map((peer) =>
      peer.received.filter((frame) => frame.type === 1).map((frame) => frame.stream),
    );
    expect(ids).toEqual([[1, 3, 5], [1, 3, 5], [1, 3, 5], [1]]);
    for (const peer of victim.backend.peers.slice(0, 3)) await peer.closed;
  });
});
