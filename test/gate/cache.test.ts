import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import { DiagnosticsError } from '../../src/index.js';
import {
  type CachedGateway,
  NOT_FOUND,
  PERMISSION_DENIED,
  startCachedGateway,
  UNAVAILABLE,
} from '../support/cached-gateway.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Stored answers, as clients, backends and operators see them. */

const open = { authentication: { mode: 'none' } } as const satisfies PolicyInput;
const shared = { cache: { ttl: '60s', scope: 'shared', tags: ['things'] } } as const satisfies PolicyInput;

/** A path that no other request of this file has. */
let paths = 0;
function fresh(): string {
  paths += 1;
  return `/v1/read?name=n${paths}`;
}

/** A promise, and what settles it. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => void setImmediate(resolve));
}

describe('answers that everybody may have', () => {
  let at: CachedGateway;
  beforeAll(async () => {
    at = await startCachedGateway(
      { 't.T.*': open, 't.T.Unary': shared },
      {},
      {
        metadata: {
          requestNames: ['x-tenant'],
          responseNames: ['set-cookie', 'x-made-for', 'ratelimit', 'x-kept'],
        },
      },
    );
  });
  afterAll(() => at?.close());
  beforeEach(() => {
    at.asked.length = 0;
  });
  afterEach(() => {
    at.answering = () => ({});
  });

  it('are asked for once, and say what they are', async () => {
    const path = fresh();
    const first = await at.get(path);
    const second = await at.get(path);
    expect(at.asked.length).toBe(1);
    expect(second.text).toBe(first.text);
    expect([first.cache, second.cache]).toEqual([
      'propylon; fwd=uri-miss; stored',
      expect.stringMatching(/^propylon; hit; ttl=(59|60)$/),
    ]);
    for (const { headers } of [first, second]) {
      expect(headers.get('cache-control')).toBe('public, max-age=60');
      expect(headers.get('etag')).toMatch(/^"[\w-]{27}"$/);
      expect(headers.get('vary')).toContain('accept-language');
    }
    expect(first.headers.get('etag')).toBe(second.headers.get('etag'));
    expect(second.headers.get('age')).toMatch(/^[01]$/);
    expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
  });

  it('are 304 for who has them already, with their age', async () => {
    const path = fresh();
    const etag = (await at.get(path)).headers.get('etag') ?? '';
    const again = await at.get(path, { 'if-none-match': etag });
    expect([again.status, again.text, at.asked.length]).toEqual([304, '', 1]);
    expect(again.headers.get('cache-control')).toBe('public, max-age=60');
    expect(again.headers.get('age')).not.toBeNull();
  });

  it('have a weak ETag where they are compressed, and are 304 all the same', async () => {
    const path = `${fresh()}${'x'.repeat(4_000)}`;
    const zipped = await at.get(path, { 'accept-encoding': 'gzip' });
    expect(zipped.headers.get('etag')).toMatch(/^W\/"/);
    const again = await at.get(path, { 'if-none-match': zipped.headers.get('etag') ?? '' });
    expect([again.status, at.asked.length]).toEqual([304, 1]);
  });

  it.each(['gzip', 'br'])('are the same bytes, compressed once for all who ask for %s', async (coding) => {
    const path = `${fresh()}${'y'.repeat(4_000)}`;
    const plain = await at.get(path);
    const zipped = await Promise.all([1, 2, 3].map(() => at.get(path, { 'accept-encoding': coding })));
    expect(zipped.map(({ text, headers }) => [text, headers.get('content-encoding')])).toEqual(
      zipped.map(() => [plain.text, coding]),
    );
    expect(at.asked.length).toBe(1);
  });

  it('answer HEAD as they answer GET, whichever came first', async () => {
    const path = fresh();
    const head = await fetch(`${at.url}${path}`, { method: 'HEAD' });
    const get = await at.get(path);
    expect([at.asked.length, await head.text()]).toEqual([1, '']);
    expect(head.headers.get('content-length')).toBe(String(get.text.length));
  });

  describe('are one for requests that ask the backend the same', () => {
    it.each([
      ['in another order of the query', '?size=1&text=a', '?text=a&size=1'],
      ['with a default that is written out', '?text=b', '?text=b&size=0&isOld=false'],
      ['with other spellings of a value', '?size=12&text=c', '?size=1.2e1&text=c'],
      ['with other names of a field', '?isOld=true&text=d', '?is_old=true&text=d'],
      ['with another escaping', '?text=e%20f', '?%74ext=e+f'],
      ['with the elements of a list apart', '?text=g&numbers=1&numbers=2', '?numbers=1&text=g&numbers=2'],
      ['with the keys of a map in another order', '?labels[a]=1&labels[b]=2', '?labels[b]=2&labels[a]=1'],
    ])('%s', async (_, one, other) => {
      await at.get(`/v1/read${one}`);
      await at.get(`/v1/read${other}`);
      expect(at.asked.length).toBe(1);
    });

    it('in the path instead of the query, or in a body', async () => {
      await at.get('/v1/things/1?size=2');
      await at.get('/v1/read?size=2&name=things%2F1');
      expect((await at.post('/v1/read', { size: '2', name: 'things/1' })).status).toBe(200);
      expect(at.asked.length).toBe(1);
    });
  });

  describe('are another for requests that ask for something else', () => {
    it.each<[string, string, Readonly<Record<string, string>>]>([
      ['another message', '/v1/read?name=v&size=1', {}],
      ['an empty submessage instead of none', '/v1/read?name=v&child.name=', {}],
      ['another projection of the answer', '/v1/child?name=v', {}],
      ['another format', '/v1/read?name=v&$alt=proto', {}],
      ['another format, by Accept', '/v1/read?name=v', { accept: 'application/protobuf' }],
      ['a part of the answer', '/v1/read?name=v&$fields=text', {}],
      ['a part of the answer, by a header field', '/v1/read?name=v', { 'x-goog-fieldmask': 'name,text' }],
      ['enums as numbers', '/v1/read?name=v&$alt=json;enum-encoding=int', {}],
      ['room between', '/v1/read?name=v&$prettyPrint=true', {}],
      ['another language', '/v1/read?name=v', { 'accept-language': 'de' }],
      ['what the operator lets through', '/v1/read?name=v', { 'x-tenant': 'acme' }],
    ])('%s', async (_, path, headers) => {
      await at.get('/v1/read?name=v');
      const before = at.asked.length;
      await at.get(path, headers);
      expect(at.asked.length).toBe(before + 1);
    });
  });

  it('are never made of what is not part of the key: the backend does not get it', async () => {
    await at.get(fresh(), {
      authorization: 'Bearer of-one',
      baggage: 'a=1',
      'idempotency-key': 'k',
      'if-none-match': '"x"',
      'last-event-id': '7',
      'user-agent': '<script>',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-original-url': '/admin',
    });
    const [asked] = at.asked;
    const names = Object.keys(asked?.metadata ?? {}).filter(
      (name) => !/^(grpc-|te$|content-type$)/.test(name),
    );
    expect(names.sort()).toEqual([
      'accept-language',
      'user-agent',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-request-id',
    ]);
    expect(asked?.metadata['user-agent']).not.toContain('<script>');
    expect(asked?.metadata['x-forwarded-host']).toEqual([new URL(at.url).host]);
  });

  it('keep their conditions: a request with If-Match is for the backend', async () => {
    const path = fresh();
    await at.get(path);
    const strict = await at.get(path, { 'if-match': '"x"' });
    expect([at.asked.length, strict.cache]).toEqual([2, 'propylon; fwd=bypass']);
  });

  it('are whole, whatever range is asked for', async () => {
    const path = fresh();
    const part = await at.get(path, { range: 'bytes=0-3' });
    const whole = await at.get(path);
    expect([part.status, part.text, at.asked.length]).toEqual([200, whole.text, 1]);
  });

  describe('are not stored where the backend says', () => {
    it.each([
      ['no-store', { 'cache-control': 'no-store' }],
      ['private', { 'cache-control': 'max-age=60, private' }],
      ['private to some fields', { 'cache-control': 'private="set-cookie", max-age=60' }],
      ['no-cache', { 'cache-control': 'No-Cache' }],
      ['max-age=0', { 'cache-control': 'max-age=0' }],
      ['s-maxage=0', { 'cache-control': 'max-age=60, s-maxage=0' }],
      ['a cookie', { 'set-cookie': 'session=1' }],
    ])('%s', async (_, leading) => {
      at.answering = () => ({ leading });
      const path = fresh();
      const [first, second] = [await at.get(path), await at.get(path)];
      expect([first.nth, second.nth]).toEqual(['1', '2']);
      expect(second.cache).toBe('propylon; fwd=uri-miss');
    });
  });

  it('are stored for less time where the backend says less', async () => {
    at.answering = () => ({ leading: { 'cache-control': 'max-age=7, must-revalidate' } });
    expect((await at.get(fresh())).headers.get('cache-control')).toBe('public, max-age=7, must-revalidate');
  });

  it.each([NOT_FOUND, UNAVAILABLE, PERMISSION_DENIED])('are never errors: %i', async (code) => {
    at.answering = () => ({ code });
    const path = fresh();
    await at.get(path);
    at.answering = () => ({});
    expect((await at.get(path)).status).toBe(200);
  });

  it('have no header field of one answer', async () => {
    at.answering = () => ({ leading: { ratelimit: 'r=1', 'x-kept': 'yes' } });
    const path = fresh();
    for (const { headers } of [await at.get(path), await at.get(path)])
      expect([headers.get('ratelimit'), headers.get('x-kept')]).toEqual([null, 'yes']);
  });

  it('are asked for by nobody who asks for too much', async () => {
    const post = () => at.post('/v1/read', { text: 'x'.repeat(70_000) });
    expect([(await post()).cache, (await post()).cache, at.asked.length]).toEqual([
      'propylon; fwd=bypass',
      'propylon; fwd=bypass',
      2,
    ]);
  });

  it('cannot be had past the store by a client', async () => {
    const path = fresh();
    await at.get(path);
    for (const value of ['no-cache', 'no-store', 'max-age=0'])
      await at.get(path, { 'cache-control': value, pragma: 'no-cache' });
    expect(at.asked.length).toBe(1);
  });

  describe('that many ask for at once', () => {
    it('are asked for once', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened });
      const path = fresh();
      const all = Array.from({ length: 20 }, () => at.get(path));
      await at.underWay(20);
      open();
      const answers = await Promise.all(all);
      expect(new Set(answers.map(({ nth }) => nth))).toEqual(new Set(['1']));
      expect(answers.filter(({ cache }) => cache?.endsWith('; collapsed')).length).toBe(19);
      expect(at.asked.length).toBe(1);
    });

    it('do not depend on the one who asked first: it may leave', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened });
      const path = fresh();
      const leaving = new AbortController();
      const first = fetch(`${at.url}${path}`, { signal: leaving.signal }).catch(() => undefined);
      await until(() => at.asked.length > 0);
      const second = at.get(path);
      const third = at.get(path, { 'grpc-timeout': '10S' });
      await at.underWay(3);
      leaving.abort();
      await first;
      await at.underWay(2);
      open();
      expect([(await second).nth, (await third).nth]).toEqual(['1', '1']);
    });

    it('are not asked for any longer when all have left', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened });
      const path = fresh();
      const leaving = new AbortController();
      const first = fetch(`${at.url}${path}`, { signal: leaving.signal }).catch(() => undefined);
      await until(() => at.asked.length > 0);
      leaving.abort();
      await first;
      await until(() => at.asked[0]?.isCancelled() === true);
      open();
      at.answering = () => ({});
      expect((await at.get(path)).nth).toBe('2');
    });

    it('have the time of their method, however little the first one has', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened });
      const path = fresh();
      const hasty = at.get(path, { 'grpc-timeout': '100m' });
      await until(() => at.asked.length > 0);
      const patient = at.get(path);
      expect((await hasty).status).toBe(504);
      open();
      expect([(await patient).nth, at.asked.length]).toEqual(['1', 1]);
    });

    it('fail for all where the backend fails', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened, code: UNAVAILABLE });
      const path = fresh();
      const all = Array.from({ length: 5 }, () => at.get(path));
      await at.underWay(5);
      open();
      expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set([503]));
    });
  });

  describe('are dropped', () => {
    const purge = (body: unknown, init: RequestInit = {}): Promise<Response> =>
      fetch(`${at.adminUrl}/cache/purge`, { method: 'POST', body: JSON.stringify(body), ...init });

    it.each([
      ['by method', { methods: ['t.T.Unary'] }],
      ['by tag', { tags: ['things'] }],
      ['all together', { all: true }],
    ])('%s', async (_, body) => {
      const path = fresh();
      await at.get(path);
      expect((await purge(body)).status).toBe(200);
      expect((await at.get(path)).nth).toBe('2');
      expect((await at.get(path)).nth).toBe('2');
    });

    it('by query', async () => {
      const path = fresh();
      await at.get(path);
      const response = await fetch(`${at.adminUrl}/cache/purge?tag=things`, { method: 'POST' });
      expect(await response.json()).toEqual({ purged: { all: false, methods: [], tags: ['things'] } });
      expect((await at.get(path)).nth).toBe('2');
    });

    it('before they are stored, where they are under way', async () => {
      const { open, opened } = gate();
      at.answering = () => ({ until: opened });
      const path = fresh();
      const old = at.get(path);
      await until(() => at.asked.length > 0);
      await purge({ all: true });
      at.answering = () => ({});
      expect((await at.get(path)).nth).toBe('2');
      open();
      expect((await old).nth).toBe('1');
      expect((await at.get(path)).nth).toBe('2');
    });

    it.each<[string, number, unknown, RequestInit]>([
      ['what no policy has', 404, { tags: ['thing'] }, {}],
      ['nothing', 400, {}, {}],
      ['what cannot be read', 400, {}, { body: '{' }],
      ['a field that is unknown', 400, { tag: 'things' }, {}],
      ['by a page', 403, { all: true }, { headers: { origin: 'http://evil.example' } }],
      ['by GET', 404, {}, { method: 'GET', body: null }],
    ])('not: %s', async (_, status, body, init) => {
      const path = fresh();
      await at.get(path);
      expect((await purge(body, init)).status).toBe(status);
      expect((await at.get(path)).nth).toBe('1');
    });
  });
});

describe('answers of one caller', () => {
  const key = issuerKey('k');
  const expiry = Math.floor(Date.now() / 1_000) + 600;
  const bearer = (claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
    authorization: `Bearer ${signedToken({ alg: 'ES256', kid: 'k' }, { iss: 'https://id.example', aud: 'shop', exp: expiry, ...claims }, key.privateKey)}`,
  });
  const authentication: GateOptionsInput['authentication'] = {
    providers: {
      staff: { type: 'jwt', issuer: 'https://id.example', aud: ['shop'], keys: { jwk: key.jwk } },
    },
  };
  const own = { cache: { ttl: '60s' } } as const satisfies PolicyInput;

  describe.each<
    [string, PolicyInput, readonly (readonly [string, Readonly<Record<string, string>>])[], boolean]
  >([
    [
      'are not those of another',
      own,
      [
        ['ann', bearer({ sub: 'ann' })],
        ['bob', bearer({ sub: 'bob' })],
      ],
      false,
    ],
    [
      'are those of another token of the same right',
      own,
      [
        ['one', bearer({ sub: 'ann', jti: '1' })],
        ['two', bearer({ sub: 'ann', jti: '2', exp: expiry + 1 })],
      ],
      true,
    ],
    [
      'are not those of a token of less right',
      own,
      [
        ['all', bearer({ sub: 'ann', scope: 'a b' })],
        ['some', bearer({ sub: 'ann', scope: 'a' })],
      ],
      false,
    ],
    [
      'are not those of a token that another client has',
      own,
      [
        ['app', bearer({ sub: 'ann', azp: 'app' })],
        ['web', bearer({ sub: 'ann', azp: 'web' })],
      ],
      false,
    ],
    [
      'are not those of nobody',
      { ...own, authentication: { mode: 'optional' } },
      [
        ['ann', bearer({ sub: 'ann' })],
        ['nobody', {}],
      ],
      false,
    ],
    [
      'are those of nobody, where nobody may come',
      { ...own, ...open },
      [
        ['nobody', {}],
        ['nobody either', { 'user-agent': 'other' }],
      ],
      true,
    ],
    [
      'are not those of whom nobody has looked at',
      { ...own, ...open },
      [
        ['one', { authorization: 'Basic b25l' }],
        ['another', { authorization: 'Basic dHdv' }],
      ],
      false,
    ],
    [
      'may be declared to be for everybody who may call',
      { cache: { ttl: '60s', scope: 'shared' } },
      [
        ['ann', bearer({ sub: 'ann' })],
        ['bob', bearer({ sub: 'bob' })],
      ],
      true,
    ],
  ])('%s', (_, policy, callers, isOne) => {
    let at: CachedGateway;
    beforeAll(async () => {
      at = await startCachedGateway({ 't.T.Unary': policy }, { authentication });
    });
    afterAll(() => at?.close());

    it(callers.map(([name]) => name).join(' and '), async () => {
      const path = fresh();
      for (const [, headers] of callers) {
        const answer = await at.get(path, headers);
        expect(answer.status).toBe(200);
        // Whoever stands between us and the client does not ask for permission.
        expect(answer.headers.get('cache-control')).toBe('private, max-age=60');
      }
      expect(at.asked.length).toBe(isOne ? 1 : callers.length);
    });
  });

  it('are for nobody who is not let in, although they are stored', async () => {
    const at = await startCachedGateway(
      {
        't.T.*': open,
        't.T.Unary': { authentication: { mode: 'required' }, cache: { ttl: '60s', scope: 'shared' } },
      },
      { authentication },
    );
    const path = fresh();
    await at.get(path, bearer({ sub: 'ann' }));
    const refused = [await at.get(path), await at.get(path, bearer({ sub: 'ann', exp: 1 }))];
    await at.close();
    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('that fail by a right of the first one are asked for again by the others', async () => {
    const at = await startCachedGateway(
      {
        't.T.*': open,
        't.T.Unary': { authentication: { mode: 'required' }, cache: { ttl: '60s', scope: 'shared' } },
      },
      { authentication },
    );
    const { open: release, opened } = gate();
    at.answering = ({ metadata }) => ({
      until: opened,
      ...(metadata['authorization']?.[0] === bad['authorization'] ? { code: PERMISSION_DENIED } : {}),
    });
    const bad = bearer({ sub: 'mallory' });
    const path = fresh();
    const first = at.get(path, bad);
    await until(() => at.asked.length > 0);
    const second = at.get(path, bearer({ sub: 'ann' }));
    await at.underWay(2);
    release();
    const statuses = [(await first).status, (await second).status];
    await at.close();
    expect(statuses).toEqual([403, 200]);
  });
});

describe('what clients say of stored answers', () => {
  let at: CachedGateway;
  beforeAll(async () => {
    at = await startCachedGateway(
      { 't.T.*': open, 't.T.Unary': shared },
      { cache: { clientDirectives: 'honour' } },
    );
  });
  afterAll(() => at?.close());

  it.each([
    ['no-cache asks for a new one, which others get then', 'no-cache', '2', '2'],
    ['max-age=0 does as well', 'max-age=0', '2', '2'],
    ['no-store asks for one of its own', 'no-store', '2', '1'],
    ['max-age takes what is not older', 'max-age=50', '1', '1'],
  ])('%s', async (_, value, nth, then) => {
    at.asked.length = 0;
    const path = fresh();
    await at.get(path);
    expect((await at.get(path, { 'cache-control': value })).nth).toBe(nth);
    expect((await at.get(path)).nth).toBe(then);
  });

  it('only-if-cached takes nothing else', async () => {
    const path = fresh();
    const missing = await at.get(path, { 'cache-control': 'only-if-cached' });
    expect([missing.status, JSON.parse(missing.text)]).toMatchObject([
      504,
      { details: [{ reason: 'NOT_STORED' }] },
    ]);
    await at.get(path);
    expect((await at.get(path, { 'cache-control': 'only-if-cached' })).status).toBe(200);
  });
});

describe('a cache that cannot be', () => {
  it.each<[string, Readonly<Record<string, PolicyInput>>, GateOptionsInput, string]>([
    [
      'on a method that does not say it reads',
      { 't.T.Ping': shared },
      {},
      'it is bound to POST, and does not say that it only reads',
    ],
    ['on a stream', { 't.T.ServerStream': shared }, {}, 'it streams'],
    [
      'by a header field that is none',
      { 't.T.Unary': { cache: { ttl: '1s', vary: ['x y'] } } },
      {},
      '"x y" in vary is no header field',
    ],
    [
      'in a Redis that is not configured',
      { 't.T.Unary': shared },
      { cache: { store: 'redis' } },
      'no Redis is configured',
    ],
  ])('%s fails the load', async (_, policies, gate, text) => {
    const starting = startCachedGateway(policies, gate);
    await expect(starting).rejects.toThrow(DiagnosticsError);
    await expect(starting).rejects.toThrow(text);
  });

  it('needs a time: without one, or with none, nothing is stored', async () => {
    const at = await startCachedGateway({
      't.T.*': open,
      't.T.Ping': { cache: { ttl: '0s' } },
      't.T.Unary': { cache: { scope: 'shared' } },
    });
    const path = fresh();
    const answers = [await at.get(path), await at.get(path)];
    await at.close();
    expect(answers.map(({ nth, cache }) => [nth, cache])).toEqual([
      ['1', null],
      ['2', null],
    ]);
  });
});
