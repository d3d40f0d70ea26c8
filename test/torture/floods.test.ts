import { describe, expect, it } from 'vitest';
import { Code } from '../../src/status/index.js';
import { data, frame, grpcHead, headers, message, settings, words } from '../support/frames.js';
import { eachCall, greet, type RawPeer } from '../support/raw-backend.js';
import { behave, callOf, errorCodeOf, torture } from '../support/torture.js';

/** A server that keeps us busy for nothing (RFC 9113 §10.5) loses the connection, and costs no memory. */

const enhanceYourCalm = 11;
const mebibyte = 1024 * 1024;

const rows: readonly (readonly [name: string, once: Buffer, again: Buffer])[] = [
  ['PING', Buffer.alloc(0), frame(6, 0, 0, '12345678')],
  ['acknowledgements of PING', Buffer.alloc(0), frame(6, 1, 0, '12345678')],
  ['SETTINGS', Buffer.alloc(0), settings([4, 70_000])],
  ['acknowledgements of SETTINGS', Buffer.alloc(0), frame(4, 1, 0)],
  ['empty DATA', headers(1, grpcHead), data(1, Buffer.alloc(0))],
  ['DATA of padding', headers(1, grpcHead), frame(0, 8, 1, '\x03\0\0\0')],
  ['PRIORITY', Buffer.alloc(0), frame(2, 0, 1, 'abcde')],
  ['WINDOW_UPDATE of the connection', Buffer.alloc(0), frame(8, 0, 0, words(1))],
  ['WINDOW_UPDATE of a stream', Buffer.alloc(0), frame(8, 0, 1, words(1))],
  ['frames of unknown types', Buffer.alloc(0), frame(0x77, 0, 1, 'x')],
  ['informational responses', Buffer.alloc(0), headers(1, [[':status', '103']])],
  ['GOAWAY', Buffer.alloc(0), frame(7, 0, 0, words(0x7fff_ffff, 0))],
  ['RST_STREAM of an ended stream', frame(3, 0, 1, words(8)), frame(3, 0, 1, words(8))],
  ['HEADERS of a stream that was reset', frame(3, 0, 1, words(8)), headers(1, grpcHead)],
];

describe('a server that floods the connection', () => {
  const victimOf = torture();

  it.each(rows)('with %s', async (_, once, again) => {
    const before = process.memoryUsage().rss;
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      const flood = Buffer.concat(Array.from({ length: 1_000 }, () => again));
      peer.send(once);
      for (let round = 0; round < 20; round++) peer.send(flood);
    });
    const outcome = await victim.call();
    const [peer] = victim.backend.peers;
    if (peer === undefined) throw new Error('no connection');
    expect(await errorCodeOf(peer, 'goaway')).toBe(enhanceYourCalm);
    expect([Code.UNAVAILABLE, Code.CANCELLED]).toContain(outcome.status.code);
    expect(outcome.localReason).toBe('UPSTREAM_PROTOCOL');
    expect((await victim.call()).message?.toString()).toBe('fine');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * mebibyte);
  });

  it.each(rows.slice(0, 11))('a few hundred are no flood: %s', async (name, once, again) => {
    if (name.startsWith('DATA') || name.startsWith('empty')) return;
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      await eachCall(peer, (stream) => {
        const few = Array.from({ length: 200 }, () => Buffer.from(again));
        for (const one of few) if (one.readUInt32BE(5) !== 0) one.writeUInt32BE(stream, 5);
        peer.send(once, ...few, headers(stream, grpcHead), data(stream, Buffer.from('\0\0\0\0\x01x')));
        peer.send(frame(1, 5, stream, Buffer.from('\0\x0bgrpc-status\x010')));
      });
    });
    for (let round = 0; round < 3; round++) expect((await victim.call()).status.code).toBe(Code.OK);
    expect(victim.backend.peers.length).toBe(1);
  });

  it('a server that reads nothing does not fill our memory with what it is owed', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.socket.pause();
      const flood = Buffer.concat(Array.from({ length: 900 }, () => frame(6, 0, 0, '12345678')));
      for (let round = 0; round < 20; round++) peer.send(flood);
    });
    const outcome = await victim.call();
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL']);
    expect((await victim.call()).status.code).toBe(Code.OK);
  });

  it('nor does one that sends messages beside what we would have to answer', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.socket.pause();
      peer.send(headers(1, grpcHead));
      const piece = [data(1, message('')), ...Array(4).fill(frame(6, 0, 0, '12345678'))];
      const flood = Buffer.concat(Array(400).fill(piece).flat());
      const send = (): void => {
        while (peer.socket.writable && peer.socket.write(flood));
      };
      peer.socket.on('drain', send);
      send();
    });
    const stream = victim.transport.stream(callOf());
    await stream.send(Buffer.from('request'));
    let messages = 0;
    while ((await stream.next()) !== undefined) messages += 1;
    const outcome = await stream.outcome;
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL']);
    // A PING is answered with 17 bytes, and the kernel takes some.
    expect(messages).toBeLessThan(1_000_000);
  });
});
