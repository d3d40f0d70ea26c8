import { describe, expect, it } from 'vitest';
import { Code } from '../../src/status/index.js';
import { answer, data, frame, grpcHead, headers, message, trailers, words } from '../support/frames.js';
import { eachCall, greet, type RawPeer } from '../support/raw-backend.js';
import { behave, callOf, torture } from '../support/torture.js';

/** GOAWAY (RFC 9113 §6.8) at every point of a call: what was not processed is repeated, the rest goes on. */

const goAway = (lastStream: number, errorCode = 0, debug = ''): Buffer =>
  frame(7, 0, 0, Buffer.concat([words(lastStream, errorCode), Buffer.from(debug)]));
const all = 0x7fff_ffff;

const points: readonly (readonly [name: string, frames: (goAway: Buffer) => readonly Buffer[]])[] = [
  ['before headers', (g) => [g, answer(1)]],
  ['after headers', (g) => [headers(1, grpcHead), g, data(1, message('fine')), trailers(1)]],
  [
    'within a message',
    (g) => [
      headers(1, grpcHead),
      data(1, message('fine').subarray(0, 6)),
      g,
      data(1, message('fine').subarray(6)),
      trailers(1),
    ],
  ],
  ['before trailers', (g) => [headers(1, grpcHead), data(1, message('fine')), g, trailers(1)]],
  ['after the answer', (g) => [answer(1), g]],
];

describe('a server that goes away', () => {
  const victimOf = torture();

  it.each(points)(
    '%s: the call under way ends well, the next takes another connection',
    async (_, frames) => {
      const victim = await victimOf(async (peer: RawPeer) => {
        if (peer.index > 0) return behave(peer);
        greet(peer);
        await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
        for (const one of frames(goAway(1))) peer.send(one);
      });
      expect((await victim.call()).message?.toString()).toBe('fine');
      // We close what nobody needs any more.
      await victim.backend.peers[0]?.closed;
      expect((await victim.call()).message?.toString()).toBe('fine');
      expect(victim.backend.peers.length).toBe(2);
    },
  );

  it('calls above the last stream are sent again, once, and as they were; those below go on', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 7 && frame.type === 0);
      peer.send(goAway(3));
      // Only when the refused ones are on their way elsewhere.
      setImmediate(() => peer.send(answer(1, 'first'), answer(3, 'second')));
    });
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => victim.call()));
    expect(outcomes.map((outcome) => outcome.message?.toString())).toEqual([
      'first',
      'second',
      'fine',
      'fine',
    ]);
    const again = victim.backend.peers[1]?.received.filter((frame) => frame.type === 0);
    expect(again?.map((frame) => frame.payload.subarray(5).toString())).toEqual(['request', 'request']);
  });

  it('a call that is refused twice was not processed, and says so', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.send(goAway(0));
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.localReason, outcome.unprocessed]).toEqual([
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
      true,
    ]);
    expect(victim.backend.peers.length).toBe(2);
  });

  it('a connection that is cut after GOAWAY takes along what it had promised to finish', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 3 && frame.type === 0);
      peer.send(goAway(1));
      peer.socket.end();
    });
    const [processed, refused] = await Promise.all([victim.call(), victim.call()]);
    expect([processed.status.code, processed.localReason, processed.unprocessed]).toEqual([
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
      undefined,
    ]);
    expect(refused.message?.toString()).toBe('fine');
  });

  it('a graceful end in two steps loses nothing', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 5 && frame.type === 0);
      peer.send(goAway(all), frame(6, 0, 0, 'shutdown'));
      await peer.wait((frame) => frame.type === 6 && frame.flags === 1);
      peer.send(goAway(5), answer(1), answer(3), answer(5));
    });
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => victim.call()));
    expect(outcomes.map((outcome) => outcome.status.code)).toEqual([0, 0, 0]);
    await victim.backend.peers[0]?.closed;
  });

  it('and keeps streams that have no end does not use up the connections there may be', async () => {
    const victim = await victimOf(
      async (peer: RawPeer) => {
        if (peer.index === 2) return behave(peer);
        greet(peer);
        await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
        peer.send(headers(1, grpcHead), goAway(1));
      },
      { connectionsMax: 2 },
    );
    for (let connection = 0; connection < 2; connection++) {
      await victim.transport.stream(callOf({ deadline: undefined })).headers;
    }
    expect((await victim.call()).message?.toString()).toBe('fine');
    expect(victim.transport.counts).toMatchObject({ connections: 3, openStreams: 2 });
  });

  it('GOAWAY with the first SETTINGS makes way for another connection', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      peer.send(goAway(0));
    });
    expect((await victim.call()).message?.toString()).toBe('fine');
    expect(victim.backend.peers.length).toBe(2);
  });

  it('a stream that has sent more than is kept for another attempt is not repeated', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer, [4, 1_000_000]);
      peer.send(frame(8, 0, 0, words(1_000_000)));
      await peer.wait((frame) => frame.stream === 1 && frame.type === 1);
      await peer.wait(
        () =>
          peer.received.filter((frame) => frame.type === 0).reduce((sum, f) => sum + f.payload.length, 0) >
          90_000,
      );
      peer.send(goAway(0));
    });
    const stream = victim.transport.stream(callOf());
    for (let index = 0; index < 3; index++) await stream.send(new Uint8Array(30_000));
    const outcome = await stream.outcome;
    expect([outcome.status.code, outcome.unprocessed]).toEqual([Code.UNAVAILABLE, true]);
    expect(victim.backend.peers.length).toBe(1);
  });

  it('a stream that has sent little is repeated with all of it', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      if (peer.index > 0) return eachCall(peer, (stream) => peer.send(answer(stream)));
      await peer.wait((frame) => frame.type === 0 && frame.payload.subarray(5).toString() === 'two');
      peer.send(goAway(0));
    });
    const stream = victim.transport.stream(callOf());
    await stream.send(Buffer.from('one'));
    await stream.send(Buffer.from('two'));
    stream.end();
    expect(Buffer.from((await stream.next()) ?? []).toString()).toBe('fine');
    const again = victim.backend.peers[1]?.received.filter((frame) => frame.type === 0);
    expect(Buffer.concat(again?.map((frame) => frame.payload) ?? []).toString('latin1')).toBe(
      '\0\0\0\0\x03one\0\0\0\0\x03two',
    );
  });

  it('who complains of pings is pinged half as often', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.send(goAway(0, 11, 'too_many_pings'));
    });
    expect((await victim.call()).message?.toString()).toBe('fine');
  });
});
