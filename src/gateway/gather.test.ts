import { expect, it } from 'vitest';
import { Gather } from './gather.js';

it('gives back what was added, in order, and begins anew', () => {
  const gather = new Gather();
  const all = Uint8Array.from({ length: 10_000 }, (_, index) => index % 251);
  for (const size of [1, 7, 1_499, 1_500, 1_501, 9_999]) {
    for (let at = 0; at < all.length - 1; at += size)
      gather.add(all.subarray(at, Math.min(at + size, all.length - 1)));
    expect(gather.length).toBe(all.length - 1);
    expect(Buffer.compare(gather.take(all.subarray(-1)), all)).toBe(0);
    expect(gather.length).toBe(0);
  }
});

it('what came in one piece is not copied', () => {
  const piece = Uint8Array.of(1, 2, 3);
  expect(new Gather().take(piece)).toBe(piece);
});

it('a body in pieces of one byte costs no more than twice its size', () => {
  const gather = new Gather();
  for (let i = 0; i < 4_000_000; i++) gather.add(Uint8Array.of(i));
  expect(gather.take().buffer.byteLength).toBeLessThan(8_000_000);
});
