import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/support/random-message.js';
import { KeyTable } from './key-table.js';

const table = (max: number): KeyTable => new KeyTable(() => max, seeded(1));

describe('the keys of a limit', () => {
  it('keep one number each', () => {
    const keys = table(10);
    expect(keys.get('a')).toBeUndefined();
    keys.set('a', 5, 0);
    keys.set('b', 6, 0);
    keys.set('a', 7, 0);
    expect([keys.get('a'), keys.get('b'), keys.size]).toEqual([7, 6, 2]);
  });

  it('are forgotten by and by when their time has passed', () => {
    const keys = table(10_000);
    for (let i = 0; i < 1_000; i++) keys.set(`old${i}`, 100, 0);
    for (let i = 0; i < 1_000; i++) keys.set(`new${i}`, 300, 200);
    expect(keys.size).toBeLessThanOrEqual(1_002);
    for (let i = 0; i < 1_000; i++) expect(keys.get(`new${i}`)).toBe(300);
  });

  it('never are more than there is room for, also where the room gets smaller', () => {
    let max = 100;
    const keys = new KeyTable(() => max, seeded(1));
    for (let i = 0; i < 1_000; i++) {
      keys.set(`k${i}`, i + 1, 0);
      expect(keys.size).toBeLessThanOrEqual(max);
    }
    max = 50;
    keys.set('more', 1, 0);
    expect(keys.size).toBeLessThanOrEqual(50);
  });

  it('that have used up their limit stay through a flood of fresh ones', () => {
    const keys = table(1_000);
    for (let i = 0; i < 10; i++) keys.set(`exhausted${i}`, 1_000_000, 0);
    for (let i = 0; i < 100_000; i++) keys.set(`fresh${i}`, 10, 0);
    for (let i = 0; i < 10; i++) expect(keys.get(`exhausted${i}`)).toBe(1_000_000);
    expect(keys.size).toBe(1_000);
  });

  it('survive any mix of additions and removals', () => {
    const random = seeded(1);
    const keys = table(50);
    for (let now = 0; now < 20_000; now++) {
      const key = `k${Math.floor(random() * 100)}`;
      const time = now + random() * 60;
      keys.set(key, time, now);
      expect(keys.get(key)).toBe(time);
      expect(keys.size).toBeLessThanOrEqual(50);
    }
  });
});
