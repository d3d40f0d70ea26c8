import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed, type PendingCall } from '../../../test/support/fake-endpoint.js';
import { bytes, FakeClock, FakeStream, settled, text } from '../../../test/support/gateway-bench.js';
import { Cancellation } from '../../cancel-signal.js';
import { Code } from '../../status/index.js';
import type { Method } from '../method.js';
import { retryPolicy } from '../policies.js';
import type { Call, Transport } from '../transport.js';
import { hedged } from './hedge.js';
import { retried } from './retry.js';
import { createRetryBudget } from './retry-budget.js';

const idempotent: Method = { path: '/t.T/Get', isIdempotent: () => true, hashField: undefined };
const plain: Method = { ...idempotent, isIdempotent: () => false };

class Bench {
  readonly clock = new FakeClock();
  readonly calls: PendingCall[] = [];
  readonly streams: FakeStream[] = [];
  readonly client = new Cancellation();
  readonly endpoint: Transport;
  readonly budget = createRetryBudget({ ratio: 0.1, perSecondMin: 10 }, this.clock);

  constructor() {
    const target = { kind: 'unix', text: 'a', path: 'a' } as const;
    const fake = new FakeEndpoint({ target, authority: undefined }, (call) => this.calls.push(call));
    this.endpoint = {
      unary: (call, message) => fake.unary(call, message),
      stream: (call) => {
        const stream = new FakeStream(call);
        this.streams.push(stream);
        return stream;
      },
      close: () => fake.close(),
    };
  }

  call(more: Partial<Call> = {}): Call {
    return {
      path: '/t.T/Get',
      metadata: [],
      deadline: undefined,
      signal: this.client,
      responseMessageBytesMax: 1_000,
      ...more,
    };
  }

  retried(method: Method = idempotent, requestBytesMax = 10): Transport {
    const policy = retryPolicy({ requestBytesMax, perTryTimeout: '1s' });
    return retried(this.endpoint, method, {
      policy,
      budget: this.budget,
      clock: this.clock,
      random: () => 1,
    });
  }

  hedged(method: Method = idempotent): Transport {
    const policy = { attemptsMax: 3, delayMs: 100, codes: new Set([Code.UNAVAILABLE]) };
    return hedged(this.endpoint, method, { policy, budget: this.budget, clock: this.clock });
  }

  /** Ends the call under way. */
  async answer(code: number): Promise<void> {
    this.calls.at(-1)?.answer(code === Code.OK ? {} : failed(code));
    await settled();
  }
}

describe('a unary call', () => {
  it('is repeated after a pause, and says so', async () => {
    const bench = new Bench();
    const outcome = bench.retried().unary(bench.call({ metadata: [['a', 'b']] }), bytes('x'));
    await bench.answer(Code.UNAVAILABLE);
    expect(bench.calls).toHaveLength(1);
    await bench.clock.advance(50);
    expect(bench.calls[1]?.call.metadata).toEqual([
      ['a', 'b'],
      ['grpc-previous-rpc-attempts', '1'],
    ]);
    await bench.answer(Code.OK);
    expect((await outcome).status.code).toBe(Code.OK);
  });

  it('ends as its last attempt ended', async () => {
    const bench = new Bench();
    const outcome = bench.retried().unary(bench.call(), bytes('x'));
    for (const pauseMs of [50, 100, 0]) {
      await bench.answer(Code.UNAVAILABLE);
      await bench.clock.advance(pauseMs);
    }
    expect((await outcome).status.code).toBe(Code.UNAVAILABLE);
    expect(bench.calls).toHaveLength(3);
  });

  it.each([
    ['its method may not be processed twice', plain, 'x'],
    ['its request is too large to keep', idempotent, 'more than ten bytes'],
  ])('is not repeated when %s', async (_, method, message) => {
    const bench = new Bench();
    const outcome = bench.retried(method).unary(bench.call(), bytes(message));
    await bench.answer(Code.UNAVAILABLE);
    expect((await outcome).status.code).toBe(Code.UNAVAILABLE);
  });

  it('has a deadline for each attempt, within its own', async () => {
    const bench = new Bench();
    const now = bench.clock.now();
    void bench.retried().unary(bench.call({ deadline: now + 1_500 }), bytes('x'));
    expect(bench.calls[0]?.call.deadline).toBe(now + 1_000);
    await bench.clock.advance(1_000);
    bench.calls[0]?.answer(failed(Code.DEADLINE_EXCEEDED, { localReason: 'DEADLINE_EXCEEDED' }));
    await settled();
    await bench.clock.advance(50);
    expect(bench.calls[1]?.call.deadline).toBe(now + 1_500);
  });

  it('avoids the endpoints it was sent to', async () => {
    const bench = new Bench();
    void bench.retried().unary(bench.call(), bytes('x'));
    bench.calls[0]?.call.tried?.add('a');
    await bench.answer(Code.UNAVAILABLE);
    await bench.clock.advance(50);
    expect(bench.calls[1]?.call.tried).toEqual(new Set(['a']));
  });

  it('ends at once when the client leaves during a pause', async () => {
    const bench = new Bench();
    const outcome = bench.retried().unary(bench.call(), bytes('x'));
    await bench.answer(Code.UNAVAILABLE);
    bench.client.abort();
    expect((await outcome).localReason).toBe('CLIENT_CLOSED');
    expect([bench.clock.timerCount, bench.calls.length]).toEqual([0, 1]);
  });

  it('all calls together stay within the budget', async () => {
    const bench = new Bench();
    const transport = bench.retried();
    const outcomes = Array.from({ length: 1_000 }, () => transport.unary(bench.call(), bytes('x')));
    for (let round = 0; round < 3; round++) {
      for (const call of bench.calls)
        if (call.endpoint.pending.includes(call)) call.answer(failed(Code.UNAVAILABLE));
      await settled();
      await bench.clock.advance(200);
    }
    await Promise.all(outcomes);
    // A tenth of 1,000, and the minimum of 10 for each of 10 seconds.
    expect(bench.calls.length - 1_000).toBe(200);
  });
});

describe('a stream', () => {
  /** The end of an attempt is looked at a turn after it came. */
  const noticed = () => settled().then(settled);

  it('begins anew with what was sent, until there are response headers', async () => {
    const bench = new Bench();
    const stream = bench.retried().stream(bench.call());
    await stream.send(bytes('a'));
    stream.end();
    bench.streams[0]?.finish(failed(Code.UNAVAILABLE));
    await noticed();
    await bench.clock.advance(50);
    const [, second] = bench.streams;
    expect([second?.sent, second?.halfClosed]).toEqual([['a'], true]);
    second?.give('answer');
    expect(text((await stream.next()) ?? bytes('none'))).toBe('answer');
    second?.finish(failed(Code.UNAVAILABLE, {}));
    expect((await stream.outcome).status.code).toBe(Code.UNAVAILABLE);
    await bench.clock.advance(1_000);
    expect(bench.streams).toHaveLength(2);
  });

  it('what is sent during a pause goes to the next attempt', async () => {
    const bench = new Bench();
    const stream = bench.retried().stream(bench.call());
    await stream.send(bytes('a'));
    bench.streams[0]?.finish(failed(Code.UNAVAILABLE));
    await noticed();
    const sent = stream.send(bytes('b'));
    stream.end();
    await bench.clock.advance(50);
    await sent;
    expect([bench.streams[1]?.sent, bench.streams[1]?.halfClosed]).toEqual([['a', 'b'], true]);
  });

  it('stays with the attempt that has heard more than may be kept', async () => {
    const bench = new Bench();
    const stream = bench.retried().stream(bench.call());
    await stream.send(bytes('0123456789'));
    await stream.send(bytes('x'));
    bench.streams[0]?.finish(failed(Code.UNAVAILABLE, { unprocessed: true }));
    expect((await stream.outcome).status.code).toBe(Code.UNAVAILABLE);
    expect(bench.streams).toHaveLength(1);
  });

  it('ends as its last attempt ended', async () => {
    const bench = new Bench();
    const stream = bench.retried(plain).stream(bench.call());
    bench.streams[0]?.finish(failed(Code.UNAVAILABLE));
    expect((await stream.outcome).status.code).toBe(Code.UNAVAILABLE);
    expect([await stream.next(), await stream.headers]).toEqual([undefined, []]);
  });

  it.each(['under way', 'in a pause'])('is cancelled while its first attempt is %s', async (where) => {
    const bench = new Bench();
    const stream = bench.retried().stream(bench.call());
    if (where === 'in a pause') bench.streams[0]?.finish(failed(Code.UNAVAILABLE));
    await noticed();
    stream.cancel();
    expect((await stream.outcome).localReason).toBe('CLIENT_CLOSED');
    await bench.clock.advance(1_000);
    expect([bench.streams.length, bench.clock.timerCount]).toEqual([1, 0]);
  });
});

describe('a hedged call', () => {
  it('is sent again when there is no answer in time; the first answer counts and ends the others', async () => {
    const bench = new Bench();
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    await bench.clock.advance(99);
    expect(bench.calls).toHaveLength(1);
    await bench.clock.advance(1);
    await bench.clock.advance(100);
    await bench.clock.advance(1_000);
    expect(bench.calls).toHaveLength(3);
    bench.calls[1]?.answer({ message: bytes('second') });
    expect(text((await outcome).message ?? bytes('none'))).toBe('second');
    expect(bench.calls.map(({ call }) => call.signal.aborted)).toEqual([true, true, true]);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('the next attempt does not wait when one fails with a code that may pass', async () => {
    const bench = new Bench();
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    for (let attempt = 0; attempt < 3; attempt++) {
      await bench.answer(Code.UNAVAILABLE);
      await bench.clock.advance(0);
    }
    expect((await outcome).status.code).toBe(Code.UNAVAILABLE);
    expect(bench.calls).toHaveLength(3);
  });

  it('another code is the answer', async () => {
    const bench = new Bench();
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    await bench.answer(Code.NOT_FOUND);
    expect((await outcome).status.code).toBe(Code.NOT_FOUND);
    await bench.clock.advance(1_000);
    expect(bench.calls).toHaveLength(1);
  });

  it('a server that says never ends it once nobody else is asked', async () => {
    const bench = new Bench();
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    bench.calls[0]?.answer(failed(Code.UNAVAILABLE, { retryPushbackMs: -1 }));
    expect((await outcome).status.code).toBe(Code.UNAVAILABLE);
    expect(bench.clock.timerCount).toBe(0);
  });

  it('is not sent again when it must not be processed twice', async () => {
    const bench = new Bench();
    void bench.hedged(plain).unary(bench.call(), bytes('x'));
    await bench.clock.advance(1_000);
    expect(bench.calls).toHaveLength(1);
  });

  it('an empty budget ends it with what is known', async () => {
    const bench = new Bench();
    while (bench.budget.take());
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    await bench.answer(Code.UNAVAILABLE);
    await bench.clock.advance(0);
    expect((await outcome).status.code).toBe(Code.UNAVAILABLE);
  });

  it('ends with its client', async () => {
    const bench = new Bench();
    const outcome = bench.hedged().unary(bench.call(), bytes('x'));
    await bench.clock.advance(100);
    bench.client.abort();
    expect((await outcome).localReason).toBe('CLIENT_CLOSED');
    await bench.clock.advance(1_000);
    expect([bench.calls.length, bench.clock.timerCount]).toEqual([2, 0]);
    void bench.hedged().unary(bench.call(), bytes('x'));
    expect(bench.calls.at(-1)?.call.signal.aborted).toBe(true);
  });
});
