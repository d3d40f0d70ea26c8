import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/gateway-bench.js';
import { SharedTimer } from './shared-timer.js';

it('fires each wait after its own time, with one timer for all', async () => {
  const clock = new FakeClock();
  const timer = new SharedTimer(clock, 10);
  const fired: string[] = [];
  timer.after(() => fired.push('a'));
  await clock.advance(4);
  const cancelB = timer.after(() => fired.push('b'));
  timer.after(() => fired.push('c'));
  await clock.advance(1);
  timer.after(() => fired.push('d'));
  expect(clock.timerCount).toBe(1);
  await clock.advance(5);
  expect([fired, clock.timerCount]).toEqual([['a'], 1]);
  cancelB();
  await clock.advance(3);
  expect(fired).toEqual(['a']);
  await clock.advance(1);
  expect(fired).toEqual(['a', 'c']);
  await clock.advance(1);
  expect([fired, clock.timerCount]).toEqual([['a', 'c', 'd'], 0]);
});

it('has no timer when nobody waits, and one that was waited for begins the next', async () => {
  const clock = new FakeClock();
  const timer = new SharedTimer(clock, 10);
  timer.after(() => undefined)();
  expect(clock.timerCount).toBe(0);
  let beats = 0;
  const beat = (): void => {
    beats++;
    if (beats < 3) timer.after(beat);
  };
  timer.after(beat);
  for (let i = 0; i < 5; i++) await clock.advance(10);
  expect([beats, clock.timerCount]).toEqual([3, 0]);
});
