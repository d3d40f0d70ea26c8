import { describe, expect, it } from 'vitest';
import { FakeEndpoint, type PendingCall } from '../../../test/support/fake-endpoint.js';
import { bytes, FakeClock, settled } from '../../../test/support/gateway-bench.js';
import type { MethodConfig } from '../service-config.js';
import type { Call, Connectivity } from '../transport.js';
import { limited } from './method-limits.js';
import { createRetryThrottle } from './retry-throttle.js';

function bench(config: Partial<MethodConfig>) {
  const clock = new FakeClock();
  const calls: PendingCall[] = [];
  const endpoint = new FakeEndpoint(
    { target: { kind: 'unix', text: 'a', path: 'a' }, authority: undefined },
    (call) => calls.push(call),
  );
  const client = new AbortController();
  const whole: MethodConfig = {
    timeoutMs: undefined,
    waitForReady: false,
    requestBytesMax: undefined,
    responseBytesMax: undefined,
    retry: undefined,
    hedge: undefined,
    ...config,
  };
  const transport = limited(endpoint, whole, () => endpoint.connectivity(), clock);
  const ask = (more: Partial<Call> = {}, message = 'x') =>
    transport.unary(
      {
        path: '/t.T/Get',
        metadata: [],
        deadline: undefined,
        signal: client.signal,
        responseMessageBytesMax: 100,
        ...more,
      },
      bytes(message),
    );
  return { clock, calls, client, endpoint, transport, ask, is: (state: Connectivity) => endpoint.is(state) };
}

describe('what a service config says of a method', () => {
  it('nothing costs nothing', () => {
    const { transport, endpoint } = bench({});
    expect(transport).toBe(endpoint);
  });

  it.each([
    [undefined, 3_000],
    [2_000, 3_000],
    [5_000, 5_000],
  ])('the shorter time counts: of the call %s', (rest, deadlineMs) => {
    const { ask, calls, clock } = bench({ timeoutMs: 3_000 });
    const now = clock.now();
    void ask({ deadline: rest === undefined ? undefined : now + rest });
    expect(calls[0]?.call.deadline).toBe(now + Math.min(deadlineMs, rest ?? deadlineMs, 3_000));
  });

  it.each([
    [50, 50],
    [500, 100],
  ])('the smaller response limit counts: %d', (responseBytesMax, expected) => {
    const { ask, calls } = bench({ responseBytesMax });
    void ask();
    expect(calls[0]?.call.responseMessageBytesMax).toBe(expected);
  });

  it('a larger request is refused', async () => {
    const { ask, calls } = bench({ requestBytesMax: 3 });
    expect(await ask({}, 'four')).toMatchObject({ localReason: 'BODY_TOO_LARGE', status: { code: 8 } });
    void ask({}, 'abc');
    expect(calls).toHaveLength(1);
  });

  it('a call that waits for ready goes once there is a connection, or when it must not wait longer', async () => {
    const { ask, calls, clock, is, client } = bench({ waitForReady: true });
    is('failed');
    void ask();
    await clock.advance(100);
    expect(calls).toHaveLength(0);
    is('connecting');
    await clock.advance(100);
    expect(calls).toHaveLength(1);
    is('failed');
    void ask({ deadline: clock.now() + 50 });
    await clock.advance(100);
    // The transport says what there is to say of a deadline that has passed.
    expect(calls).toHaveLength(2);
    void ask();
    client.abort();
    await settled();
    expect([calls.length, clock.timerCount]).toEqual([3, 0]);
  });
});

describe('retry throttling', () => {
  it('stops repetition when half of the tokens are spent, and goes on when enough are earned', () => {
    const throttle = createRetryThrottle({ tokensMax: 4, tokenRatio: 0.5 });
    const takes = (isFailure: boolean): boolean => {
      throttle.ended(isFailure);
      return throttle.take();
    };
    expect([takes(true), takes(true), takes(true)]).toEqual([true, false, false]);
    expect([takes(false), takes(false), takes(false)]).toEqual([false, false, true]);
  });
});
