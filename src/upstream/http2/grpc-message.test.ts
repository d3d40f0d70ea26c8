import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MessageReader } from './grpc-message.js';

function prefixed(content: Uint8Array | string, flag = 0, length?: number): Buffer {
  const body = Buffer.from(content);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(length ?? body.length, 1);
  return Buffer.concat([prefix, body]);
}

function read(input: Buffer, pieces: readonly number[], encoding = 'gzip', bytesMax = 1_000) {
  const messages: string[] = [];
  const problems: string[] = [];
  const reader = new MessageReader(
    {
      message: (binary) => messages.push(binary.toString()),
      unreadable: (problem) => problems.push(problem),
    },
    bytesMax,
    encoding,
  );
  // As from a socket: one buffer, overwritten by each piece.
  const chunk = Buffer.alloc(input.length + 1);
  let start = 0;
  for (const end of [...pieces, input.length]) {
    chunk.fill(0xee);
    input.copy(chunk, 1, start, end);
    reader.push(chunk, 1, 1 + end - start);
    start = end;
  }
  return { messages, problems, isBetweenMessages: reader.isBetweenMessages };
}

const streams: readonly (readonly [name: string, input: Buffer, messages: readonly string[]])[] = [
  ['one message', prefixed('abc'), ['abc']],
  ['an empty message', prefixed(''), ['']],
  [
    'several messages',
    Buffer.concat(['a', '', 'bcd', ''].map((text) => prefixed(text))),
    ['a', '', 'bcd', ''],
  ],
  ['a compressed message', prefixed(gzipSync('abc'), 1), ['abc']],
  ['both kinds', Buffer.concat([prefixed(gzipSync('a'), 1), prefixed('b')]), ['a', 'b']],
  ['a message as large as allowed', prefixed('x'.repeat(1_000)), ['x'.repeat(1_000)]],
  ['one that is as large when inflated', prefixed(gzipSync('x'.repeat(1_000)), 1), ['x'.repeat(1_000)]],
];

describe('MessageReader', () => {
  it.each(streams)('reads %s, cut at every position', (_, input, messages) => {
    for (let cut = 0; cut <= input.length; cut++) {
      expect(read(input, [cut])).toEqual({ messages, problems: [], isBetweenMessages: true });
    }
    const everywhere = Array.from({ length: input.length }, (_, index) => index);
    expect(read(input, everywhere)).toEqual({ messages, problems: [], isBetweenMessages: true });
  });

  it.each([
    ['a length beyond the limit', prefixed('', 0, 1_001), 'too large'],
    ['a length of 4 GiB', prefixed('', 0, 0xffff_ffff), 'too large'],
    ['one that is too large when inflated', prefixed(gzipSync('x'.repeat(1_001)), 1), 'too large'],
    ['a bomb', prefixed(gzipSync(Buffer.alloc(10_000_000)).subarray(0, 900), 1), 'too large'],
    ['a flag that does not exist', prefixed('abc', 2), 'malformed'],
    ['garbage said to be gzip', prefixed('abc', 1), 'malformed'],
    ['gzip that ends early', prefixed(gzipSync('abc').subarray(0, -9), 1), 'malformed'],
  ])('refuses %s, and reads nothing after it', (_, input, problem) => {
    const whole = Buffer.concat([prefixed('before'), input, prefixed('after')]);
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(read(whole, [cut])).toMatchObject({ messages: ['before'], problems: [problem] });
    }
  });

  it.each(['identity', 'br', 'deflate'])('refuses the compressed flag with encoding %s', (encoding) => {
    expect(read(prefixed(gzipSync('abc'), 1), [], encoding).problems).toEqual(['malformed']);
  });

  it('knows that a message is cut', () => {
    const input = prefixed('abc');
    for (let length = 1; length < input.length; length++) {
      expect(read(input.subarray(0, length), []).isBetweenMessages).toBe(false);
    }
  });

  it('takes room for what has come, not for what is announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = new MessageReader({ message() {}, unreadable() {} }, 64 * 1024 * 1024, 'identity');
      reader.push(prefixed('x', 0, 64 * 1024 * 1024), 0, 6);
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(readers.length).toBe(100);
  });
});
