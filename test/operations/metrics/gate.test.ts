import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type GateOptionsInput, newKey, type PolicyInput } from '../../../src/gate/index.js';
import { type CachedGateway, startCachedGateway } from '../../support/cached-gateway.js';
import { scrape } from '../../support/scrape.js';

/** What decisions of the gate count. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-metrics-'));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(
  policies: Readonly<Record<string, PolicyInput>>,
  gate: GateOptionsInput = {},
): Promise<CachedGateway> {
  const started = await startCachedGateway(policies, gate);
  cleanups.push(() => started.close());
  return started;
}

const open = { authentication: { mode: 'none' } } as const;

describe('authentication', () => {
  const key = newKey({ subject: 'batch' });
  const keysFile = join(folder, 'keys.yaml');
  writeFileSync(keysFile, `keys:\n  - ${'entry' in key ? key.entry : ''}\n`);

  it('counts by provider who is known, who is not, and why', async () => {
    const gateway = await start(
      { '*': {}, 't.T.Ping': { authentication: { mode: 'optional' } } },
      { authentication: { providers: { keys: { type: 'apiKey', keysFile } } } },
    );
    await gateway.get('/v1/read', { 'x-api-key': 'key' in key ? key.key : '' });
    await gateway.get('/v1/read', { 'x-api-key': `propylon_${'a'.repeat(43)}` });
    await gateway.get('/v1/read');
    await gateway.get('/v1/read');
    await gateway.get('/v1/other');
    const { value } = await scrape(gateway.adminUrl);
    const count = (labels: Record<string, string>) => value('propylon_authentications_total', labels);
    expect(count({ provider: 'keys', result: 'success' })).toBe(1);
    expect(count({ provider: 'keys', result: 'failure', reason: 'CREDENTIALS_INVALID' })).toBe(1);
    expect(count({ provider: '', result: 'failure', reason: 'CREDENTIALS_MISSING' })).toBe(2);
    expect(count({ provider: '', result: 'anonymous' })).toBe(1);
    expect(
      value('propylon_gate_refusals_total', { step: 'authentication', reason: 'CREDENTIALS_MISSING' }),
    ).toBe(2);
  });
});

describe('limits', () => {
  it('count what each of them says', async () => {
    const gateway = await start({
      '*': open,
      't.T.Unary': { rateLimits: [{ group: 'reads', requests: 2, per: '1h', by: 'all' }] },
      't.T.Ping': { rateLimits: [{ requests: 1, per: '1h', by: 'address' }] },
    });
    for (let i = 0; i < 3; i++) await gateway.get('/v1/read');
    for (let i = 0; i < 2; i++) await gateway.get('/v1/other');
    const { value } = await scrape(gateway.adminUrl);
    const count = (limit: string, decision: string) =>
      value('propylon_rate_limit_decisions_total', { limit, decision });
    expect([count('group/reads', 'allowed'), count('group/reads', 'refused')]).toEqual([2, 1]);
    expect([count('t.T.Ping/address-3600s', 'allowed'), count('t.T.Ping/address-3600s', 'refused')]).toEqual([
      1, 1,
    ]);
  });

  it('of requests under way count by method', async () => {
    const gateway = await start({ '*': open, 't.T.Unary': { concurrency: { max: 1 } } });
    let go = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      go = resolve;
    });
    gateway.answering = () => ({ until });
    const first = gateway.get('/v1/read');
    await gateway.underWay(1);
    expect((await scrape(gateway.adminUrl)).value('http_server_active_requests')).toBe(1);
    await gateway.get('/v1/read');
    go();
    await first;
    const { value } = await scrape(gateway.adminUrl);
    const count = (decision: string) =>
      value('propylon_concurrency_decisions_total', { rpc_method: 't.T/Unary', decision });
    expect([count('allowed'), count('refused')]).toEqual([1, 1]);
    expect(value('http_server_active_requests')).toBe(0);
  });
});

describe('the cache', () => {
  const cached = { '*': open, 't.T.Unary': { cache: { ttl: '60s', scope: 'shared' } } } as const;
  const results = ['hit', 'miss', 'joined', 'stale', 'stale_error', 'bypass'] as const;

  async function counts(gateway: CachedGateway): Promise<Record<string, number>> {
    const { value } = await scrape(gateway.adminUrl);
    const all = results.map((result) => [
      result,
      value('propylon_cache_requests_total', { rpc_method: 't.T/Unary', result }),
    ]);
    return Object.fromEntries(all.filter(([, count]) => count !== 0));
  }

  it('counts hits and misses, and says how large it is', async () => {
    const gateway = await start(cached, { cache: { memoryBytesMax: 1_000_000 } });
    for (const name of ['a', 'b', 'a', 'a']) await gateway.get(`/v1/things/${name}`);
    expect(await counts(gateway)).toEqual({ hit: 2, miss: 2 });
    const { value } = await scrape(gateway.adminUrl);
    expect(value('propylon_cache_entries')).toBe(2);
    expect(value('propylon_cache_size_bytes')).toBeGreaterThan(0);
    expect(value('propylon_cache_size_max_bytes')).toBe(1_000_000);
    expect(value('propylon_cache_evictions_total')).toBe(0);
  });

  it('counts those that left for others', async () => {
    const gateway = await start(cached, { cache: { memoryBytesMax: 3_000, entryBytesMax: 1_000 } });
    for (const name of ['a', 'b', 'c', 'd']) await gateway.get(`/v1/things/${name}`);
    const { value } = await scrape(gateway.adminUrl);
    expect(value('propylon_cache_entries') + value('propylon_cache_evictions_total')).toBe(4);
    expect(value('propylon_cache_evictions_total')).toBeGreaterThan(0);
  });

  it('counts those who share a call', async () => {
    const gateway = await start(cached);
    let go = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      go = resolve;
    });
    gateway.answering = () => ({ until });
    const asking = [1, 2, 3].map(() => gateway.get('/v1/read'));
    await gateway.underWay(3);
    go();
    await Promise.all(asking);
    expect(await counts(gateway)).toEqual({ miss: 1, joined: 2 });
  });

  it('counts what is given for a backend that fails', async () => {
    const gateway = await start({
      '*': open,
      't.T.Unary': { cache: { ttl: '1ms', staleIfError: '1h', scope: 'shared' } },
    });
    await gateway.get('/v1/read');
    gateway.answering = () => ({ code: 14 });
    await expect.poll(async () => (await gateway.get('/v1/read')).cache).toContain('stale-if-error');
    expect((await counts(gateway))['stale_error']).toBeGreaterThan(0);
  });
});

describe('idempotency', () => {
  it('counts what is made, given again and refused', async () => {
    const gateway = await start({
      '*': open,
      't.T.Ping': { ...open, idempotency: { mode: 'optional', remember: '1h' } },
    });
    const post = (key: string, text: string): Promise<Response> =>
      fetch(`${gateway.url}/v1/other`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ text }),
      });
    for (const text of ['a', 'a', 'b']) await (await post('one', text)).text();
    const { value } = await scrape(gateway.adminUrl);
    const count = (result: string) =>
      value('propylon_idempotency_requests_total', { rpc_method: 't.T/Ping', result });
    expect([count('first'), count('replayed'), count('reused')]).toEqual([1, 1, 1]);
    expect(
      value('propylon_gate_refusals_total', { step: 'idempotency', reason: 'IDEMPOTENCY_KEY_REUSED' }),
    ).toBe(1);
  });
});
