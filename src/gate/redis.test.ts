import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, openssl } from '../../test/support/certificates.js';
import { redisProgram, startRedis, startSentinel, type TestRedis } from '../../test/support/redis.js';
import { systemClock } from '../clock.js';
import { createRedisStore, defineScript, type RedisStore, unavailable } from './redis.js';
import { type RedisOptions, redisOptionsSchema } from './redis-options.js';

const stores: RedisStore[] = [];
const warnings: string[] = [];

function connect(options: RedisOptions): RedisStore {
  const warn = (text: string): void => void warnings.push(text);
  const report = ({ text }: { readonly text: string }): void => void warnings.push(text);
  const store = createRedisStore(options, { clock: systemClock, random: Math.random, warn, report });
  stores.push(store);
  return store;
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  warnings.length = 0;
});

describe.skipIf(redisProgram === undefined)('the connection to Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('gets and sets bytes, for a time', async () => {
    const store = connect({ url: redis.url });
    const bytes = Uint8Array.of(0, 255, 13, 10, 128);
    expect(await store.get('bytes')).toBeUndefined();
    expect(await store.set('bytes', bytes, 60_000)).toBe(true);
    expect(await store.get('bytes')).toEqual(Buffer.from(bytes));
    expect(await store.set('bytes', 'other', 60_000, { onlyNew: true })).toBe(false);
    expect(await store.get('bytes')).toEqual(Buffer.from(bytes));
    expect(await store.del(['bytes', 'none'])).toBe(1);
    expect(await store.set('bytes', 'other', 1, { onlyNew: true })).toBe(true);
    while ((await store.get('bytes')) !== undefined);
  });

  it('keeps to names that begin with its prefix', async () => {
    const [one, other] = [connect({ url: redis.url }), connect({ url: redis.url, keyPrefix: 'other:' })];
    await one.set('key', 'one', 60_000);
    expect(await other.get('key')).toBeUndefined();
    expect(await connect({ url: redis.url, keyPrefix: '' }).get('propylon:key')).toEqual(Buffer.from('one'));
  });

  it('runs scripts, also those that Redis has never seen or has forgotten', async () => {
    const store = connect({ url: redis.url });
    const read = (reply: unknown): string => JSON.stringify(reply);
    const script = defineScript('return {KEYS[1], ARGV[1], 7, false}', read);
    const reply = (key: string) => JSON.stringify([Buffer.from(key), Buffer.from('x'), 7, null]);
    expect(await store.run(script, ['k'], ['x'])).toBe(reply('propylon:k'));
    const other = new Redis(redis.url);
    await other.script('FLUSH');
    other.disconnect();
    expect(await store.run(script, ['k2'], ['x'])).toBe(reply('propylon:k2'));
  });

  it('says of a refused command that it is unavailable, and tells the operator once', async () => {
    const store = connect({ url: redis.url });
    const wrong = defineScript("return redis.call('INCR', 'a', 'b')", (reply) => reply);
    expect(await store.run(wrong, [], [])).toBe(unavailable);
    expect(await store.run(wrong, [], [])).toBe(unavailable);
    expect(warnings).toEqual(['Redis refuses a command.']);
    expect(store.isUp).toBe(true);
  });

  it('keeps replies and commands together when many are under way', async () => {
    const store = connect({ url: redis.url });
    const names = Array.from({ length: 500 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => store.set(name, name, 60_000)));
    expect(await Promise.all(names.map((name) => store.get(name)))).toEqual(
      names.map((name) => Buffer.from(name)),
    );
  });

  it('logs in with a password from the environment', async () => {
    const closed = await startRedis(['--requirepass', 'p@ss:word']);
    process.env['PROPYLON_TEST_REDIS'] = 'p@ss:word';
    try {
      expect(await connect({ url: closed.url, timeout: 5_000 }).get('a')).toBe(unavailable);
      expect(
        await connect({ url: closed.url, passwordEnv: 'PROPYLON_TEST_REDIS', timeout: 5_000 }).get('a'),
      ).toBeUndefined();
    } finally {
      delete process.env['PROPYLON_TEST_REDIS'];
      await closed.stop();
    }
  });
});

describe.skipIf(redisProgram === undefined)('ways to Redis', () => {
  it('by sentinels, which know where the master is', async () => {
    const master = await startRedis();
    const sentinel = await startSentinel('shop', master);
    try {
      const sentinels = { master: 'shop', nodes: [`127.0.0.1:${sentinel.port}`] };
      const store = connect({ sentinels, timeout: 5_000 });
      expect(await store.set('key', 'value', 60_000)).toBe(true);
      expect(await connect({ url: master.url }).get('key')).toEqual(Buffer.from('value'));
    } finally {
      await sentinel.stop();
      await master.stop();
    }
  });

  it.skipIf(openssl === undefined)('by TLS, with certificates on both sides', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propylon-redis-tls-'));
    const authority = createAuthority(folder, 'ca');
    const [server, own, stranger] = [
      authority.issue('server'),
      authority.issue('own'),
      createAuthority(folder, 'stranger'),
    ];
    const tls = [
      '--tls-cert-file',
      server.cert,
      '--tls-key-file',
      server.key,
      '--tls-ca-cert-file',
      authority.cert,
    ];
    const secure = await startRedis((port) => ['--port', '0', '--tls-port', String(port), ...tls]);
    try {
      const url = `rediss://127.0.0.1:${secure.port}`;
      const files = { cert: own.cert, key: own.key };
      const get = (options: RedisOptions) => connect({ timeout: 5_000, ...options }).get('key');
      expect(await get({ url, tls: { ca: authority.cert, ...files } })).toBeUndefined();
      expect(await get({ url, tls: { ca: stranger.cert, ...files } })).toBe(unavailable);
      expect(await get({ url, tls: { ca: authority.cert, serverName: 'other', ...files } })).toBe(
        unavailable,
      );
      expect(await get({ url, tls: { ca: authority.cert } })).toBe(unavailable);
      expect(await get({ url: `redis://127.0.0.1:${secure.port}` })).toBe(unavailable);
    } finally {
      await secure.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(redisProgram === undefined)('a Redis that goes away', () => {
  it.each<[string, (redis: TestRedis) => Promise<void> | void, (redis: TestRedis) => Promise<void> | void]>([
    ['killed', (redis) => redis.kill(), (redis) => redis.restart()],
    ['paused', (redis) => redis.pause(), (redis) => redis.resume()],
  ])('%s: costs one timeout at most, then nothing, and is found again', async (_, leave, come) => {
    const redis = await startRedis();
    try {
      const store = connect({ url: redis.url });
      expect(await store.set('key', 'value', 60_000)).toBe(true);
      await leave(redis);
      const startedAt = performance.now();
      const replies = await Promise.all(Array.from({ length: 100 }, () => store.get('key')));
      expect(new Set(replies)).toEqual(new Set([unavailable]));
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await until(() => !store.isUp);
      expect(store.downSince).toBeTypeOf('number');
      const downAt = performance.now();
      for (let i = 0; i < 1_000; i++) expect(await store.get('key')).toBe(unavailable);
      expect(performance.now() - downAt).toBeLessThan(500);
      await come(redis);
      await until(() => store.isUp);
      expect(await store.set('key', 'again', 60_000)).toBe(true);
      expect(await store.get('key')).toEqual(Buffer.from('again'));
      expect(warnings).toEqual(['Redis is away.', 'Redis is back.']);
    } finally {
      await redis.stop();
    }
  });

  it('that was never there is no reason to wait twice', async () => {
    const store = connect({ url: 'redis://127.0.0.1:1' });
    expect(store.isUp).toBe(true);
    expect(await Promise.all([store.get('a'), store.get('b')])).toEqual([unavailable, unavailable]);
    expect(store.isUp).toBe(false);
    expect(warnings).toEqual(['Redis is away.']);
  });

  it('while this process stood still is not away: its replies lie in the socket', async () => {
    const redis = await startRedis();
    try {
      const store = connect({ url: redis.url, timeout: 50 });
      await store.set('key', 'value', 60_000);
      const reply = store.get('key');
      // What is written leaves at the end of the turn; the answer comes while nobody reads.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      const end = performance.now() + 200;
      while (performance.now() < end);
      expect(await reply).toEqual(Buffer.from('value'));
      expect(store.isUp).toBe(true);
    } finally {
      await redis.stop();
    }
  });
});

describe('the options of Redis', () => {
  it.each([
    [{}, false],
    [{ url: 'redis://h:1/2' }, true],
    [{ url: 'rediss://h' }, true],
    [{ url: 'http://h' }, false],
    [{ url: 'redis://h', sentinels: { master: 'm', nodes: ['h:1'] } }, false],
    [{ sentinels: { master: 'm', nodes: ['h:1', 'i:2'] } }, true],
    [{ sentinels: { master: 'm', nodes: [] } }, false],
    [{ url: 'redis://h', passwordEnv: 'A', passwordFile: 'b' }, false],
    [{ url: 'redis://h', timeout: '20ms' }, true],
    [{ url: 'redis://h', timeout: 20 }, false],
  ])('%j: %s', (options, isFine) => {
    expect(redisOptionsSchema.safeParse(options).success).toBe(isFine);
  });

  it.each<[RedisOptions, string]>([
    [{ url: 'redis://h', passwordFile: '/nowhere/p' }, '/nowhere/p cannot be read (ENOENT)'],
    [{ url: 'redis://h', passwordEnv: 'PROPYLON_NONE' }, 'the environment variable PROPYLON_NONE is not set'],
    [{ url: 'redis://h', tls: { ca: '/nowhere/ca' } }, '/nowhere/ca cannot be read (ENOENT)'],
  ])('that name what is not there are reported: %j', (options, problem) => {
    connect(options);
    expect(warnings).toEqual([`The connection to Redis cannot be made: ${problem}.`]);
  });
});
