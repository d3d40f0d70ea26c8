import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../../test/support/frames.js';
import { ConnectionError, ErrorCode } from './error-code.js';
import { type FrameHandler, FrameReader, FrameType } from './frame-reader.js';

const blockBytesMax = 40_000;

/** Writes down what it is told. */
function recorder(): { handler: FrameHandler; log: string[] } {
  const log: string[] = [];
  const text = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end);
  const handler: FrameHandler = {
    data: (stream, bytes, start, end, frameBytes, isLast) =>
      log.push(`data ${stream} "${text(bytes, start, end)}" of ${frameBytes}${isLast ? ' last' : ''}`),
    headers: (stream, block, start, end, isLast) =>
      log.push(`headers ${stream} "${text(block, start, end)}"${isLast ? ' last' : ''}`),
    reset: (stream, errorCode) => log.push(`reset ${stream} ${errorCode}`),
    settings: (bytes, start, end) => log.push(`settings ${bytes.toString('hex', start, end)}`),
    settingsAck: () => log.push('settings ack'),
    ping: (bytes, start, isAck) => log.push(`ping ${text(bytes, start, start + 8)}${isAck ? ' ack' : ''}`),
    goAway: (lastStream, errorCode, debugData) =>
      log.push(`goaway ${lastStream} ${errorCode} "${debugData.toString()}"`),
    windowUpdate: (stream, increment) => log.push(`window ${stream} ${increment}`),
    streamError: (stream, errorCode) => log.push(`stream error ${stream} ${errorCode}`),
    ignored: () => log.push('ignored'),
  };
  return { handler, log };
}

const settings = frame(FrameType.SETTINGS, 0, 0, '');
const code = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
};

type Row = readonly [name: string, frames: readonly Buffer[], log: readonly string[]];

const sequences: readonly Row[] = [
  ['DATA', [frame(0, 0, 1, 'abc')], ['data 1 "abc" of 3']],
  ['DATA, empty and last', [frame(0, 1, 3, '')], ['data 3 "" of 0 last']],
  ['DATA, padded', [frame(0, 8, 1, '\x02ab\0\0')], ['data 1 "ab" of 5']],
  ['DATA of padding alone', [frame(0, 9, 1, '\x02\0\0')], ['data 1 "" of 3 last']],
  ['HEADERS', [frame(1, 4, 1, 'block')], ['headers 1 "block"']],
  ['HEADERS, last', [frame(1, 5, 1, 'block')], ['headers 1 "block" last']],
  ['HEADERS with priority', [frame(1, 0x24, 1, 'ppppwblock')], ['headers 1 "block"']],
  ['HEADERS with priority and padding', [frame(1, 0x2c, 1, '\x03ppppwblock\0\0\0')], ['headers 1 "block"']],
  [
    'HEADERS and CONTINUATION',
    [frame(1, 1, 1, 'one '), frame(9, 0, 1, 'two '), frame(9, 0, 1, ''), frame(9, 4, 1, 'three')],
    ['headers 1 "one two three" last'],
  ],
  ['PRIORITY', [frame(2, 0, 1, 'ppppw')], ['ignored']],
  ['PRIORITY of a wrong size', [frame(2, 0, 7, 'pppp')], ['stream error 7 6']],
  ['RST_STREAM', [frame(3, 0, 1, code(8))], ['reset 1 8']],
  ['SETTINGS', [frame(4, 0, 0, Buffer.from('000300000064', 'hex'))], ['settings 000300000064']],
  ['SETTINGS, acknowledged', [frame(4, 1, 0, '')], ['settings ack']],
  ['PING', [frame(6, 0, 0, '12345678'), frame(6, 1, 0, 'abcdefgh')], ['ping 12345678', 'ping abcdefgh ack']],
  [
    'GOAWAY',
    [frame(7, 0, 0, Buffer.concat([code(0x8000_0005, 11), Buffer.from('why')]))],
    ['goaway 5 11 "why"'],
  ],
  [
    'WINDOW_UPDATE',
    [frame(8, 0, 0, code(1)), frame(8, 0, 5, code(0xffff_ffff))],
    ['window 0 1', 'window 5 2147483647'],
  ],
  ['WINDOW_UPDATE of 0 on a stream', [frame(8, 0, 5, code(0))], ['stream error 5 1']],
  ['an unknown type', [frame(0xfa, 0xff, 9, 'whatever')], ['ignored']],
  ['the reserved bit', [frame(0, 0, 0x8000_0001, 'x')], ['data 1 "x" of 1']],
  ['the largest frame', [frame(0, 0, 1, 'x'.repeat(16_384))], [`data 1 "${'x'.repeat(16_384)}" of 16384`]],
];

const violations: readonly (readonly [name: string, frames: readonly Buffer[], errorCode: number])[] = [
  ['a frame too large', [frame(0, 0, 1, 'x'.repeat(16_385))], ErrorCode.FRAME_SIZE_ERROR],
  ['an unknown frame too large', [frame(0xfa, 0, 0, 'x'.repeat(16_385))], ErrorCode.FRAME_SIZE_ERROR],
  ['DATA on stream 0', [frame(0, 0, 0, 'x')], ErrorCode.PROTOCOL_ERROR],
  ['DATA with as much padding as frame', [frame(0, 8, 1, '\x04abc')], ErrorCode.PROTOCOL_ERROR],
  ['DATA with a padding bit and nothing', [frame(0, 8, 1, '')], ErrorCode.FRAME_SIZE_ERROR],
  ['HEADERS on stream 0', [frame(1, 4, 0, 'x')], ErrorCode.PROTOCOL_ERROR],
  ['HEADERS with more padding than frame', [frame(1, 12, 1, '\x09abc')], ErrorCode.PROTOCOL_ERROR],
  ['HEADERS with half a priority', [frame(1, 0x24, 1, 'ppp')], ErrorCode.FRAME_SIZE_ERROR],
  ['PRIORITY on stream 0', [frame(2, 0, 0, 'ppppw')], ErrorCode.PROTOCOL_ERROR],
  ['RST_STREAM on stream 0', [frame(3, 0, 0, code(1))], ErrorCode.PROTOCOL_ERROR],
  ['RST_STREAM of three bytes', [frame(3, 0, 1, 'abc')], ErrorCode.FRAME_SIZE_ERROR],
  ['RST_STREAM of five bytes', [frame(3, 0, 1, 'abcde')], ErrorCode.FRAME_SIZE_ERROR],
  ['SETTINGS on a stream', [frame(4, 0, 1, '')], ErrorCode.PROTOCOL_ERROR],
  ['SETTINGS of seven bytes', [frame(4, 0, 0, '1234567')], ErrorCode.FRAME_SIZE_ERROR],
  ['an acknowledgement with settings', [frame(4, 1, 0, '123456')], ErrorCode.FRAME_SIZE_ERROR],
  ['PUSH_PROMISE', [frame(5, 4, 1, code(2))], ErrorCode.PROTOCOL_ERROR],
  ['PING on a stream', [frame(6, 0, 1, '12345678')], ErrorCode.PROTOCOL_ERROR],
  ['PING of seven bytes', [frame(6, 0, 0, '1234567')], ErrorCode.FRAME_SIZE_ERROR],
  ['GOAWAY on a stream', [frame(7, 0, 1, code(0, 0))], ErrorCode.PROTOCOL_ERROR],
  ['GOAWAY of seven bytes', [frame(7, 0, 0, '1234567')], ErrorCode.FRAME_SIZE_ERROR],
  ['WINDOW_UPDATE of three bytes', [frame(8, 0, 1, '123')], ErrorCode.FRAME_SIZE_ERROR],
  ['WINDOW_UPDATE of 0 on the connection', [frame(8, 0, 0, code(0))], ErrorCode.PROTOCOL_ERROR],
  ['CONTINUATION without HEADERS', [frame(9, 4, 1, 'x')], ErrorCode.PROTOCOL_ERROR],
  [
    'CONTINUATION after the end of a block',
    [frame(1, 4, 1, 'x'), frame(9, 4, 1, 'x')],
    ErrorCode.PROTOCOL_ERROR,
  ],
  ['CONTINUATION of another stream', [frame(1, 0, 1, 'x'), frame(9, 4, 3, 'x')], ErrorCode.PROTOCOL_ERROR],
  ['DATA within a block', [frame(1, 0, 1, 'x'), frame(0, 0, 1, 'x')], ErrorCode.PROTOCOL_ERROR],
  ['PING within a block', [frame(1, 0, 1, 'x'), frame(6, 0, 0, '12345678')], ErrorCode.PROTOCOL_ERROR],
  ['an unknown frame within a block', [frame(1, 0, 1, 'x'), frame(0xfa, 0, 0, '')], ErrorCode.PROTOCOL_ERROR],
  [
    'a block beyond the limit',
    [
      frame(1, 0, 1, 'x'.repeat(16_000)),
      ...Array.from({ length: 2 }, () => frame(9, 0, 1, 'x'.repeat(16_000))),
    ],
    ErrorCode.ENHANCE_YOUR_CALM,
  ],
  [
    'a block of pieces without end',
    [frame(1, 0, 1, ''), ...Array.from({ length: 64 }, () => frame(9, 0, 1, ''))],
    ErrorCode.ENHANCE_YOUR_CALM,
  ],
];

function read(frames: readonly Buffer[], pieceBytes: (whole: number) => readonly number[]): string[] {
  const { handler, log } = recorder();
  const reader = new FrameReader(handler, blockBytesMax);
  const whole = Buffer.concat(frames);
  // As from a socket: one buffer, overwritten by each piece.
  const chunk = Buffer.alloc(whole.length);
  let start = 0;
  for (const end of [...pieceBytes(whole.length), whole.length]) {
    chunk.fill(0xee);
    whole.copy(chunk, 0, start, end);
    reader.push(chunk, end - start);
    start = end;
  }
  return log;
}

describe('FrameReader', () => {
  it.each(sequences)('%s', (_, frames, log) => {
    expect(read([settings, ...frames], () => [])).toEqual(['settings ', ...log]);
  });

  it.each(sequences)('cut at every position: %s', (_, frames, log) => {
    const all = [settings, ...frames];
    const { length } = Buffer.concat(all);
    for (let cut = 0; cut <= length; cut += length > 1_000 ? 97 : 1) {
      expect(read(all, () => [cut])).toEqual(['settings ', ...log]);
    }
    expect(read(all, () => Array.from({ length }, (_, index) => index))).toEqual(['settings ', ...log]);
  });

  it.each(violations)('ends the connection for %s', (_, frames, errorCode) => {
    for (const cuts of [() => [], (length: number) => Array.from({ length }, (_, index) => index)]) {
      let found: unknown;
      try {
        read([settings, ...frames], cuts);
      } catch (error) {
        found = error;
      }
      expect(found).toBeInstanceOf(ConnectionError);
      expect(found).toMatchObject({ errorCode });
    }
  });

  it('refuses a frame too large by its header alone', () => {
    const header = frame(0, 0, 1, 'x'.repeat(20_000)).subarray(0, 9);
    expect(() => read([settings, header], () => [])).toThrow(ConnectionError);
  });

  it.each([
    ['PING', frame(6, 0, 0, '12345678')],
    ['an acknowledgement', frame(4, 1, 0, '')],
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('expects SETTINGS first, not %s', (_, first) => {
    expect(() => read([first], () => [])).toThrow(ConnectionError);
  });

  it('reads nothing more once it is stopped', () => {
    const { handler, log } = recorder();
    const reader = new FrameReader({ ...handler, settingsAck: () => reader.stop() }, blockBytesMax);
    const chunk = Buffer.concat([settings, frame(4, 1, 0, ''), frame(6, 0, 0, '12345678')]);
    reader.push(chunk, chunk.length);
    expect(log).toEqual(['settings ']);
  });

  it('throws nothing but ConnectionError, whatever comes', () => {
    const header = fc
      .tuple(fc.nat(12), fc.nat(255), fc.nat(5), fc.uint8Array({ maxLength: 40 }))
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, Buffer.from(payload)));
    const random = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: header }, random)), fc.nat(), (frames, cut) => {
        const { handler } = recorder();
        const reader = new FrameReader(handler, blockBytesMax);
        const whole = Buffer.concat([settings, ...frames]);
        const at = cut % whole.length;
        try {
          reader.push(whole, at);
          reader.push(whole.subarray(at), whole.length - at);
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
