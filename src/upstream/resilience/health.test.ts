import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed } from '../../../test/support/fake-endpoint.js';
import { FakeClock, FakeStream, settled } from '../../../test/support/gateway-bench.js';
import { Code } from '../../status/index.js';
import type { Member } from '../member.js';
import type { Call, Connectivity } from '../transport.js';
import { healthWatch } from './health.js';

const serving = '\u0008\u0001';
const notServing = '\u0008\u0002';

class Bench {
  readonly clock = new FakeClock();
  readonly streams: FakeStream[] = [];
  readonly member: Member;
  readonly endpoint: FakeEndpoint;
  readonly watch;

  constructor(service = '') {
    this.endpoint = new FakeEndpoint(
      { target: { kind: 'unix', text: 'a', path: 'a' }, authority: undefined },
      () => {},
    );
    this.endpoint.stream = (call: Call) => {
      const stream = new FakeStream(call);
      this.streams.push(stream);
      return stream;
    };
    this.member = {
      key: 'a',
      transport: this.endpoint,
      inFlight: 0,
      serving: undefined,
      ejected: false,
      leaving: false,
    };
    this.watch = healthWatch({ service, clock: this.clock, random: () => 0.5 })(
      () => [this.member],
      () => {},
    );
  }

  is(connectivity: Connectivity): Promise<void> {
    this.endpoint.is(connectivity);
    this.watch.connectivityChanged(this.member);
    return settled();
  }

  async says(answer: string): Promise<boolean | undefined> {
    this.streams.at(-1)?.give(answer);
    await settled();
    return this.member.serving;
  }

  async fails(code: number): Promise<boolean | undefined> {
    this.streams.at(-1)?.finish(failed(code));
    await settled();
    return this.member.serving;
  }
}

describe('health checking', () => {
  it('asks a connected endpoint, once, for its service', async () => {
    const bench = new Bench('shop.v1.Shop');
    await bench.is('connecting');
    expect(bench.streams).toHaveLength(0);
    await bench.is('ready');
    await bench.is('ready');
    expect(bench.streams.map(({ call, sent, halfClosed }) => [call.path, sent, halfClosed])).toEqual([
      ['/grpc.health.v1.Health/Watch', ['\n\u000cshop.v1.Shop'], true],
    ]);
  });

  it('follows what it says', async () => {
    const bench = new Bench();
    await bench.is('ready');
    expect(bench.streams[0]?.sent).toEqual(['']);
    expect(bench.member.serving).toBeUndefined();
    expect(await bench.says(serving)).toBe(true);
    expect(await bench.says(notServing)).toBe(false);
    expect(await bench.says(serving)).toBe(true);
    // UNKNOWN, which is 0 and not on the wire.
    expect(await bench.says('')).toBe(false);
  });

  it('one that does not know health checks is healthy until its connection ends', async () => {
    const bench = new Bench();
    await bench.is('ready');
    expect(await bench.fails(Code.UNIMPLEMENTED)).toBe(true);
    await bench.clock.advance(1_000_000);
    expect(bench.streams).toHaveLength(1);
    await bench.is('idle');
    expect(bench.member.serving).toBeUndefined();
    await bench.is('ready');
    expect(bench.streams).toHaveLength(2);
  });

  it('a watch that failed is begun again after growing pauses; an answer makes them short again', async () => {
    const bench = new Bench();
    await bench.is('ready');
    await bench.says(serving);
    for (const pauseMs of [1_000, 1_600, 2_560]) {
      const begun = bench.streams.length;
      expect(await bench.fails(Code.UNAVAILABLE)).toBeUndefined();
      await bench.clock.advance(pauseMs - 1);
      expect(bench.streams).toHaveLength(begun);
      await bench.clock.advance(1);
      expect(bench.streams).toHaveLength(begun + 1);
    }
    expect(await bench.says(serving)).toBe(true);
    await bench.fails(Code.UNAVAILABLE);
    const begun = bench.streams.length;
    await bench.clock.advance(1_000);
    expect(bench.streams).toHaveLength(begun + 1);
  });

  it.each<[string, (bench: Bench) => unknown]>([
    ['the connection ends', (bench) => bench.is('idle')],
    ['the endpoint is gone', (bench) => bench.watch.removed(bench.member)],
    ['the pool is closed', (bench) => bench.watch.close()],
  ])('the watch ends when %s', async (_, happen) => {
    const bench = new Bench();
    await bench.is('ready');
    await happen(bench);
    expect(bench.streams[0]?.cancelled).toBe(true);
    await bench.clock.advance(1_000_000);
    expect([bench.streams.length, bench.clock.timerCount]).toEqual([1, 0]);
  });
});
