import { describe, expect, it } from 'vitest';
import { FakeClock, settled } from '../../../test/support/gateway-bench.js';
import { createDnsResolver } from './dns.js';
import type { Endpoint } from './resolver.js';

/** A name server whose answers the test gives, and what the resolver made of them. */
class NameServer {
  readonly clock = new FakeClock();
  readonly heard: (readonly Endpoint[] | 'failed')[] = [];
  asked = 0;
  #answer: (addresses: readonly string[]) => void = () => {};
  #fail: (error: Error) => void = () => {};
  readonly resolver;

  constructor(chance = 0.5) {
    this.resolver = createDnsResolver(
      { host: 'orders', port: 50051 },
      {
        clock: this.clock,
        random: () => chance,
        lookup: () => {
          this.asked += 1;
          return new Promise((resolve, reject) => {
            [this.#answer, this.#fail] = [resolve, reject];
          });
        },
      },
    );
    this.resolver.start({
      resolved: (endpoints) => this.heard.push(endpoints),
      failed: () => this.heard.push('failed'),
    });
  }

  answer(...addresses: readonly string[]): Promise<void> {
    this.#answer(addresses);
    return settled();
  }

  fail(): Promise<void> {
    this.#fail(new Error('ENOTFOUND'));
    return settled();
  }
}

describe('a name', () => {
  it('becomes all of its addresses, in one order, each once, under the authority of the name', async () => {
    const server = new NameServer();
    await server.answer('10.0.0.2', '::1', '10.0.0.1', '10.0.0.2');
    expect(server.heard[0]).toEqual(
      [
        ['10.0.0.1', '10.0.0.1:50051'],
        ['10.0.0.2', '10.0.0.2:50051'],
        ['::1', '[::1]:50051'],
      ].map(([host, text]) => ({
        target: { kind: 'host', text, endpoint: { host, port: 50051 } },
        authority: 'orders:50051',
      })),
    );
  });

  it.each([
    [0, 24_000],
    [0.5, 30_000],
    [1, 36_000],
  ])('is looked up again after 30 s, give or take a fifth (chance %d)', async (chance, delayMs) => {
    const server = new NameServer(chance);
    await server.answer('10.0.0.1');
    await server.clock.advance(delayMs - 1);
    expect(server.asked).toBe(1);
    await server.clock.advance(1);
    expect(server.asked).toBe(2);
  });

  it('is looked up sooner when a connection failed, but not within 2 s, however often that is', async () => {
    const server = new NameServer();
    await server.answer('10.0.0.1');
    for (let times = 0; times < 100; times++) server.resolver.refresh();
    await server.clock.advance(1_999);
    expect(server.asked).toBe(1);
    await server.clock.advance(1);
    expect(server.asked).toBe(2);
    await server.answer('10.0.0.1');
    await server.clock.advance(10_000);
    expect(server.asked).toBe(2);
    server.resolver.refresh();
    await server.clock.advance(0);
    expect(server.asked).toBe(3);
  });

  it('is looked up by one at a time; a wish that comes meanwhile is kept', async () => {
    const server = new NameServer();
    server.resolver.refresh();
    await server.clock.advance(60_000);
    expect(server.asked).toBe(1);
    await server.answer('10.0.0.1');
    await server.clock.advance(2_000);
    expect(server.asked).toBe(2);
  });

  it('keeps its last answer while the name server fails, which is asked with growing pauses', async () => {
    const server = new NameServer();
    await server.answer('10.0.0.1');
    await server.clock.advance(30_000);
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await server.fail();
      server.resolver.refresh();
      const { asked } = server;
      await server.clock.advance(pauseMs - 1);
      expect(server.asked).toBe(asked);
      await server.clock.advance(1);
      expect(server.asked).toBe(asked + 1);
    }
    expect(server.heard.slice(1)).toEqual(Array(7).fill('failed'));
    await server.answer('10.0.0.9');
    expect(server.heard.at(-1)).toMatchObject([{ target: { text: '10.0.0.9:50051' } }]);
  });

  it('an answer without addresses is a failure', async () => {
    const server = new NameServer();
    await server.answer();
    expect(server.heard).toEqual(['failed']);
  });

  it('is not looked up any more after close', async () => {
    const server = new NameServer();
    await server.answer('10.0.0.1');
    server.resolver.close();
    server.resolver.refresh();
    await server.clock.advance(100_000);
    expect([server.asked, server.clock.timerCount]).toEqual([1, 0]);
  });
});
