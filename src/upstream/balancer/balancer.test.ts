import { describe, expect, it } from 'vitest';
import type { Balancer, Candidate } from './balancer.js';
import { hashText } from './hash.js';
import { createLeastRequest } from './least-request.js';
import { createPickFirst } from './pick-first.js';
import { createRingHash } from './ring-hash.js';
import { createRoundRobin } from './round-robin.js';

const endpoint = (key: string, inFlight = 0): Candidate => ({ key, inFlight });
const [a, b, c] = [endpoint('a'), endpoint('b'), endpoint('c')];
const picks = (balancer: Balancer<Candidate>, count: number): string =>
  Array.from({ length: count }, () => balancer.pick(undefined)?.key).join('');
/** Chance that says these numbers, over and over. */
const saying = (...numbers: readonly number[]) => {
  let index = 0;
  return () => numbers[index++ % numbers.length] ?? 0;
};

const all: readonly (readonly [string, () => Balancer<Candidate>])[] = [
  ['round_robin', () => createRoundRobin(Math.random)],
  ['least_request', () => createLeastRequest(Math.random)],
  ['ring_hash', () => createRingHash(Math.random)],
  ['pick_first', () => createPickFirst()],
];

describe.each(all)('%s', (_, create) => {
  it('picks nothing from nothing, the one from one', () => {
    const balancer = create();
    expect(balancer.pick(undefined)).toBeUndefined();
    balancer.update([a]);
    expect(picks(balancer, 5)).toBe('aaaaa');
    balancer.update([]);
    expect(balancer.pick(7)).toBeUndefined();
  });

  it('picks only from what there is now', () => {
    const balancer = create();
    balancer.update([a, b, c]);
    picks(balancer, 10);
    balancer.update([c]);
    expect(picks(balancer, 5)).toBe('ccccc');
  });
});

describe('round_robin', () => {
  it('goes round, beginning anywhere', () => {
    const balancer = createRoundRobin<Candidate>(saying(0.5));
    balancer.update([a, b, c]);
    expect(picks(balancer, 7)).toBe('bcabcab');
  });
});

describe('least_request', () => {
  const busy = endpoint('busy', 9);
  it.each([
    ['of two different ones the one with fewer calls', [busy, a], [0, 0], 'a'],
    ['whichever was drawn first', [a, busy], [0, 0], 'a'],
    ['the first drawn when equal', [a, b], [0.6, 0], 'b'],
    ['never the same twice', [busy, a, b], [0, 0.9], 'b'],
  ] as const)('takes %s', (_, candidates, chance, expected) => {
    const balancer = createLeastRequest<Candidate>(saying(...chance));
    balancer.update(candidates);
    expect(balancer.pick(undefined)?.key).toBe(expected);
  });

  it('leaves a busy one alone while others are idle', () => {
    const balancer = createLeastRequest<Candidate>(Math.random);
    balancer.update([busy, a, b]);
    expect(picks(balancer, 200)).not.toContain('busy');
  });
});

describe('ring_hash', () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => hashText(`user-${index}`));
  const ring = (candidates: readonly Candidate[]) => {
    const balancer = createRingHash<Candidate>(Math.random);
    balancer.update(candidates);
    return keys.map((hash) => balancer.pick(hash)?.key);
  };

  it('one hash meets one endpoint, in whatever order they are known', () => {
    expect(ring([a, b, c])).toEqual(ring([c, a, b]));
  });

  it('shares are near to even', () => {
    const placed = ring([a, b, c]);
    for (const key of ['a', 'b', 'c']) {
      const share = placed.filter((to) => to === key).length;
      expect(share).toBeGreaterThan(200);
      expect(share).toBeLessThan(470);
    }
  });

  it('an endpoint that goes moves only its own share', () => {
    const [before, after] = [ring([a, b, c]), ring([a, c])];
    expect(before.filter((to, index) => to !== 'b' && to !== after[index])).toEqual([]);
  });

  it('a hash beyond the last point begins again at the first', () => {
    const balancer = createRingHash<Candidate>(Math.random);
    balancer.update([a, b]);
    expect(balancer.pick(2 ** 32 - 1)?.key).toBe(balancer.pick(0)?.key);
  });
});

describe('pick_first', () => {
  it('stays with its choice when an earlier one returns', () => {
    const balancer = createPickFirst<Candidate>();
    balancer.update([a, b]);
    expect(picks(balancer, 2)).toBe('aa');
    balancer.update([b]);
    balancer.update([a, b]);
    expect(picks(balancer, 2)).toBe('bb');
  });
});
