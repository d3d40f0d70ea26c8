import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Code } from '../../src/status/index.js';
import { data, frame, grpcHead, headers, message, settings, settingsAck, words } from '../support/frames.js';
import { handClock } from '../support/hand-clock.js';
import { greet, type RawPeer, type ReceivedFrame } from '../support/raw-backend.js';
import { behave, callOf, errorCodeOf, torture } from '../support/torture.js';

/** A server that stops in the middle costs each call its deadline at most, and the connection when it is dead. */

const settingsTimeout = 4;
const initialWindow = 4;

const beginnings: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['half a frame header', headers(1, grpcHead).subarray(0, 5)],
  ['a frame header', headers(1, grpcHead).subarray(0, 9)],
  ['half of HEADERS', headers(1, grpcHead).subarray(0, 20)],
  ['HEADERS without the end of the block', frame(1, 0, 1, '\x88')],
  ['HEADERS', headers(1, grpcHead)],
  ['half a prefix', Buffer.concat([headers(1, grpcHead), data(1, message('fine').subarray(0, 3))])],
  ['half a message', Buffer.concat([headers(1, grpcHead), data(1, message('fine').subarray(0, 7))])],
  ['a message without trailers', Buffer.concat([headers(1, grpcHead), data(1, message('fine'))])],
];

describe('a server that falls silent', () => {
  const victimOf = torture();

  it.each(beginnings)('after %s: the deadline holds', async (_, bytes) => {
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.send(bytes);
    });
    const startedAt = systemClock.now();
    const outcome = await victim.call({ deadline: startedAt + 200 });
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED']);
    expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(200);
    expect(victim.transport.counts).toMatchObject({ openStreams: 0, deadlines: 0 });
  });

  it('for good: a call that waited in vain has it pinged, and it is replaced when nothing comes', async () => {
    const clock = handClock();
    const victim = await victimOf(
      async (peer: RawPeer) => {
        if (peer.index > 0) return behave(peer);
        greet(peer);
      },
      { clock },
    );
    const [first, second] = [victim.call({ deadline: 1_000 }), victim.call({ deadline: 60_000 })];
    await until(() =>
      victim.backend.peers[0]?.received.some((frame) => frame.stream === 3 && frame.type === 0),
    );
    clock.moveTo(1_050);
    expect((await first).localReason).toBe('DEADLINE_EXCEEDED');
    const [peer] = victim.backend.peers;
    await peer?.wait((frame) => frame.type === 6 && frame.flags === 0);
    clock.moveTo(17_000);
    const outcome = await second;
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE']);
    await peer?.closed;
    expect((await victim.call({ deadline: 60_000 })).message?.toString()).toBe('fine');
  });

  it('while it reads nothing: who waits behind an upload has it pinged too', async () => {
    const clock = handClock();
    const victim = await victimOf(
      async (peer: RawPeer) => {
        if (peer.index > 0) return behave(peer);
        greet(peer, [initialWindow, 100_000_000]);
        peer.send(frame(8, 0, 0, words(100_000_000)));
        await peer.wait((frame) => frame.stream === 1);
        peer.socket.pause();
      },
      { clock, connectionsMax: 1 },
    );
    const upload = victim.transport.unary(callOf({ deadline: undefined }), Buffer.alloc(50_000_000));
    await until(() => victim.transport.counts.openStreams === 1);
    await settle();
    const behind = victim.call({ deadline: 1_000 });
    expect(victim.transport.counts.waitingCalls).toBe(1);
    clock.moveTo(1_050);
    expect((await behind).localReason).toBe('DEADLINE_EXCEEDED');
    clock.moveTo(17_000);
    const outcome = await upload;
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE']);
    expect((await victim.call({ deadline: 60_000 })).message?.toString()).toBe('fine');
  });

  it('but for a PING: it lives, and so does its connection', async () => {
    const clock = handClock();
    const victim = await victimOf(
      async (peer: RawPeer) => {
        greet(peer);
        await peer.wait((frame) => frame.type === 6);
        peer.send(frame(6, 1, 0, Buffer.alloc(8)));
      },
      { clock, keepaliveMs: 30_000 },
    );
    const call = victim.call({ deadline: 200_000 });
    await until(() =>
      victim.backend.peers[0]?.received.some((frame) => frame.stream === 1 && frame.type === 0),
    );
    clock.moveTo(40_000);
    await victim.backend.peers[0]?.wait((frame) => frame.type === 6);
    // What was sent to us is read within the next turns.
    await settle();
    clock.moveTo(55_000);
    expect(victim.transport.counts).toMatchObject({ connections: 1, openStreams: 1 });
    await victim.transport.close();
    expect((await call).localReason).toBe('SHUTTING_DOWN');
  });

  it('on all calls, and answers each PING: it gets no more of them than servers forgive', async () => {
    const clock = handClock();
    const victim = await victimOf(
      async (peer: RawPeer) => {
        greet(peer);
        const sent = peer.received;
        for (let pings = 1; ; pings++) {
          await peer.wait(() => sent.filter((frame) => frame.type === 6).length === pings);
          peer.send(frame(6, 1, 0, Buffer.alloc(8)));
        }
      },
      { clock },
    );
    const sent = (): readonly ReceivedFrame[] => victim.backend.peers[0]?.received ?? [];
    const pings = (): number => sent().filter((frame) => frame.type === 6).length;
    let stream = -1;
    const callInVain = async (): Promise<void> => {
      stream += 2;
      const call = victim.call({ deadline: clock.now() + 1_000 });
      await until(() => sent().some((frame) => frame.stream === stream && frame.type === 0));
      clock.moveTo(clock.now() + 1_100);
      expect((await call).localReason).toBe('DEADLINE_EXCEEDED');
      await until(() => sent().some((frame) => frame.stream === stream && frame.type === 3));
      await settle();
    };
    for (let call = 0; call < 6; call++) await callInVain();
    expect(pings()).toBe(3);
    victim.backend.peers[0]?.send(headers(stream, grpcHead));
    await settle();
    await callInVain();
    expect(pings()).toBe(4);
  });

  it('and does not acknowledge our SETTINGS: SETTINGS_TIMEOUT', async () => {
    const clock = handClock();
    const victim = await victimOf(
      async (peer: RawPeer) => {
        if (peer.index > 0) return behave(peer);
        peer.send(settings());
      },
      { clock },
    );
    const call = victim.call({ deadline: 60_000 });
    await until(() =>
      victim.backend.peers[0]?.received.some((frame) => frame.stream === 1 && frame.type === 0),
    );
    clock.moveTo(16_000);
    const outcome = await call;
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL']);
    const [peer] = victim.backend.peers;
    expect(peer && (await errorCodeOf(peer, 'goaway'))).toBe(settingsTimeout);
  });

  it('without calls: the connection is closed when it has been idle, and made anew', async () => {
    const clock = handClock();
    const victim = await victimOf(behave, { clock, idleMs: 60_000 });
    expect((await victim.call({ deadline: 1_000 })).status.code).toBe(Code.OK);
    clock.moveTo(50_000);
    expect(victim.transport.counts.connections).toBe(1);
    clock.moveTo(70_000);
    expect([victim.transport.counts.connections, victim.transport.connectivity()]).toEqual([0, 'idle']);
    const [peer] = victim.backend.peers;
    expect(peer && (await errorCodeOf(peer, 'goaway'))).toBe(0);
    await peer?.closed;
    expect((await victim.call({ deadline: 80_000 })).status.code).toBe(Code.OK);
    expect(victim.backend.peers.length).toBe(2);
  });

  it('before its SETTINGS: connecting takes its time and no longer, and begins again after a pause', async () => {
    const clock = handClock();
    const victim = await victimOf((peer: RawPeer) => (peer.index > 0 ? behave(peer) : undefined), {
      clock,
      connectTimeoutMs: 5_000,
      backoff: { initialMs: 1_000, maxMs: 120_000 },
      random: () => 0.5,
    });
    const call = victim.call({ deadline: 100_000 });
    await until(() => victim.backend.peers[0]?.socket !== undefined);
    clock.moveTo(5_010);
    const outcome = await call;
    expect([outcome.status.code, outcome.localReason, outcome.unprocessed]).toEqual([
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
      true,
    ]);
    expect(victim.transport.connectivity()).toBe('failed');
    expect((await victim.call({ deadline: 100_000 })).unprocessed).toBe(true);
    clock.moveTo(6_020);
    expect(victim.transport.connectivity()).toBe('idle');
    expect((await victim.call({ deadline: 100_000 })).message?.toString()).toBe('fine');
  });

  it('in the middle of a connection that is cut: UNAVAILABLE at once', async () => {
    for (const [, bytes] of beginnings) {
      const victim = await victimOf(async (peer: RawPeer) => {
        greet(peer);
        await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
        peer.send(bytes);
        peer.socket.end();
        await once(peer.socket, 'close');
      });
      const outcome = await victim.call();
      expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE']);
      expect(outcome.unprocessed).toBeUndefined();
    }
  });

  it('and closes whatever it accepts: calls fail, and it is not asked without end', async () => {
    const victim = await victimOf((peer: RawPeer) => {
      peer.send(settings([3, 0]), settingsAck, frame(7, 0, 0, words(0, 0)));
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.unprocessed]).toEqual([Code.UNAVAILABLE, true]);
    expect(victim.backend.peers.length).toBeLessThan(5);
  });
});

/** Turns the event loop until something has come about. */
async function until(happened: () => boolean | undefined): Promise<void> {
  while (happened() !== true) await new Promise((resolve) => setImmediate(resolve));
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}
