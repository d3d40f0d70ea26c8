import { describe, expect, it } from 'vitest';
import { frame, settings, settingsAck, words } from '../../../test/support/frames.js';
import { FrameWriter } from './frame-writer.js';

const bytesOf = (pieces: readonly Buffer[]): Buffer => Buffer.concat(pieces);

describe('FrameWriter', () => {
  it.each<[string, (writer: FrameWriter) => void, Buffer]>([
    [
      'SETTINGS',
      (w) =>
        w.settings([
          [3, 100],
          [4, 65_536],
        ]),
      settings([3, 100], [4, 65_536]),
    ],
    ['an acknowledgement', (w) => w.settingsAck(), settingsAck],
    ['PING', (w) => w.ping(Buffer.from('x12345678'), 1, true), frame(6, 1, 0, '12345678')],
    ['RST_STREAM', (w) => w.reset(5, 8), frame(3, 0, 5, words(8))],
    ['GOAWAY', (w) => w.goAway(11), frame(7, 0, 0, words(0, 11))],
    ['WINDOW_UPDATE', (w) => w.windowUpdate(0x7fff_fffd, 1), frame(8, 0, 0x7fff_fffd, words(1))],
    ['HEADERS', (w) => w.headers(1, Buffer.from('block...'), 5, 16_384), frame(1, 4, 1, 'block')],
    [
      'HEADERS in pieces',
      (w) => w.headers(1, Buffer.from('abcdefgh'), 8, 3),
      Buffer.concat([frame(1, 0, 1, 'abc'), frame(9, 0, 1, 'def'), frame(9, 4, 1, 'gh')]),
    ],
    ['an empty header block', (w) => w.headers(1, Buffer.alloc(0), 0, 16_384), frame(1, 4, 1)],
    ['DATA', (w) => w.data(1, Buffer.from('abcdef'), 1, 3, undefined, false), frame(0, 0, 1, 'bc')],
    [
      'DATA that begins a message',
      (w) => w.data(1, Buffer.from('abc'), 0, 2, 1, true),
      frame(0, 1, 1, '\x01\0\0\0\x03ab'),
    ],
    [
      'DATA too large to copy',
      (w) => w.data(1, Buffer.alloc(10_000, 'x'), 0, 10_000, 0, true),
      frame(0, 1, 1, `\0\0\0\x27\x10${'x'.repeat(10_000)}`),
    ],
  ])('%s', (_, write, expected) => {
    const writer = new FrameWriter();
    // At every place in the buffer, and past its end.
    for (let round = 0; round < 3_000; round += 7) {
      write(writer);
      expect(writer.bytes).toBe(expected.length);
      expect(bytesOf(writer.take()).equals(expected)).toBe(true);
      expect(writer.bytes).toBe(0);
    }
  });

  it('never writes over what was taken, until it may', () => {
    const writer = new FrameWriter();
    const taken: [piece: Buffer, copy: Buffer][] = [];
    for (let stream = 1; stream < 4_000; stream += 2) {
      writer.reset(stream, 8);
      writer.data(stream, Buffer.alloc(stream % 90, stream), 0, stream % 90, 0, false);
      for (const piece of writer.take()) taken.push([piece, Buffer.from(piece)]);
    }
    for (const [piece, copy] of taken) expect(piece.equals(copy)).toBe(true);

    writer.settingsAck();
    const [last] = writer.take();
    writer.reuse();
    writer.settingsAck();
    // The same memory once more.
    expect(writer.take()[0]?.byteOffset).toBe(0);
    expect(last?.equals(settingsAck)).toBe(true);
  });

  it('does not reuse what has been collected meanwhile', () => {
    const writer = new FrameWriter();
    writer.settingsAck();
    writer.reuse();
    writer.reset(1, 8);
    expect(bytesOf(writer.take())).toEqual(Buffer.concat([settingsAck, frame(3, 0, 1, words(8))]));
  });
});
