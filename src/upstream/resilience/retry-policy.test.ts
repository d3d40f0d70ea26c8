import { describe, expect, it } from 'vitest';
import { failed, okOutcome } from '../../../test/support/fake-endpoint.js';
import { Code, type Outcome } from '../../status/index.js';
import { retryPolicy } from '../policies.js';
import { type Attempts, type RetryContext, retryDelayMs } from './retry-policy.js';

const context: RetryContext = {
  policy: retryPolicy({ attempts: 3, codes: ['UNAVAILABLE', 'ABORTED'], perTryTimeout: '1s' }),
  random: () => 1,
  isRepeatable: () => true,
  take: () => true,
  restMs: 10_000,
};
const unsent: Outcome = failed(Code.UNAVAILABLE, { localReason: 'UPSTREAM_UNAVAILABLE', unprocessed: true });
const answered: Outcome = {
  status: { code: Code.UNAVAILABLE, message: '', details: [] },
  metadata: [],
  trailers: [],
};
const timedOut: Outcome = failed(Code.DEADLINE_EXCEEDED, { localReason: 'DEADLINE_EXCEEDED' });
const no = undefined;

describe('whether a call is repeated, and when', () => {
  it.each<[string, Outcome, Partial<RetryContext>, Partial<Attempts>, number | undefined]>([
    ['success stands', okOutcome, {}, {}, no],
    ['a code of the policy is repeated', failed(Code.ABORTED), {}, {}, 50],
    ['another code stands', failed(Code.NOT_FOUND), {}, {}, no],
    ['the second pause is twice as long', failed(Code.ABORTED), {}, { counted: 1 }, 100],
    ['the attempts are limited', failed(Code.ABORTED), {}, { counted: 2 }, no],
    ['a pause is drawn by chance', failed(Code.ABORTED), { random: () => 0.5 }, {}, 25],
    ['nothing is repeated without a policy', failed(Code.UNAVAILABLE), { policy: undefined }, {}, no],
    ['nothing is repeated once an answer has begun', answered, {}, {}, no],
    ['what must not be processed twice is not', failed(Code.ABORTED), { isRepeatable: () => false }, {}, no],
    ['the budget bounds it', failed(Code.ABORTED), { take: () => false }, {}, no],
    ['a pause that leaves no time is not made', failed(Code.ABORTED), { restMs: 50 }, {}, no],
    ['nothing is repeated after the deadline', unsent, { restMs: 0 }, {}, no],
    ['an attempt that timed out is repeated', timedOut, {}, {}, 50],
    [
      'without a time-out of its own it was the call that timed out',
      timedOut,
      { policy: retryPolicy({}) },
      {},
      no,
    ],
    ['the server says when', failed(Code.ABORTED, { retryPushbackMs: 300 }), {}, {}, 300],
    ['the server says at once', failed(Code.ABORTED, { retryPushbackMs: 0 }), {}, {}, 0],
    ['the server says never', failed(Code.ABORTED, { retryPushbackMs: -1 }), {}, {}, no],
    ['the server says when it is too late', failed(Code.ABORTED, { retryPushbackMs: 10_000 }), {}, {}, no],
    ['unprocessed calls go on at once', unsent, {}, {}, 0],
    ['whatever they do', unsent, { isRepeatable: () => false }, {}, 0],
    ['without a policy', unsent, { policy: undefined }, {}, 0],
    ['without a budget', unsent, { take: () => false }, {}, 0],
    ['three times', unsent, { policy: undefined }, { transparent: 3 }, no],
    ['then by the policy', unsent, { isRepeatable: () => false }, { transparent: 3 }, 50],
    [
      'an open breaker is final',
      failed(14, { localReason: 'UPSTREAM_CIRCUIT_OPEN', unprocessed: true }),
      {},
      {},
      no,
    ],
    [
      'a client that left is not waited for',
      failed(1, { localReason: 'CLIENT_CLOSED', unprocessed: true }),
      {},
      {},
      no,
    ],
  ])('%s', (_, outcome, more, before, expected) => {
    const attempts = { counted: 0, transparent: 0, ...before };
    expect(retryDelayMs(outcome, attempts, { ...context, ...more })).toBe(expected);
  });

  it('pauses grow up to the maximum', () => {
    const policy = retryPolicy({ attempts: 5, backoff: '400ms', backoffMax: '1s' });
    const attempts = { counted: 0, transparent: 0 };
    const pauses = Array.from({ length: 5 }, () =>
      retryDelayMs(failed(Code.UNAVAILABLE), attempts, { ...context, policy }),
    );
    expect(pauses).toEqual([400, 800, 1_000, 1_000, undefined]);
  });

  it('the budget is not charged for what is not repeated', () => {
    let taken = 0;
    const take = () => ++taken > 0;
    retryDelayMs(failed(Code.NOT_FOUND), { counted: 0, transparent: 0 }, { ...context, take });
    retryDelayMs(unsent, { counted: 0, transparent: 0 }, { ...context, take });
    expect(taken).toBe(0);
  });
});
