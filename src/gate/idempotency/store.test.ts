import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handClock } from '../../../test/support/hand-clock.js';
import { redisProgram, startRedis, type TestRedis } from '../../../test/support/redis.js';
import { systemClock } from '../../clock.js';
import { createRedisStore, type RedisStore } from '../redis.js';
import type { GateAnswer } from '../verdict.js';
import { memoryAnswerStore } from './memory-store.js';
import { redisAnswerStore } from './redis-store.js';
import type { AnswerStore, Claim } from './store.js';

const reply = (text: string): GateAnswer => ({
  kind: 'reply',
  httpStatus: 201,
  headers: [['etag', '"a"']],
  contentType: 'application/json',
  body: new TextEncoder().encode(text),
  trailers: [['x-bin', Uint8Array.of(0, 255)]],
});

const failure: GateAnswer = {
  kind: 'failure',
  status: {
    code: 5,
    message: 'no',
    details: [
      { typeUrl: 'type.googleapis.com/t.M', value: Uint8Array.of(8, 1) },
      { '@type': 'x', fields: { a: { $bytes: 'AAEC' }, b: { $$bytes: 'AAEC' }, c: { base64: 'AAEC' } } },
    ],
  },
  httpStatus: 404,
  headers: [],
  reason: 'ROUTE_UNKNOWN',
};

const times = { leaseMs: 30_000, rememberMs: 60_000 };

function begun(claim: Claim): Extract<Claim, { kind: 'begun' }> {
  if (claim.kind !== 'begun') throw new Error(claim.kind);
  return claim;
}

/** Bytes of any kind as plain arrays, so that a Buffer equals an array of the same bytes. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, function (this: unknown, key, of: unknown) {
      const own: unknown = Reflect.get(this as object, key);
      return own instanceof Uint8Array ? [...own] : of;
    }),
  );

/** What every store has to do. */
function behavesAsStore(open: () => AnswerStore, id = () => randomUUID()) {
  it('lets one claimant begin, and gives the others the answer', async () => {
    const [store, key] = [open(), id()];
    const first = begun(await store.claim(key, 'f', times));
    expect(await store.claim(key, 'g', times)).toEqual({ kind: 'under-way', fingerprint: 'f' });
    await first.end(reply('a'));
    expect(plain(await store.claim(key, 'g', times))).toMatchObject(
      plain({ kind: 'answered', fingerprint: 'f', answer: reply('a') }) as object,
    );
    expect((await store.claim(id(), 'f', times)).kind).toBe('begun');
  });

  it('remembers errors whole', async () => {
    const [store, key] = [open(), id()];
    await begun(await store.claim(key, 'f', times)).end(failure);
    const known = await store.claim(key, 'f', times);
    expect(plain(known.kind === 'answered' && known.answer)).toEqual(plain(failure));
  });

  it('knows nothing of a request that was not made', async () => {
    const [store, key] = [open(), id()];
    await begun(await store.claim(key, 'f', times)).end(undefined);
    expect((await store.claim(key, 'g', times)).kind).toBe('begun');
  });
}

describe('answers in memory', () => {
  behavesAsStore(() => memoryAnswerStore(systemClock, 1e6));

  it('a claim that is never heard of again ends with its lease; what comes of it later does not count', async () => {
    const clock = handClock();
    const store = memoryAnswerStore(clock, 1e6);
    const lost = begun(await store.claim('k', 'f', times));
    clock.moveTo(clock.now() + times.leaseMs - 1);
    expect((await store.claim('k', 'f', times)).kind).toBe('under-way');
    clock.moveTo(clock.now() + 1);
    const second = begun(await store.claim('k', 'f', times));
    await lost.end(reply('lost'));
    expect((await store.claim('k', 'f', times)).kind).toBe('under-way');
    await second.end(reply('second'));
    expect(await store.claim('k', 'f', times)).toMatchObject({ answer: reply('second') });
  });

  it('an answer is forgotten in time', async () => {
    const clock = handClock();
    const store = memoryAnswerStore(clock, 1e6);
    await begun(await store.claim('k', 'f', times)).end(reply('a'));
    clock.moveTo(clock.now() + times.rememberMs - 1);
    expect((await store.claim('k', 'f', times)).kind).toBe('answered');
    clock.moveTo(clock.now() + 1);
    expect((await store.claim('k', 'f', times)).kind).toBe('begun');
  });

  it('answers take no more than their bytes; those least recently asked for go, and nothing that is under way', async () => {
    const store = memoryAnswerStore(handClock(), 4_000);
    begun(await store.claim('under way', 'f', times));
    for (const id of ['a', 'b', 'c'])
      await begun(await store.claim(id, 'f', times)).end(reply('x'.repeat(1_000)));
    const kinds = ['under way', 'c', 'b', 'a'].map(async (id) => (await store.claim(id, 'f', times)).kind);
    expect(await Promise.all(kinds)).toEqual(['under-way', 'answered', 'answered', 'begun']);
    await begun(await store.claim('large', 'f', times)).end(reply('x'.repeat(5_000)));
    expect((await store.claim('large', 'f', times)).kind).toBe('begun');
  });
});

describe.skipIf(redisProgram === undefined)('answers in Redis', () => {
  let redis: TestRedis;
  let connection: RedisStore;
  beforeAll(async () => {
    redis = await startRedis();
    const host = { clock: systemClock, random: Math.random, warn: () => undefined, report: () => undefined };
    connection = createRedisStore({ url: redis.url, timeout: 5_000 }, host);
  });
  afterAll(async () => {
    connection?.close();
    await redis?.stop();
  });
  behavesAsStore(() => redisAnswerStore(connection));

  it('the claim of a gateway that died ends with its lease; what comes of it later does not count', async () => {
    const store = redisAnswerStore(connection);
    const lost = begun(await store.claim('k', 'f', { ...times, leaseMs: 20 }));
    let next = await store.claim('k', 'f', times);
    while (next.kind === 'under-way') next = await store.claim('k', 'f', times);
    await lost.end(reply('lost'));
    expect((await store.claim('k', 'f', times)).kind).toBe('under-way');
    await begun(next).end(reply('second'));
    expect(await store.claim('k', 'f', times)).toMatchObject({ answer: { body: Buffer.from('second') } });
  });

  it('nobody can say while Redis is away', async () => {
    const store = redisAnswerStore(connection);
    const claim = begun(await store.claim('away', 'f', times));
    await redis.kill();
    while (connection.isUp) await new Promise(setImmediate);
    expect(await store.claim('other', 'f', times)).toEqual({ kind: 'unavailable' });
    await claim.end(reply('a'));
  });
});
