import { describe, expect, it } from 'vitest';
import { FakeEndpoint, type PendingCall } from '../../../test/support/fake-endpoint.js';
import { FakeClock, FakeStream, settled } from '../../../test/support/gateway-bench.js';
import { Code } from '../../status/index.js';
import { faultPolicy } from '../policies.js';
import type { Call } from '../transport.js';
import { faulty } from './fault.js';

function bench(options: Parameters<typeof faultPolicy>[0], ...chances: readonly number[]) {
  const clock = new FakeClock();
  const calls: PendingCall[] = [];
  const streams: FakeStream[] = [];
  const endpoint = new FakeEndpoint(
    { target: { kind: 'unix', text: 'a', path: 'a' }, authority: undefined },
    (call) => calls.push(call),
  );
  endpoint.stream = (call: Call) => {
    const stream = new FakeStream(call);
    streams.push(stream);
    return stream;
  };
  let drawn = 0;
  const transport = faulty(endpoint, faultPolicy(options), clock, () => chances[drawn++] ?? 0);
  const client = new AbortController();
  const callOf = (more: Partial<Call> = {}): Call => ({
    path: '/t.T/Get',
    metadata: [],
    deadline: undefined,
    signal: client.signal,
    responseMessageBytesMax: 1,
    ...more,
  });
  return {
    clock,
    calls,
    streams,
    client,
    transport,
    callOf,
    ask: (more?: Partial<Call>) => transport.unary(callOf(more), new Uint8Array()),
  };
}

describe('faults on purpose', () => {
  it('end calls and streams with the code, and say so', async () => {
    const { ask, transport, callOf, calls } = bench({ abort: 'RESOURCE_EXHAUSTED' });
    for (const outcome of [await ask(), await transport.stream(callOf()).outcome]) {
      expect([outcome.status.code, outcome.localReason]).toEqual([Code.RESOURCE_EXHAUSTED, 'FAULT_INJECTED']);
    }
    expect(calls).toEqual([]);
  });

  it('delay calls and streams', async () => {
    const { ask, transport, callOf, calls, streams, clock } = bench({ delay: '1s' });
    void ask();
    transport.stream(callOf());
    await clock.advance(999);
    expect([calls.length, streams.length]).toEqual([0, 0]);
    await clock.advance(1);
    await settled();
    expect([calls.length, streams.length]).toEqual([1, 1]);
  });

  it('delay before they end', async () => {
    const { ask, clock } = bench({ delay: '1s', abort: 'INTERNAL' });
    const outcome = ask();
    await clock.advance(1_000);
    expect((await outcome).localReason).toBe('FAULT_INJECTED');
  });

  it.each([
    [[0.29, 0.49], 'delayed, aborted'],
    [[0.3, 0.49], 'aborted'],
    [[0.3, 0.5], 'passed'],
  ])('are drawn by chance: %j is %s', async (chances, expected) => {
    const { ask, clock, calls } = bench(
      { delay: '1s', delayPercent: 30, abort: 'INTERNAL', abortPercent: 50 },
      ...chances,
    );
    const outcome = ask();
    const told: string[] = [];
    if (clock.timerCount > 0) told.push('delayed');
    await clock.advance(1_000);
    for (const call of calls) call.answer();
    told.push((await outcome).localReason === undefined ? 'passed' : 'aborted');
    expect(told.join(', ')).toBe(expected);
  });

  it.each([
    ['yes', 'FAULT_INJECTED'],
    ['no', undefined],
  ])('are for requests with the header (x-test: %s)', async (value, expected) => {
    const { ask, calls } = bench({ when: { header: 'X-Test', value: 'yes' }, abort: 'INTERNAL' });
    const outcome = ask({ headers: [['x-test', value]] });
    await settled();
    for (const call of calls) call.answer();
    expect((await outcome).localReason).toBe(expected);
  });

  it('delay no longer than the call may take', async () => {
    const bound = bench({ delay: '1h', abort: 'INTERNAL' });
    void bound.ask({ deadline: bound.clock.now() + 100 });
    await bound.clock.advance(100);
    // The transport says what there is to say of a deadline that has passed.
    expect(bound.calls).toHaveLength(1);
    const left = bench({ delay: '1h' });
    const outcome = left.ask();
    left.client.abort();
    await settled();
    expect([left.calls.length, left.clock.timerCount]).toEqual([1, 0]);
    left.calls[0]?.answer();
    await outcome;
  });
});
