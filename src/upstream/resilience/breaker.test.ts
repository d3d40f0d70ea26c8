import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/gateway-bench.js';
import { type Admission, type BreakerPolicy, createBreaker } from './breaker.js';
import type { Verdict } from './judge.js';

const policy: BreakerPolicy = { failuresMax: 3, openMs: 1_000, inFlightMax: 100, pendingMax: 100 };

/** A breaker told by letters: g, b, n: a call that is let through ends good, bad, neither; a number: so many ms pass. */
async function story(text: string): Promise<string> {
  const clock = new FakeClock();
  const breaker = createBreaker(policy, clock);
  const verdicts: Readonly<Record<string, Verdict>> = { g: 'good', b: 'bad', n: 'neither' };
  let told = '';
  for (const word of text.split(' ')) {
    const verdict = verdicts[word];
    if (verdict === undefined) await clock.advance(Number(word));
    else {
      const admission = breaker.admit(true);
      told += admission === undefined ? '-' : word;
      if (admission === undefined) continue;
      breaker.judged(admission, verdict);
      breaker.ended(admission);
    }
  }
  return told;
}

describe('the breaker', () => {
  it.each([
    ['b b g b b g', 'bbgbbg', 'failures count in a row'],
    ['b b b g g', 'bbb--', 'too many open it'],
    ['b b n b g', 'bbnb-', 'what says nothing neither counts nor breaks the row'],
    ['b b b 999 g', 'bbb-', 'it stays open for its time'],
    ['b b b 1000 g g g', 'bbbggg', 'then one that succeeds closes it'],
    ['b b b 1000 b g 1000 g', 'bbbb-g', 'and one that fails opens it again'],
    ['b b b 1000 g b b g', 'bbbgbbg', 'the row begins anew'],
    ['b b b 1000 n g g', 'bbbngg', 'a probe that says nothing leaves room for another'],
  ])('%s → %s: %s', async (text, expected) => {
    expect(await story(text)).toBe(expected);
  });

  it('lets one call through at a time while it is half open', async () => {
    const clock = new FakeClock();
    const breaker = createBreaker({ ...policy, failuresMax: 1 }, clock);
    const fail = (admission: Admission | undefined): void => {
      if (admission !== undefined) breaker.judged(admission, 'bad');
    };
    fail(breaker.admit(true));
    await clock.advance(1_000);
    const probe = breaker.admit(true);
    expect([probe?.isProbe, breaker.admit(true)]).toEqual([true, undefined]);
    if (probe !== undefined) breaker.judged(probe, 'good');
    expect(breaker.admit(true)).toMatchObject({ isProbe: false });
  });

  it('calls from before it opened do not decide the probe', async () => {
    const clock = new FakeClock();
    const breaker = createBreaker({ ...policy, failuresMax: 1 }, clock);
    const [early, late] = [breaker.admit(true), breaker.admit(true)];
    if (early === undefined || late === undefined) throw new Error('closed at first');
    breaker.judged(early, 'bad');
    await clock.advance(1_000);
    breaker.admit(true);
    breaker.judged(late, 'good');
    expect(breaker.admit(true)).toBeUndefined();
  });

  it('bounds calls in flight', () => {
    const breaker = createBreaker({ ...policy, inFlightMax: 2 }, new FakeClock());
    const admissions = [breaker.admit(true), breaker.admit(true)];
    expect(breaker.admit(true)).toBeUndefined();
    const [first] = admissions;
    if (first !== undefined) breaker.ended(first);
    expect(breaker.admit(true)).toBeDefined();
  });

  it('bounds calls that wait for a connection, and those only', () => {
    const breaker = createBreaker({ ...policy, pendingMax: 1 }, new FakeClock());
    const waiting = breaker.admit(false);
    expect(breaker.admit(false)).toBeUndefined();
    expect(breaker.admit(true)).toBeDefined();
    // Whoever waited for the last connection waits no more: it ends without making room twice.
    breaker.admit(false);
    if (waiting !== undefined) breaker.ended(waiting);
    expect(breaker.admit(false)).toBeUndefined();
  });

  it('a call that waited and ended makes room', () => {
    const breaker = createBreaker({ ...policy, pendingMax: 1 }, new FakeClock());
    const waiting = breaker.admit(false);
    if (waiting !== undefined) breaker.ended(waiting);
    expect(breaker.admit(false)).toBeDefined();
  });
});
