import { describe, expect, it } from 'vitest';
import { FakeEndpoint, failed, okOutcome } from '../../../test/support/fake-endpoint.js';
import { FakeClock } from '../../../test/support/gateway-bench.js';
import { Code, type Outcome } from '../../status/index.js';
import type { Member } from '../member.js';
import { outlierPolicy } from '../policies.js';
import { outlierWatch } from './outlier.js';

const bad = failed(Code.UNAVAILABLE);

class Bench {
  readonly clock = new FakeClock();
  readonly members: Member[];
  readonly watch;
  changes = 0;

  constructor(count: number, options: Parameters<typeof outlierPolicy>[0] = {}) {
    this.members = Array.from({ length: count }, (_, index) => ({
      key: String(index),
      transport: new FakeEndpoint(
        { target: { kind: 'unix', text: 'a', path: 'a' }, authority: undefined },
        () => {},
      ),
      inFlight: 0,
      serving: true,
      ejected: false,
      leaving: false,
    }));
    const create = outlierWatch(outlierPolicy(options), this.clock);
    this.watch = create(
      () => this.members,
      () => this.changes++,
    );
  }

  /** Calls to one endpoint that end in this way. */
  end(index: number, outcome: Outcome, times: number): void {
    const member = this.members[index];
    for (let time = 0; time < times && member !== undefined; time++) this.watch.ended(member, outcome);
  }

  get ejected(): string {
    return this.members
      .filter(({ ejected }) => ejected)
      .map(({ key }) => key)
      .join('');
  }
}

describe('outlier detection', () => {
  it.each<[string, (bench: Bench) => void, string]>([
    ['five failures in a row eject', (bench) => bench.end(0, bad, 5), '0'],
    ['four do not', (bench) => bench.end(0, bad, 4), ''],
    [
      'a success breaks the row',
      (bench) => {
        bench.end(0, bad, 4);
        bench.end(0, okOutcome, 1);
        bench.end(0, bad, 4);
      },
      '',
    ],
    ['answers that refuse are successes', (bench) => bench.end(0, failed(Code.NOT_FOUND), 9), ''],
    [
      'clients that leave are neither',
      (bench) => bench.end(0, failed(1, { localReason: 'CLIENT_CLOSED' }), 9),
      '',
    ],
    [
      'answers that are not gRPC are failures',
      (bench) => bench.end(0, failed(Code.UNIMPLEMENTED, { localReason: 'UPSTREAM_PROTOCOL' }), 5),
      '0',
    ],
    [
      'no more than half are ejected',
      (bench) => {
        for (const index of [0, 1, 2, 3]) bench.end(index, bad, 5);
      },
      '01',
    ],
  ])('%s', (_, happen, expected) => {
    const bench = new Bench(4);
    happen(bench);
    expect(bench.ejected).toBe(expected);
  });

  it('the only endpoint is never ejected, one of two is', () => {
    const [one, two] = [new Bench(1, { ejectPercentMax: 100 }), new Bench(2, { ejectPercentMax: 1 })];
    for (const bench of [one, two]) bench.end(0, bad, 50);
    expect([one.ejected, two.ejected]).toEqual(['', '0']);
    two.end(1, bad, 50);
    expect(two.ejected).toBe('0');
  });

  it('an ejected endpoint returns, and is ejected for longer each time, up to the maximum', async () => {
    const bench = new Bench(2, { ejectFor: '1s', ejectForMax: '3s', interval: '1h' });
    for (const durationMs of [1_000, 2_000, 3_000, 3_000]) {
      bench.end(0, bad, 5);
      expect(bench.ejected).toBe('0');
      await bench.clock.advance(durationMs - 1);
      expect(bench.ejected).toBe('0');
      await bench.clock.advance(1);
      expect(bench.ejected).toBe('');
    }
    expect(bench.changes).toBe(8);
  });

  it('an interval without an ejection forgives one', async () => {
    const bench = new Bench(2, { ejectFor: '1s', interval: '10s' });
    bench.end(0, bad, 5);
    await bench.clock.advance(1_000);
    await bench.clock.advance(9_000);
    bench.end(0, bad, 5);
    await bench.clock.advance(1_000);
    expect(bench.ejected).toBe('');
  });

  it.each<[string, readonly number[], string]>([
    ['a success rate far below the others ejects', [100, 100, 100, 100, 100, 40], '5'],
    ['rates that differ a little do not', [100, 99, 98, 97, 99, 98], ''],
    ['nor do rates that are low for all', [40, 40, 40, 40, 40, 40], ''],
    ['nor does one among too few to compare', [100, 100, 100, 40], ''],
  ])('%s', async (_, rates, expected) => {
    const bench = new Bench(rates.length);
    for (const [index, rate] of rates.entries()) {
      // Never five in a row.
      for (let call = 0; call < 100; call++) bench.end(index, (call * 37) % 100 < rate ? okOutcome : bad, 1);
    }
    await bench.clock.advance(10_000);
    expect(bench.ejected).toBe(expected);
  });

  it('an endpoint with few calls is not compared', async () => {
    const bench = new Bench(6);
    for (const index of [0, 1, 2, 3, 4]) bench.end(index, okOutcome, 100);
    for (let call = 0; call < 33; call++) {
      bench.end(5, bad, 2);
      bench.end(5, okOutcome, 1);
    }
    await bench.clock.advance(10_000);
    expect(bench.ejected).toBe('');
  });

  it('there is no timer without calls, nor after the end', async () => {
    const bench = new Bench(2);
    bench.end(0, bad, 5);
    expect(bench.clock.timerCount).toBe(2);
    await bench.clock.advance(1_000_000);
    expect(bench.clock.timerCount).toBe(0);
    bench.end(0, bad, 5);
    bench.watch.close();
    expect(bench.clock.timerCount).toBe(0);
  });
});
