import { describe, expect, it } from 'vitest';
import { Code } from '../../src/status/index.js';
import {
  answer,
  data,
  frame,
  grpcHead,
  headers,
  message,
  settings,
  trailers,
  words,
} from '../support/frames.js';
import { greet, type RawPeer } from '../support/raw-backend.js';
import { behave, errorCodeOf, torture } from '../support/torture.js';

/**
 * What a server may not send at all (RFC 9113 §5.4.1): the connection ends with the right code, its calls end
 * UNAVAILABLE with a text of ours, and the next call finds a new connection.
 */

const protocolError = 1;
const flowControlError = 3;
const streamClosed = 5;
const frameSizeError = 6;
const compressionError = 9;
const enhanceYourCalm = 11;

const rows: readonly (readonly [name: string, frames: Buffer[], errorCode: number])[] = [
  // Sizes (§4.2, §6).
  ['DATA larger than 16,384', [headers(1, grpcHead), data(1, Buffer.alloc(16_385))], frameSizeError],
  ['HEADERS larger than 16,384', [frame(1, 4, 1, Buffer.alloc(16_385))], frameSizeError],
  ['an unknown frame larger than 16,384', [frame(99, 0, 0, Buffer.alloc(16_385))], frameSizeError],
  ['HEADERS too short for their priority', [frame(1, 0x24, 1, 'abcd')], frameSizeError],
  ['RST_STREAM of 3 bytes', [frame(3, 0, 1, 'abc')], frameSizeError],
  ['SETTINGS of 5 bytes', [frame(4, 0, 0, 'abcde')], frameSizeError],
  ['an acknowledgement of SETTINGS with a payload', [frame(4, 1, 0, 'abcdef')], frameSizeError],
  ['PING of 9 bytes', [frame(6, 0, 0, '123456789')], frameSizeError],
  ['GOAWAY of 4 bytes', [frame(7, 0, 0, 'abcd')], frameSizeError],
  ['WINDOW_UPDATE of 5 bytes', [frame(8, 0, 1, 'abcde')], frameSizeError],
  ['padding longer than DATA', [headers(1, grpcHead), frame(0, 8, 1, '\x20abc')], protocolError],
  ['padding longer than HEADERS', [frame(1, 12, 1, '\x20abc')], protocolError],
  // Streams that are none (§5.1, §5.1.1).
  ['DATA on stream 0', [frame(0, 0, 0, 'abc')], protocolError],
  ['HEADERS on stream 0', [frame(1, 4, 0, 'abc')], protocolError],
  ['PRIORITY on stream 0', [frame(2, 0, 0, 'abcde')], protocolError],
  ['RST_STREAM on stream 0', [frame(3, 0, 0, words(0))], protocolError],
  ['CONTINUATION on stream 0', [frame(9, 4, 0, 'abc')], protocolError],
  ['SETTINGS on a stream', [frame(4, 0, 1)], protocolError],
  ['PING on a stream', [frame(6, 0, 1, '12345678')], protocolError],
  ['GOAWAY on a stream', [frame(7, 0, 1, words(0, 0))], protocolError],
  ['DATA on a stream not opened', [data(3, Buffer.from('abc'))], protocolError],
  ['HEADERS on a stream not opened', [headers(3, grpcHead)], protocolError],
  ['RST_STREAM on a stream not opened', [frame(3, 0, 3, words(0))], protocolError],
  ['WINDOW_UPDATE on a stream not opened', [frame(8, 0, 3, words(1))], protocolError],
  ['DATA on an even stream', [data(2, Buffer.from('abc'))], protocolError],
  ['HEADERS on an even stream', [headers(2, grpcHead)], protocolError],
  ['PUSH_PROMISE', [frame(5, 4, 1, words(2))], protocolError],
  // Streams that have ended (§5.1, "closed").
  ['DATA after END_STREAM', [answer(1), data(1, message('x'))], streamClosed],
  ['HEADERS after END_STREAM', [answer(1), headers(1, grpcHead)], streamClosed],
  ['trailers after END_STREAM', [answer(1), trailers(1)], streamClosed],
  // Header blocks (§4.3, §6.10).
  ['CONTINUATION without HEADERS', [frame(9, 4, 1, 'abc')], protocolError],
  [
    'CONTINUATION after DATA',
    [headers(1, grpcHead), data(1, message('x')), frame(9, 4, 1, '')],
    protocolError,
  ],
  ['CONTINUATION of another stream', [frame(1, 0, 1), frame(9, 4, 3)], protocolError],
  ['DATA within a header block', [frame(1, 0, 1), data(1, message('x'))], protocolError],
  ['SETTINGS within a header block', [frame(1, 0, 1), settings()], protocolError],
  ['WINDOW_UPDATE within a header block', [frame(1, 0, 1), frame(8, 0, 0, words(1))], protocolError],
  ['a header block that is cut', [frame(1, 4, 1, '\0\x0aabc')], compressionError],
  ['an index that is not in the table', [frame(1, 4, 1, '\xff\x80\x01')], compressionError],
  ['a table larger than announced', [frame(1, 4, 1, '\x3f\xe2\x1f')], compressionError],
  ['wrong Huffman padding', [frame(1, 4, 1, '\x00\x81\x18\x01a')], compressionError],
  // Settings (§6.5.2).
  ['ENABLE_PUSH 1 from a server', [settings([2, 1])], protocolError],
  ['ENABLE_PUSH 2', [settings([2, 2])], protocolError],
  ['INITIAL_WINDOW_SIZE of 2^31', [settings([4, 0x8000_0000])], flowControlError],
  ['MAX_FRAME_SIZE below 2^14', [settings([5, 16_383])], protocolError],
  ['MAX_FRAME_SIZE beyond 2^24-1', [settings([5, 0x100_0000])], protocolError],
  // Flow control (§6.9).
  ['WINDOW_UPDATE of 0 on the connection', [frame(8, 0, 0, words(0))], protocolError],
  ['WINDOW_UPDATE that overflows the connection', [frame(8, 0, 0, words(0x7fff_ffff))], flowControlError],
  [
    'INITIAL_WINDOW_SIZE that overflows a stream',
    [frame(8, 0, 1, words(0x7fff_0000 - 65_535)), settings([4, 0x7fff_ffff])],
    flowControlError,
  ],
  // GOAWAY (§6.8).
  [
    'GOAWAY that takes back a refusal',
    [frame(7, 0, 0, words(1, 0)), frame(7, 0, 0, words(3, 0))],
    protocolError,
  ],
  // What never ends (§10.5).
  [
    'CONTINUATION without end',
    [frame(1, 0, 1), ...Array.from({ length: 200 }, () => frame(9, 0, 1))],
    enhanceYourCalm,
  ],
];

describe('a server that breaks a rule of the connection', () => {
  const victimOf = torture();

  it.each(rows)('%s', async (_, frames, errorCode) => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 1 && frame.type === 0);
      peer.send(...frames);
    });
    const first = await victim.call();
    const [peer] = victim.backend.peers;
    if (peer === undefined) throw new Error('no connection');
    expect(await errorCodeOf(peer, 'goaway')).toBe(errorCode);
    await peer.closed;
    // Where the answer had come before, it counts.
    if (first.status.code !== Code.OK) {
      expect([first.status.code, first.localReason]).toEqual([Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL']);
      expect(first.status.message).toMatch(/^[A-Z][A-Za-z ]+\.$/);
    }
    expect(first.unprocessed).toBeUndefined();
    expect((await victim.call()).message?.toString()).toBe('fine');
    expect(victim.backend.peers.length).toBe(2);
  });

  it('ends the calls beside it as well, and none twice', async () => {
    const victim = await victimOf(async (peer: RawPeer) => {
      if (peer.index > 0) return behave(peer);
      greet(peer);
      await peer.wait((frame) => frame.stream === 9 && frame.type === 0);
      peer.send(frame(6, 0, 1, '12345678'));
    });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => victim.call()));
    expect(outcomes.map((outcome) => [outcome.status.code, outcome.localReason])).toEqual(
      outcomes.map(() => [Code.UNAVAILABLE, 'UPSTREAM_PROTOCOL']),
    );
  });
});
