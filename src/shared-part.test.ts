import { describe, expect, it } from 'vitest';
import { SharedPart } from './shared-part.js';

describe('a shared part', () => {
  const closed: string[] = [];
  const make = (name: string, config: unknown, before?: SharedPart<string>) =>
    SharedPart.of(
      before,
      config,
      () => name,
      (value) => closed.push(value),
    );

  it.each<[string, unknown, unknown, boolean]>([
    ['the same', { a: [1, { b: 'c' }] }, { a: [1, { b: 'c' }] }, true],
    ['other keys of no value', { a: 1 }, { a: 1, b: undefined }, false],
    ['another value', { a: [1, { b: 'c' }] }, { a: [1, { b: 'd' }] }, false],
    ['none and none', undefined, undefined, true],
  ])('is kept where the configuration is the same: %s', (_, one, other, isKept) => {
    const first = make('first', one);
    expect(make('second', other, first).value).toBe(isKept ? 'first' : 'second');
  });

  it('is closed by the last who releases it, and not kept after that', async () => {
    closed.length = 0;
    const first = make('first', 1);
    const second = make('second', 1, first);
    await first.release();
    expect(closed).toEqual([]);
    await second.release();
    expect(closed).toEqual(['first']);
    expect(make('third', 1, first).value).toBe('third');
  });
});
