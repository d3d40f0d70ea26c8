import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/gate/index.js';
import { createGateway, type PropylonGateway, protosSource } from '../../src/index.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  type OidcProvider,
  oidcClient,
  opaqueResource,
  startOidcProvider,
} from '../support/oidc-provider.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/**
 * Every policy: what it allows, what it denies, what it makes of malformed and of expired requests, and
 * what it does while whom it depends on is down. Black box, with a real OpenID provider and a real Redis.
 */

const methods = [
  'Token',
  'Opaque',
  'Key',
  'Scope',
  'Rule',
  'Hidden',
  'Address',
  'Limit',
  'FieldLimit',
  'OneAtATime',
  'Small',
  'Short',
  'Valid',
  'Stored',
  'Once',
  'Old',
  'Changed',
  'Made',
  'Page',
  'Tagged',
] as const;
type Method = (typeof methods)[number];

/** Every method gives its request back, and is asked by GET and POST. */
const proto = `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
import "buf/validate/validate.proto";
message M {
  string name = 1;
  int32 size = 2 [(buf.validate.field).int32.gte = 0];
  string note = 3;
  string etag = 4;
}
service S {
${methods.map(rpcOf).join('\n')}
}
`;

function rpcOf(name: Method): string {
  const path = `/v1/${name.toLowerCase()}`;
  const rule = `option (google.api.http) = { get: "${path}" additional_bindings { post: "${path}" body: "*" } };`;
  // What is stored must only read; what is done once must write.
  const level = name === 'Stored' ? ' option idempotency_level = NO_SIDE_EFFECTS;' : '';
  return `  rpc ${name}(M) returns (M) { ${rule}${level} }`;
}

const clerk = 'an API key of the test';
const late = 'an API key that has expired';
const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'propylon-matrix-'));
const keysFile = join(folder, 'keys.json');
const secretFile = join(folder, 'secret');
const protos = join(folder, 'protos');
const internal = issuerKey('internal');
const audience = 'https://shop.example';

const isPublic = { authentication: { mode: 'none' } } as const;
const policies: Readonly<Record<Method, PolicyInput>> = {
  Token: { authentication: { providers: ['id'] } },
  Opaque: { authentication: { providers: ['opaque'] } },
  Key: { authentication: { providers: ['keys'] } },
  Scope: { authorization: { scopes: ['write'] } },
  Rule: {
    authorization: { rule: 'request.name == principal.subject && auth.size() > 0', message: 'Not yours.' },
  },
  Hidden: { visibility: 'internal' },
  Address: { ...isPublic, addresses: { deny: ['loopback'] } },
  Limit: { ...isPublic, rateLimits: [{ requests: 2, per: '1h', by: 'header', header: 'x-tenant' }] },
  FieldLimit: { ...isPublic, rateLimits: [{ requests: 1, per: '1h', by: 'field', field: 'name' }] },
  OneAtATime: { ...isPublic, concurrency: { max: 1 } },
  Small: { ...isPublic, requestBytesMax: 64 },
  Short: { ...isPublic, timeout: '50ms' },
  Valid: isPublic,
  Stored: { ...isPublic, cache: { ttl: '1h', staleIfError: '1h' } },
  Once: { ...isPublic, idempotency: { mode: 'required' } },
  Old: {
    ...isPublic,
    deprecation: { since: '2026-01-01', sunset: '2030-01-01', link: 'https://shop.example/old' },
  },
  Changed: {
    ...isPublic,
    transform: {
      requestHeaders: [{ name: 'accept-language', set: 'eo' }],
      responseHeaders: [{ name: 'x-shop', set: 'yes' }],
      requestFields: [{ name: 'note', set: 'from the gate' }],
    },
  },
  Made: { ...isPublic, success: { status: 201, locationField: 'name', locationPrefix: '/v1/' } },
  Page: { ...isPublic, cors: { origins: ['https://shop.example'] } },
  Tagged: isPublic,
};

let oidc: OidcProvider;
let redis: TestRedis;
let backend: EchoBackend;
let gateway: PropylonGateway;
let listener: Awaited<ReturnType<PropylonGateway['listen']>>;
const warnings: string[] = [];

interface Asked {
  readonly method?: 'GET' | 'POST' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
}

interface Answered {
  readonly status: number;
  /** Reason of the ErrorInfo. */
  readonly reason: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask(name: Method, { method, headers, query = '', body }: Asked = {}): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${listener.port}/v1/${name.toLowerCase()}${query}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  const { details = [] } = (json ?? {}) as { details?: { reason?: string }[] };
  const reason = details.find((detail) => detail.reason !== undefined)?.reason;
  return { status: response.status, reason, headers: response.headers, body: json };
}

function foretell(name: Method, { method, headers = {}, query = '', body }: Asked) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return gateway.explain({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: `/v1/${name.toLowerCase()}${query}`,
    headers: Object.entries(headers),
    body: Buffer.from(text).toString('base64'),
  });
}

/** What of the policy is shown with the steps that go by it, or as what no step goes by. */
const policyPathsOf = ({ steps, settings }: Awaited<ReturnType<typeof foretell>>): string[] =>
  [...new Set([...steps.flatMap(({ policy }) => policy), ...settings].map(({ path }) => path))].sort();

const declaredPathsOf = (name: Method): string[] => {
  const route = gateway.summary().find(({ method }) => method === `t.v1.S.${name}`);
  return (route?.policy ?? []).map(({ path }) => path).sort();
};

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const callsOf = (name: Method): number =>
  backend.calls.filter(({ path }) => path === `/t.v1.S/${name}`).length;

/** A token of the second issuer, whose key stands in the configuration. */
const ownToken = (claims: object): string =>
  signedToken(
    { alg: 'ES256', kid: 'internal' },
    { iss: 'https://internal.example', aud: 'shop', sub: 'robot', exp: 4_000_000_000, ...claims },
    internal.privateKey,
  );

describe.skipIf(redisProgram === undefined)('every policy', () => {
  beforeAll(async () => {
    [oidc, redis] = await Promise.all([startOidcProvider(), startRedis()]);
    backend = await startEchoBackend(
      methods.map((name) => `/t.v1.S/${name}`),
      ({ message }) => message,
    );
    mkdirSync(protos);
    writeFileSync(join(protos, 't.proto'), proto);
    writeFileSync(secretFile, oidcClient.secret);
    writeFileSync(
      keysFile,
      JSON.stringify({
        keys: [
          { id: 'clerk', hash: sha256(clerk), subject: 'clerk' },
          { id: 'late', hash: sha256(late), subject: 'late', expires: '2020-01-01' },
        ],
      }),
    );
    const byMethod = Object.fromEntries(
      Object.entries(policies).map(([name, policy]) => [`t.v1.S.${name}`, policy]),
    );
    gateway = await createGateway({
      sources: [protosSource([protos])],
      backends: [{ selector: '*', target: backend.target }],
      limits: { issuerRetryMs: 20, issuerCooldownMs: 20 },
      warn: (text: string) => void warnings.push(text),
      ...gateSettings(byMethod, {
        authentication: {
          providers: {
            id: { type: 'jwt', issuer: oidc.issuer, aud: [audience], typ: 'at+jwt' },
            internal: {
              type: 'jwt',
              issuer: 'https://internal.example',
              aud: ['shop'],
              audience: 'internal',
              keys: { jwk: internal.jwk },
            },
            opaque: {
              type: 'introspection',
              endpoint: `${oidc.issuer}/token/introspection`,
              client: { id: oidcClient.id, secretFile },
              remember: '50ms',
            },
            keys: { type: 'apiKey', keysFile },
          },
        },
        redis: { url: redis.url, timeout: '1s' },
        rateLimits: { store: 'redis' },
        cache: { store: 'redis' },
        idempotency: { store: 'redis', whenUnavailable: 'closed' },
      }),
    });
    listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
  });
  afterAll(async () => {
    await listener?.close();
    await gateway?.close();
    backend?.close();
    await Promise.all([oidc?.close(), redis?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  type Row = readonly [
    name: Method,
    situation: string,
    asked: () => Asked | Promise<Asked>,
    status: number,
    reason?: string,
  ];

  const rows: readonly Row[] = [
    ['Token', 'allowed', async () => bearer(await oidc.token()), 200],
    ['Token', 'denied: nothing shown', () => ({}), 401, 'CREDENTIALS_MISSING'],
    ['Token', 'denied: of a provider that the policy does not name', () => bearer(ownToken({})), 401],
    ['Token', 'malformed', () => bearer('a.b.c'), 401],
    [
      'Token',
      'malformed: for another API',
      async () => bearer(await oidc.token({ resource: 'https://a.example' })),
      401,
    ],
    ['Opaque', 'allowed', async () => bearer(await oidc.token({ resource: opaqueResource })), 200],
    ['Opaque', 'denied: nobody has issued it', () => bearer('opaque'), 401],
    [
      'Opaque',
      'expired: withdrawn',
      async () => {
        const token = await oidc.token({ resource: opaqueResource });
        await oidc.revoke(token);
        return bearer(token);
      },
      401,
    ],
    ['Key', 'allowed', () => ({ headers: { 'x-api-key': clerk } }), 200],
    ['Key', 'denied', () => ({ headers: { 'x-api-key': 'another' } }), 401],
    [
      'Key',
      'malformed: two keys',
      () => ({ headers: { 'x-api-key': clerk, 'x-goog-api-key': 'another' } }),
      400,
    ],
    ['Key', 'expired', () => ({ headers: { 'x-api-key': late } }), 401],
    ['Scope', 'allowed', () => bearer(ownToken({ scope: 'read write' })), 200],
    ['Scope', 'denied', () => bearer(ownToken({ scope: 'read writers' })), 403, 'SCOPE_MISSING'],
    [
      'Scope',
      'malformed: scopes that are no text',
      () => bearer(ownToken({ scope: { write: true } })),
      403,
      'SCOPE_MISSING',
    ],
    [
      'Scope',
      'expired',
      () => bearer(ownToken({ scope: 'write', exp: 1_000_000_000 })),
      401,
      'TOKEN_EXPIRED',
    ],
    ['Rule', 'allowed', () => ({ ...bearer(ownToken({})), body: { name: 'robot' } }), 200],
    ['Rule', 'denied', () => ({ ...bearer(ownToken({})), body: { name: 'ann' } }), 403, 'RULE_DENIED'],
    [
      'Rule',
      'malformed: a body that is none',
      () => ({ ...bearer(ownToken({})), body: '{' }),
      400,
      'BODY_MALFORMED',
    ],
    [
      'Rule',
      'expired',
      () => ({ ...bearer(ownToken({ exp: 1 })), body: { name: 'robot' } }),
      401,
      'TOKEN_EXPIRED',
    ],
    ['Hidden', 'allowed', () => bearer(ownToken({})), 200],
    [
      'Hidden',
      'denied: a caller of the public',
      async () => bearer(await oidc.token()),
      404,
      'ROUTE_UNKNOWN',
    ],
    ['Hidden', 'malformed: a credential that is none', () => bearer('a.b.c'), 404, 'ROUTE_UNKNOWN'],
    ['Hidden', 'expired', () => bearer(ownToken({ exp: 1 })), 404, 'ROUTE_UNKNOWN'],
    ['Address', 'denied', () => ({}), 403, 'ADDRESS_DENIED'],
    [
      'Address',
      'malformed: another address is claimed',
      () => ({ headers: { 'x-forwarded-for': '192.0.2.1' } }),
      403,
    ],
    ['Limit', 'allowed', () => ({ headers: { 'x-tenant': 'a' } }), 200],
    ['Limit', 'allowed to the last', () => ({ headers: { 'x-tenant': 'a' } }), 200],
    ['Limit', 'denied beyond it', () => ({ headers: { 'x-tenant': 'a' } }), 429, 'RATE_LIMITED'],
    ['Limit', 'allowed to others', () => ({ headers: { 'x-tenant': 'b' } }), 200],
    ['FieldLimit', 'allowed', () => ({ query: '?name=a' }), 200],
    [
      'FieldLimit',
      'denied, from wherever the field comes',
      () => ({ body: { name: 'a' } }),
      429,
      'RATE_LIMITED',
    ],
    ['FieldLimit', 'malformed', () => ({ query: '?nam=a' }), 400, 'QUERY_PARAMETER_UNKNOWN'],
    ['OneAtATime', 'allowed', () => ({}), 200],
    ['Small', 'allowed', () => ({ body: { name: 'a' } }), 200],
    ['Small', 'denied', () => ({ body: { name: 'a'.repeat(100) } }), 413, 'BODY_TOO_LARGE'],
    ['Short', 'allowed', () => ({}), 200],
    ['Short', 'malformed', () => ({ headers: { 'grpc-timeout': 'soon' } }), 400, 'TIMEOUT_MALFORMED'],
    ['Valid', 'allowed', () => ({ body: { size: 0 } }), 200],
    ['Valid', 'denied', () => ({ body: { size: -1 } }), 400],
    ['Valid', 'malformed', () => ({ body: { size: 'many' } }), 400, 'BODY_FIELD'],
    ['Stored', 'allowed', () => ({ query: '?name=a' }), 200],
    ['Stored', 'malformed', () => ({ query: '?size=x' }), 400, 'QUERY_VALUE'],
    ['Once', 'allowed', () => ({ body: { name: 'a' }, headers: { 'idempotency-key': '1' } }), 200],
    ['Once', 'denied without a key', () => ({ body: { name: 'a' } }), 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    [
      'Once',
      'denied: the key of another request',
      () => ({ body: { name: 'b' }, headers: { 'idempotency-key': '1' } }),
      422,
      'IDEMPOTENCY_KEY_REUSED',
    ],
    [
      'Once',
      'malformed',
      () => ({ body: {}, headers: { 'idempotency-key': 'k'.repeat(300) } }),
      400,
      'IDEMPOTENCY_KEY_MALFORMED',
    ],
    ['Old', 'allowed', () => ({}), 200],
    ['Changed', 'allowed', () => ({ body: { name: 'a' } }), 200],
    ['Made', 'allowed', () => ({ body: { name: 'things/1' } }), 201],
    ['Page', 'allowed', () => ({ headers: { origin: 'https://shop.example' } }), 200],
    ['Tagged', 'allowed', () => ({ query: '?etag=v1' }), 200],
    [
      'Tagged',
      'denied: it has not changed',
      () => ({ query: '?etag=v1', headers: { 'if-none-match': '"v1"' } }),
      304,
    ],
    [
      'Tagged',
      'malformed: two versions',
      () => ({ body: { etag: 'v1' }, headers: { 'if-match': '"v2"' } }),
      400,
      'PRECONDITION_CONFLICT',
    ],
  ];

  it.each([...rows])('%s, %s', async (...row) => {
    const [name, , asked, status, reason] = row as unknown as Row;
    const before = callsOf(name);
    const request = await asked();
    // A rehearsal foretells the answer, and changes nothing of it.
    const foretold = await foretell(name, request);
    expect(callsOf(name)).toBe(before);
    if (foretold.verdict === 'undecided') expect(name).toBe('Opaque');
    // Whether an answer has changed is in the answer.
    else if (status !== 304)
      expect([foretold.answer.httpStatus, foretold.verdict]).toEqual([
        status,
        status < 400 ? 'answered' : 'refused',
      ]);
    if (foretold.verdict === 'answered') expect(policyPathsOf(foretold)).toEqual(declaredPathsOf(name));
    const answered = await ask(name, request);
    expect([answered.status, answered.reason ?? reason]).toEqual([status, reason ?? answered.reason]);
    // A request that should not pass never costs the backend anything.
    if (status >= 400) expect(callsOf(name)).toBe(before);
    if (status === 401) expect(answered.headers.get('www-authenticate')).toBeTruthy();
    if (status === 429) expect(answered.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('has a row for every method that is allowed, and one for what is not', () => {
    const situations = (word: string) =>
      new Set(rows.filter(([, text]) => text.includes(word)).map(([name]) => name));
    expect(methods.filter((name) => !situations('allowed').has(name))).toEqual(['Address']);
    const without = methods.filter(
      (name) => !situations('denied').has(name) && !situations('malformed').has(name),
    );
    // Nobody is refused by what these say.
    expect(without).toEqual(['OneAtATime', 'Old', 'Changed', 'Made', 'Page']);
  });

  it('what changes requests and answers, and what clients are told besides', async () => {
    const seen = () => backend.calls.at(-1)?.metadata['accept-language'];
    const changed = await ask('Changed', { body: { name: 'a' }, headers: { 'accept-language': 'de' } });
    expect([changed.body, seen(), changed.headers.get('x-shop')]).toEqual([
      { name: 'a', note: 'from the gate' },
      'eo',
      'yes',
    ]);
    const old = await ask('Old');
    expect([old.headers.get('deprecation'), old.headers.get('sunset')]).toEqual([
      '@1767225600',
      'Tue, 01 Jan 2030 00:00:00 GMT',
    ]);
    expect((await ask('Made', { body: { name: 'things/1' } })).headers.get('location')).toBe('/v1/things/1');
    const page = await ask('Page', { headers: { origin: 'https://shop.example' } });
    expect(page.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const other = await ask('Page', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const again = await ask('Once', { body: { name: 'a' }, headers: { 'idempotency-key': '1' } });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    const stored = await ask('Stored', { query: '?name=a' });
    expect(stored.headers.get('cache-status')).toMatch(/^propylon; hit/);
  });

  it('the keys of the issuer rotate: tokens of old and new keys count, until the old one is withdrawn', async () => {
    const old = await oidc.token();
    oidc.rotate();
    const fresh = await oidc.token();
    expect((await ask('Token', bearer(fresh))).status).toBe(200);
    expect((await ask('Token', bearer(old))).status).toBe(200);
    oidc.rotate({ withdraw: true });
    const last = await oidc.token();
    await expect.poll(async () => (await ask('Token', bearer(last))).status).toBe(200);
    await expect.poll(async () => (await ask('Token', bearer(old))).status).toBe(401);
  });

  it('the issuer is down: known tokens count, of unknown ones nobody can say', async () => {
    const known = await oidc.token();
    expect((await ask('Token', bearer(known))).status).toBe(200);
    const unasked = await oidc.token({ resource: opaqueResource });
    oidc.goDown();
    expect((await ask('Token', bearer(known))).status).toBe(200);
    const unknown = await ask('Opaque', bearer(unasked));
    expect([unknown.status, unknown.headers.get('retry-after') === null]).toEqual([503, false]);
    // Those who need no issuer do not notice.
    expect((await ask('Key', { headers: { 'x-api-key': clerk } })).status).toBe(200);
    expect((await ask('Scope', bearer(ownToken({ scope: 'write' })))).status).toBe(200);
    oidc.comeBack();
    await expect.poll(async () => (await ask('Opaque', bearer(unasked))).status).toBe(200);
  });

  it('Redis is down: limits go on, answers are fetched, and what must be done once is refused', async () => {
    await redis.kill();
    await expect
      .poll(async () => (await ask('Once', { body: {}, headers: { 'idempotency-key': 'x' } })).reason)
      .toBe('IDEMPOTENCY_UNAVAILABLE');
    expect((await ask('Limit', { headers: { 'x-tenant': 'a' } })).status).toBe(429);
    expect((await ask('Limit', { headers: { 'x-tenant': 'c' } })).status).toBe(200);
    const before = callsOf('Stored');
    expect((await ask('Stored', { query: '?name=a' })).status).toBe(200);
    expect(callsOf('Stored')).toBe(before + 1);
    await redis.restart();
    await expect
      .poll(async () => (await ask('Once', { body: {}, headers: { 'idempotency-key': 'x' } })).status)
      .toBe(200);
  });

  it('the backend is down: what is stored is given, and everything else says so', async () => {
    expect((await ask('Stored', { query: '?name=kept' })).status).toBe(200);
    backend.close();
    await expect.poll(async () => (await ask('Valid', { body: {} })).reason).toBe('UPSTREAM_UNAVAILABLE');
    const kept = await ask('Stored', { query: '?name=kept' });
    expect([kept.status, kept.body]).toEqual([200, { name: 'kept' }]);
    // Refusals need no backend.
    expect((await ask('Scope', bearer(ownToken({ scope: 'read' })))).reason).toBe('SCOPE_MISSING');
    expect((await ask('Once', { body: { name: 'n' }, headers: { 'idempotency-key': 'y' } })).status).toBe(
      503,
    );
  });
});
