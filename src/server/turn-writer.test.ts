import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { turnWriter } from './turn-writer.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stream that notes what it was given, and takes `highWaterMark` bytes before it is full. */
function sink(highWaterMark = 1_000_000): { stream: Writable; written: string[]; release: () => void } {
  const written: string[] = [];
  let release = (): void => {};
  const stream = new Writable({
    highWaterMark,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      release = done;
      if (highWaterMark > 100) done();
    },
  });
  return { stream, written, release: () => release() };
}

it('what is written in one turn goes out together, and at its end', async () => {
  const { stream, written } = sink();
  const writer = turnWriter(stream);
  for (const text of ['a', 'b', 'c']) {
    expect(writer.write(bytes(text))).toBe(true);
    await Promise.resolve();
  }
  expect(written).toEqual([]);
  await turnEnd();
  expect(written).toEqual(['abc']);
  writer.write(bytes('d'));
  await turnEnd();
  expect(written).toEqual(['abc', 'd']);
});

it('a flush keeps nothing back', () => {
  const { stream, written } = sink();
  const writer = turnWriter(stream);
  writer.write(bytes('a'));
  writer.flush();
  writer.flush();
  expect(written).toEqual(['a']);
});

it('64 KB go out before the turn ends', () => {
  const { stream, written } = sink();
  const writer = turnWriter(stream);
  for (let i = 0; i < 64; i++) writer.write(new Uint8Array(1024));
  expect(written.map((text) => text.length)).toEqual([64 * 1024]);
});

it('says when the stream is full, whoever has filled it', async () => {
  const { stream, release } = sink(2);
  const writer = turnWriter(stream);
  expect(writer.write(bytes('abc'))).toBe(true);
  await turnEnd();
  expect(writer.write(bytes('d'))).toBe(false);
  const drained = once(stream, 'drain');
  release();
  await turnEnd();
  release();
  await drained;
  expect(writer.write(bytes('e'))).toBe(true);
});

it('writes nothing to a stream that is gone', async () => {
  const { stream, written } = sink();
  const writer = turnWriter(stream);
  writer.write(bytes('a'));
  stream.destroy();
  await turnEnd();
  expect(written).toEqual([]);
});
