import { describe, expect, it } from 'vitest';
import { handClock } from '../../../../test/support/hand-clock.js';
import { SeenProofs } from './seen-proofs.js';

describe('proofs that were used', () => {
  it('are known for as long as they could be used again, however the others come', () => {
    const clock = handClock(0);
    const seen = new SeenProofs(clock, 100, 10);
    expect(seen.take('a')).toBe('new');
    clock.moveTo(99);
    expect([seen.take('a'), seen.take('b')]).toEqual(['seen', 'new']);
    clock.moveTo(100);
    expect(seen.take('c')).toBe('new');
    clock.moveTo(198);
    expect(seen.take('b')).toBe('seen');
  });

  it('are forgotten after twice that time', () => {
    const clock = handClock(0);
    const seen = new SeenProofs(clock, 100, 10);
    seen.take('a');
    clock.moveTo(200);
    expect(seen.take('a')).toBe('new');
  });

  it('are never forgotten for others: without room for more, more are refused', () => {
    const clock = handClock(0);
    const seen = new SeenProofs(clock, 100, 2);
    expect(['a', 'b', 'c', 'a'].map((proof) => seen.take(proof))).toEqual(['new', 'new', 'full', 'seen']);
    clock.moveTo(100);
    expect(seen.take('c')).toBe('new');
  });
});
