import { describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { defaultLimits } from '../../limits.js';
import { createSharedMemory, type MemoryGuest } from './memory.js';

/** What a worker had under way when it died. */

const leaseMs = 30_000;

function workers(): {
  readonly clock: ReturnType<typeof handClock>;
  readonly a: MemoryGuest;
  b: MemoryGuest;
} {
  const clock = handClock();
  const memory = createSharedMemory({ clock, random: () => 0.5, limits: defaultLimits });
  return { clock, a: memory.join(), b: memory.join() };
}

const enter = (guest: MemoryGuest): unknown => guest.answer('enter', { method: 't.T.Get', max: 2 });
const claim = (guest: MemoryGuest): unknown =>
  guest.answer('claim', { id: 'key', fingerprint: 'f', leaseMs, rememberMs: 1_000 });

describe('of a worker that has died', () => {
  it('requests count no longer against a limit on those under way, and those of others still do', () => {
    const { a, b } = workers();
    expect([enter(a), enter(b), enter(b)]).toEqual([true, true, false]);
    a.leave();
    expect([enter(b), enter(b)]).toEqual([true, false]);
  });

  it('a request with a key is under way until its lease ends, and then nothing is kept of it', () => {
    const { clock, a, b } = workers();
    expect(claim(a)).toMatchObject({ kind: 'begun' });
    a.leave();
    clock.moveTo(clock.now() + leaseMs - 1);
    expect(claim(b)).toMatchObject({ kind: 'under-way' });
    expect(clock.timers).toBe(1);
    clock.moveTo(clock.now() + 1);
    expect(clock.timers).toBe(0);
    expect(claim(b)).toMatchObject({ kind: 'begun' });
  });

  it('a claim that another has made since is left to that one', () => {
    const { clock, a, b } = workers();
    claim(a);
    clock.moveTo(clock.now() + leaseMs);
    expect(claim(b)).toMatchObject({ kind: 'begun' });
    a.leave();
    clock.moveTo(clock.now() + 1);
    expect(claim(a)).toMatchObject({ kind: 'under-way' });
  });
});
