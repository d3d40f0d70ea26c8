import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/gate/index.js';
import { type CachedGateway, startCachedGateway } from '../support/cached-gateway.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';

/** Stored answers of a fleet, against a real Redis. */

const policies: Readonly<Record<string, PolicyInput>> = {
  't.T.*': { authentication: { mode: 'none' } },
  't.T.Unary': { cache: { ttl: '60s', scope: 'shared', tags: ['things'] } },
};

let paths = 0;
function fresh(): string {
  paths += 1;
  return `/v1/read?name=r${paths}`;
}

const purge = (at: CachedGateway, body: unknown): Promise<Response> =>
  fetch(`${at.adminUrl}/cache/purge`, { method: 'POST', body: JSON.stringify(body) });

/** Asks until the answer comes out of the store: it is written behind the answer to the client. */
async function untilStored(at: CachedGateway, path: string): Promise<string | undefined> {
  for (;;) {
    const { cache, nth } = await at.get(path);
    if (cache?.startsWith('propylon; hit') === true) return nth;
  }
}

describe.skipIf(redisProgram === undefined).each(['redis', 'both'] as const)(
  'answers in Redis (%s)',
  (store) => {
    let redis: TestRedis;
    let one: CachedGateway;
    let other: CachedGateway;

    beforeAll(async () => {
      redis = await startRedis();
      const start = () =>
        startCachedGateway(policies, { redis: { url: redis.url }, cache: { store, entryBytesMax: 100_000 } });
      [one, other] = await Promise.all([start(), start()]);
    });
    afterAll(async () => {
      await Promise.all([one?.close(), other?.close()]);
      await redis?.stop();
    });
    beforeEach(() => {
      one.asked.length = 0;
      other.asked.length = 0;
    });

    it('are those of all processes, with all that is said of them', async () => {
      const path = fresh();
      const first = await one.get(path);
      await untilStored(other, path);
      other.asked.length = 0;
      const second = await other.get(path);
      expect([second.text, second.headers.get('etag'), second.headers.get('cache-control')]).toEqual([
        first.text,
        first.headers.get('etag'),
        'public, max-age=60',
      ]);
      expect([second.headers.get('content-type'), other.asked.length]).toEqual(['application/json', 0]);
    });

    it.each([
      ['by tag', { tags: ['things'] }],
      ['by method', { methods: ['t.T.Unary'] }],
      ['all', { all: true }],
    ])('are purged by one for all: %s', async (_, body) => {
      const path = fresh();
      await one.get(path);
      await untilStored(one, path);
      expect((await purge(other, body)).status).toBe(200);
      // In memory the answer is kept for a second at most, where one of the other processes purges.
      while ((await one.get(path)).nth === '1');
      expect(one.asked.length).toBe(2);
    });

    it('are not stored where they were purged by another while they were fetched', async () => {
      const path = fresh();
      let release = (): void => undefined;
      const opened = new Promise<void>((resolve) => {
        release = resolve;
      });
      one.answering = () => ({ until: opened });
      const old = one.get(path);
      while (one.asked.length === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
      await purge(other, { all: true });
      release();
      one.answering = () => ({});
      await old;
      expect((await one.get(path)).nth).toBe('2');
    });

    it('are asked for where Redis is away, and stored when it is back; no request fails, and none waits', async () => {
      const path = fresh();
      await one.get(path);
      await untilStored(one, path);
      await redis.kill();
      const elsewhere = fresh();
      for (let count = 0; count < 50; count++) {
        const { status, cache } = await one.get(elsewhere);
        expect([status, cache]).toEqual([200, 'propylon; fwd=uri-miss']);
      }
      expect((await purge(one, { all: true })).status).toBe(503);
      await redis.restart();
      expect(await untilStored(one, elsewhere)).toBeDefined();
    });

    it('are asked for where Redis does not answer', async () => {
      redis.pause();
      const started = performance.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => one.get(fresh())));
      // One command waits for its time, and then Redis is away for all.
      const more = await one.get(fresh());
      const took = performance.now() - started;
      redis.resume();
      expect(new Set([...answers, more].map(({ status }) => status))).toEqual(new Set([200]));
      expect(took).toBeLessThan(2_000);
      await untilStored(one, fresh());
    });
  },
);
