import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import type { Explanation } from '../../src/gateway/index.js';
import { dpopClient } from '../support/dpop.js';
import { type EchoGateway, echoHandlers, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';
import { seenMetadata } from '../support/seen-metadata.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** A rehearsal looks at everything and changes nothing. */

const open = { authentication: { mode: 'none' } } as const;
let echo: EchoGateway | undefined;
const events: unknown[] = [];
const seen = seenMetadata();
let pings = 0;
afterEach(async () => {
  await echo?.close();
  events.length = 0;
});

/** The policy is that of one method, or of all. */
async function start(
  policy: PolicyInput,
  options: GateOptionsInput = {},
  selector = '*',
): Promise<EchoGateway> {
  echo = await startEchoGateway(
    { ...gateSettings({ [selector]: policy }, options), log: (event) => events.push(event) },
    {
      ...echoHandlers,
      ...seen.handlers,
      Ping(_, callback) {
        pings += 1;
        callback(null, Buffer.alloc(0));
      },
    },
  );
  return echo;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly send?: boolean;
}

function explain(
  path: string,
  { method = 'GET', headers = {}, body = '', send }: Asked = {},
): Promise<Explanation> {
  if (echo === undefined) throw new Error('no gateway');
  return echo.gateway.explain({
    ...{ method, url: path, send },
    // As fetch sends them: they are part of what a stored answer is found by.
    headers: Object.entries({ host: new URL(echo.url).host, 'accept-language': '*', ...headers }),
    body: Buffer.from(body).toString('base64'),
  });
}

const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Response> =>
  fetch(`${echo?.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

const findings = ({ steps }: Explanation, name: string): string[] =>
  steps.filter((step) => step.name === name).flatMap((step) => step.findings.map(({ found }) => found));

async function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(await make());
  return made;
}

/** In memory, and in a Redis. */
function stores(name: string, body: (options: () => GateOptionsInput) => void): void {
  describe(`${name} in memory`, () => body(() => ({})));
  describe.skipIf(redisProgram === undefined)(`${name} in Redis`, () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.stop());
    body(() => ({
      redis: { url: redis.url },
      ...{ rateLimits: { store: 'redis' }, cache: { store: 'redis' }, idempotency: { store: 'redis' } },
    }));
  });
}

stores('a rehearsal', (options) => {
  it('counts against no limit, and says what would be left', async () => {
    await start(
      {
        ...open,
        rateLimits: [
          { requests: 2, per: '1h', by: 'address' },
          { requests: 3, per: '1h', by: 'all' },
        ],
      },
      options(),
    );
    const before = await times(5, () => explain('/v1/echo'));
    expect(before.map((one) => findings(one, 'rate limits by address')[0])).toEqual(
      before.map(() => expect.stringContaining('costs 1, 1 of 2 left then')),
    );
    expect((await ask('/v1/echo')).headers.get('ratelimit')).toMatch(/;r=2;/);
    expect(findings(await explain('/v1/echo'), 'rate limits by address')[0]).toContain('0 of 2 left then');
    expect((await ask('/v1/echo')).status).toBe(200);
    const refused = await explain('/v1/echo');
    expect([refused.verdict, refused.summary]).toEqual(['refused', expect.stringContaining('RATE_LIMITED')]);
    expect((await ask('/v1/echo')).status).toBe(429);
  });

  it('stores no answer, and says whether one is stored', async () => {
    await start({ ...open, cache: { ttl: '1h' } }, options(), 't.T.Ping');
    const before = pings;
    expect((await times(2, () => explain('/v1/raw'))).map((one) => findings(one, 'cache'))).toEqual([
      ['not stored'],
      ['not stored'],
    ]);
    expect(pings).toBe(before);
    expect((await ask('/v1/raw')).headers.get('cache-status')).toBe('propylon; fwd=uri-miss; stored');
    await expect.poll(async () => (await explain('/v1/raw')).summary).toContain('by cache, without a call');
    expect((await ask('/v1/raw')).headers.get('cache-status')).toMatch(/; hit;/);
  });

  it('takes no Idempotency-Key, and says what is known of it', async () => {
    await start({ ...open, idempotency: { mode: 'required' } }, options(), 't.T.Unary');
    const post = (body: string): Asked => ({
      ...{ method: 'POST', body },
      headers: { 'idempotency-key': 'k', 'content-type': 'application/json' },
    });
    const before = await times(2, () => explain('/v1/echo', post('{}')));
    expect(before.map((one) => findings(one, 'idempotency'))).toEqual([
      ['not seen before'],
      ['not seen before'],
    ]);
    const real = await ask('/v1/echo', post('{}'));
    expect([real.status, real.headers.get('idempotent-replayed')]).toEqual([200, null]);
    const after = await explain('/v1/echo', post('{}'));
    expect([findings(after, 'idempotency'), after.call]).toEqual([['an answer is remembered'], undefined]);
    expect((await explain('/v1/echo', post('{"size":"1"}'))).answer.httpStatus).toBe(422);
    expect((await ask('/v1/echo', post('{"size":"1"}'))).status).toBe(422);
  });
});

describe('a rehearsal', () => {
  it('takes no place among the requests under way, and is none that is logged', async () => {
    await start({ ...open, concurrency: { max: 1 } });
    const all = await Promise.all([explain('/v1/echo'), explain('/v1/echo'), explain('/v1/stream')]);
    expect(all.map(({ verdict }) => verdict)).toEqual(['answered', 'answered', 'answered']);
    expect(events).toEqual([]);
    expect((await ask('/v1/echo')).status).toBe(200);
    await explain('/v1/echo', { send: true });
    expect(events).toHaveLength(2);
  });

  it('uses up no proof of possession', async () => {
    const issuer = issuerKey('k1');
    const client = dpopClient();
    const now = Math.floor(Date.now() / 1_000);
    const token = signedToken(
      { alg: 'ES256', kid: issuer.kid },
      { iss: 'https://id.example', aud: 'shop', sub: 'ann', exp: now + 60, cnf: { jkt: client.jkt } },
      issuer.privateKey,
    );
    const proof = client.proof({ htm: 'GET', htu: 'https://api.example/v1/echo', token });
    await start(
      {},
      {
        authentication: {
          publicUrl: 'https://api.example',
          providers: {
            login: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: issuer.jwk } },
          },
        },
      },
    );
    const headers = { authorization: `DPoP ${token}`, dpop: proof };
    const foretold = await times(2, () => explain('/v1/echo', { headers }));
    expect(foretold.map(({ request }) => request.principal)).toEqual(['login:ann', 'login:ann']);
    expect((await ask('/v1/echo', { headers })).status).toBe(200);
    const again = await explain('/v1/echo', { headers });
    expect([again.verdict, again.steps[0]?.message]).toEqual(['refused', 'The DPoP proof was used before.']);
    const text = JSON.stringify(foretold);
    expect([text.includes(token), text.includes(proof)]).toEqual([false, false]);
  });

  it('asks no issuer about a token, and says so', async () => {
    let questions = 0;
    const server = createHttpServer((_, response) => {
      questions += 1;
      response.setHeader('content-type', 'application/json').end('{"active":true,"sub":"ann"}');
    }).listen(0, '127.0.0.1');
    const folder = mkdtempSync(join(tmpdir(), 'propylon-explain-'));
    writeFileSync(join(folder, 'secret'), 's');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await start(
      {},
      {
        authentication: {
          providers: {
            opaque: {
              type: 'introspection',
              endpoint: `http://127.0.0.1:${port}/introspect`,
              client: { id: 'me', secretFile: join(folder, 'secret') },
            },
          },
        },
      },
    );
    const headers = { authorization: 'Bearer opaque' };
    const foretold = await explain('/v1/echo', { headers });
    expect([foretold.verdict, questions]).toEqual(['undecided', 0]);
    const made = await explain('/v1/echo', { headers, send: true });
    expect([made.verdict, made.request.principal, questions]).toEqual(['answered', 'opaque:ann', 1]);
    // What is remembered needs no question.
    expect([(await explain('/v1/echo', { headers })).verdict, questions]).toEqual(['answered', 1]);
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('connects to no backend', async () => {
    let connections = 0;
    const backend = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const { port } = backend.address() as AddressInfo;
    const target = `127.0.0.1:${port}`;
    echo = await startEchoGateway({
      backends: [
        {
          ...{ selector: '*', target: `${target},127.0.0.2:${port}`, health: {}, mirror: { target } },
          split: [{ target, when: { header: 'x-canary' } }],
        },
      ],
    });
    const plain = await explain('/v1/echo');
    expect(plain.upstream?.endpoints.map(({ endpoint }) => endpoint)).toEqual(
      expect.arrayContaining([target, `127.0.0.2:${port}`]),
    );
    const canary = await explain('/v1/echo', { headers: { 'x-canary': '1' } });
    expect(canary.upstream?.picked).toEqual([
      { target, endpoint: target },
      { target, endpoint: target },
    ]);
    expect([plain.verdict, canary.verdict, connections]).toEqual(['answered', 'answered', 0]);
    backend.close();
  });
});
