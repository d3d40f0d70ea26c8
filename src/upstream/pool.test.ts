import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed, type PendingCall } from '../../test/support/fake-endpoint.js';
import { FakeClock, settled } from '../../test/support/gateway-bench.js';
import { Code, type Outcome } from '../status/index.js';
import { createRoundRobin } from './balancer/round-robin.js';
import { createPool } from './pool.js';
import type { Endpoint, Resolver, ResolverListener } from './resolver/resolver.js';
import type { Call, Transport } from './transport.js';

const at = (name: string): Endpoint => ({
  target: { kind: 'unix', text: name, path: name },
  authority: undefined,
});

class Bench implements Resolver {
  readonly clock = new FakeClock();
  readonly endpoints = new Map<string, FakeEndpoint>();
  readonly calls: PendingCall[] = [];
  readonly pool: Transport;
  started = 0;
  refreshed = 0;
  closed = false;
  listener: ResolverListener = { resolved() {}, failed() {} };

  constructor() {
    this.pool = createPool({
      resolver: this,
      balancer: createRoundRobin(() => 0),
      connect: (endpoint) => {
        const fake = new FakeEndpoint(endpoint, (call) => this.calls.push(call));
        this.endpoints.set(endpoint.target.text, fake);
        return fake;
      },
      watches: [],
      servingAtFirst: true,
      resolveTimeoutMs: 10_000,
      clock: this.clock,
      random: () => 0,
    });
  }

  start(listener: ResolverListener): void {
    this.started += 1;
    this.listener = listener;
  }
  refresh(): void {
    this.refreshed += 1;
  }
  close(): void {
    this.closed = true;
  }

  resolve(...names: readonly string[]): Promise<void> {
    this.listener.resolved(names.map(at));
    return settled();
  }

  /** A pool of connected endpoints. */
  static async of(...names: readonly string[]): Promise<Bench> {
    const bench = new Bench();
    const first = bench.ask();
    await bench.resolve(...names);
    for (const name of names) bench.at(name).is('ready');
    for (const call of bench.calls.splice(0)) call.answer();
    await first;
    return bench;
  }

  at(name: string): FakeEndpoint {
    const endpoint = this.endpoints.get(name);
    if (endpoint === undefined) throw new Error(`there was never a ${name}`);
    return endpoint;
  }

  ask(more: Partial<Call> = {}): Promise<Outcome> {
    const call: Call = {
      path: '/t.T/Unary',
      metadata: [],
      deadline: undefined,
      signal: new AbortController().signal,
      responseMessageBytesMax: 1_000,
      ...more,
    };
    return this.pool.unary(call, new Uint8Array());
  }

  /** Where the next calls go, each answered at once. */
  async goes(count: number): Promise<string> {
    const names: string[] = [];
    for (let asked = 0; asked < count; asked++) {
      const answer = this.ask();
      const call = this.calls.pop();
      names.push(call?.endpoint.name ?? (await answer).localReason ?? '?');
      call?.answer();
      await answer;
    }
    return names.join('');
  }
}

describe('a pool', () => {
  it('resolves and connects nothing before its first call', async () => {
    const bench = new Bench();
    expect(bench.started).toBe(0);
    void bench.ask();
    expect(bench.started).toBe(1);
    await bench.resolve('a', 'b');
    expect(await bench.goes(2)).toMatch(/^[ab]{2}$/);
    expect([bench.at('a').connects, bench.at('b').connects]).toEqual([1, 1]);
  });

  it('calls wait for the first answer of the resolver', async () => {
    const bench = new Bench();
    const answers = [bench.ask(), bench.ask()];
    await bench.resolve('a');
    for (const call of bench.calls) call.answer();
    expect((await Promise.all(answers)).map(({ status }) => status.code)).toEqual([0, 0]);
  });

  it.each<[string, (bench: Bench, abort: () => void) => unknown, number, string]>([
    ['the resolver fails', (bench) => bench.listener.failed(), Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
    [
      'it does not answer in time',
      (bench) => bench.clock.advance(10_000),
      Code.UNAVAILABLE,
      'UPSTREAM_UNAVAILABLE',
    ],
    [
      'their deadline passes',
      (bench) => bench.clock.advance(5_000),
      Code.DEADLINE_EXCEEDED,
      'DEADLINE_EXCEEDED',
    ],
    ['their client leaves', (_, abort) => abort(), Code.CANCELLED, 'CLIENT_CLOSED'],
    ['the gateway ends', (bench) => bench.pool.close(), Code.UNAVAILABLE, 'SHUTTING_DOWN'],
  ])('calls that wait end when %s', async (_, happen, code, reason) => {
    const bench = new Bench();
    const client = new AbortController();
    const deadline = code === Code.DEADLINE_EXCEEDED ? bench.clock.now() + 5_000 : undefined;
    const call = { signal: client.signal, deadline };
    const [unary, stream] = [bench.ask(call), bench.pool.stream({ ...callWith(call) })];
    happen(bench, () => client.abort());
    for (const outcome of [await unary, await stream.outcome]) {
      expect([outcome.status.code, outcome.localReason]).toEqual([code, reason]);
    }
    expect(bench.clock.timerCount).toBe(0);
  });

  it('calls go on once the resolver has recovered', async () => {
    const bench = new Bench();
    const first = bench.ask();
    bench.listener.failed();
    await first;
    expect(await bench.goes(1)).toBe('UPSTREAM_UNAVAILABLE');
    await bench.resolve('a');
    expect(await bench.goes(1)).toBe('a');
  });

  it('calls go to connected endpoints while there are any', async () => {
    const bench = await Bench.of('a', 'b', 'c');
    expect(await bench.goes(3)).toBe('abc');
    bench.at('b').is('idle');
    expect(await bench.goes(4)).toBe('acac');
    bench.at('a').is('failed');
    bench.at('c').is('failed');
    // Better one that is still connecting than those known to fail.
    expect(await bench.goes(2)).toBe('bb');
    bench.at('b').is('failed');
    expect(await bench.goes(3)).toBe('abc');
  });

  it('an endpoint that lost its connection is connected again with the next call, and the name resolved anew', async () => {
    const bench = await Bench.of('a', 'b');
    bench.at('a').is('idle');
    expect([bench.at('a').connects, bench.refreshed]).toEqual([1, 1]);
    await bench.goes(1);
    expect(bench.at('a').connects).toBe(2);
    bench.at('a').is('failed');
    expect(bench.refreshed).toBe(2);
  });

  it('an endpoint that is gone gets no more calls, finishes those it has, and is closed', async () => {
    const bench = await Bench.of('a', 'b');
    const answers = [bench.ask(), bench.ask()];
    await bench.resolve('b', 'c');
    expect(bench.at('a').closed).toBe(false);
    bench.at('c').is('ready');
    expect(await bench.goes(4)).toBe('bcbc');
    for (const call of bench.calls.filter(({ endpoint }) => endpoint.name === 'a')) call.answer();
    await settled();
    expect(bench.at('a').closed).toBe(true);
    for (const call of bench.calls) call.answer();
    expect((await Promise.all(answers)).map(({ status }) => status.code)).toEqual([0, 0]);
  });

  it('an endpoint without calls is closed as soon as it is gone', async () => {
    const bench = await Bench.of('a', 'b');
    await bench.resolve('b');
    expect([bench.at('a').closed, bench.at('b').closed]).toEqual([true, false]);
  });

  it('an endpoint that returns while its predecessor finishes is a new one', async () => {
    const bench = await Bench.of('a', 'b');
    const old = bench.at('a');
    void bench.ask();
    void bench.ask();
    await bench.resolve('b');
    await bench.resolve('a', 'b');
    expect(bench.at('a')).not.toBe(old);
    for (const call of bench.calls) call.answer();
    await settled();
    expect([old.closed, bench.at('a').closed]).toEqual([true, false]);
  });

  it('an endpoint that stays keeps its connection', async () => {
    const bench = await Bench.of('a', 'b');
    const stays = bench.at('b');
    await bench.resolve('b', 'c');
    expect(bench.at('b')).toBe(stays);
  });

  it('a repeated call avoids the endpoints it was sent to, as long as another can be reached', async () => {
    const bench = await Bench.of('a', 'b', 'c');
    const tried = new Set<string>();
    for (let time = 0; time < 3; time++) void bench.ask({ tried });
    expect(
      bench.calls
        .splice(0)
        .map(({ endpoint }) => endpoint.name)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
    expect(tried.size).toBe(3);
    for (const name of ['a', 'b']) bench.at(name).is('failed');
    void bench.ask({ tried: new Set(['c']) });
    expect(bench.calls.pop()?.endpoint.name).toBe('c');
  });

  it('close closes every endpoint, those that finish included, and the resolver', async () => {
    const bench = await Bench.of('a', 'b');
    void bench.ask();
    void bench.ask();
    await bench.resolve('b');
    bench.calls.splice(0);
    await bench.pool.close();
    expect([bench.at('a').closed, bench.at('b').closed, bench.closed]).toEqual([true, true, true]);
    expect(await bench.goes(1)).toBe('SHUTTING_DOWN');
  });

  it('a failed call is handed on as it ended', async () => {
    const bench = await Bench.of('a');
    const answer = bench.ask();
    bench.calls.pop()?.answer(failed(Code.NOT_FOUND));
    expect((await answer).status.code).toBe(Code.NOT_FOUND);
  });
});

function callWith(more: Partial<Call>): Call {
  return {
    path: '/t.T/Bidi',
    metadata: [],
    deadline: undefined,
    signal: new AbortController().signal,
    responseMessageBytesMax: 1_000,
    ...more,
  };
}
