import { expect, it } from 'vitest';
import { handClock } from '../../test/support/hand-clock.js';
import { handshakeLog } from './handshake-log.js';

it('a scanner is told of once, and then once a minute for as long as it goes on', () => {
  const clock = handClock();
  const lines: string[] = [];
  const failed = handshakeLog((text) => void lines.push(text), clock);
  const fail = (reason: string, times: number): void => {
    for (let i = 0; i < times; i++) failed({ reason, address: '192.0.2.1' });
  };
  fail('protocol', 1_000);
  fail('timeout', 2);
  expect(lines).toEqual(['a TLS handshake has failed: protocol']);
  clock.moveTo(clock.now() + 60_000);
  fail('certificate', 1);
  clock.moveTo(clock.now() + 60_000);
  expect(lines.slice(1)).toEqual([
    '1001 further TLS handshakes have failed within 60 seconds: protocol 999, timeout 2',
    '1 further TLS handshakes have failed within 60 seconds: certificate 1',
  ]);
  // A minute without any, and the next is told of at once.
  clock.moveTo(clock.now() + 60_000);
  fail('certificate', 1);
  expect(lines.slice(3)).toEqual(['a TLS handshake has failed: certificate']);
  expect(clock.timers).toBe(1);
});
