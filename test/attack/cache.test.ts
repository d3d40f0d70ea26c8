import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CachedGateway, startCachedGateway } from '../support/cached-gateway.js';
import { sendRaw } from '../support/raw-http.js';
import { issuerKey, signedToken } from '../support/tokens.js';

/** Poisoning, and making a cache give away what it has (security.md 21). The backend says all that it was told. */

const key = issuerKey('k');
const bearer = (sub: string): Readonly<Record<string, string>> => {
  const claims = { iss: 'https://id.example', aud: 'shop', sub, exp: Math.floor(Date.now() / 1_000) + 600 };
  return { authorization: `Bearer ${signedToken({ alg: 'ES256', kid: 'k' }, claims, key.privateKey)}` };
};

let at: CachedGateway;
/** The same, where answers are of their callers. */
let guarded: CachedGateway;
beforeAll(async () => {
  const more = {
    methodOverride: true,
    metadata: { requestNames: ['x-let-through', 'cookie'], responseNames: [] },
    requests: { unknownQuery: 'ignore', repeatedQuery: 'last-wins' },
  } as const;
  const keys = { jwk: key.jwk };
  const jwt = { type: 'jwt' as const, issuer: 'https://id.example', aud: ['shop'], keys };
  at = await startCachedGateway(
    {
      't.T.*': { authentication: { mode: 'none' } },
      't.T.Unary': { cache: { ttl: '60s', scope: 'shared' } },
    },
    {},
    more,
  );
  guarded = await startCachedGateway(
    { 't.T.Unary': { cache: { ttl: '60s' } } },
    { authentication: { providers: { staff: jwt } } },
    more,
  );
  for (const each of [at, guarded])
    each.answering = ({ message, metadata }) => ({ text: JSON.stringify([message, metadata]) });
});
afterAll(async () => {
  await at?.close();
  await guarded?.close();
});

let names = 0;
function fresh(): string {
  names += 1;
  return `p${names}`;
}

describe('no header field of one request is in the answer to another', () => {
  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-scheme',
    'x-forwarded-server',
    'x-forwarded-user-agent',
    'x-forwarded-client-cert',
    'x-host',
    'x-original-url',
    'x-original-host',
    'x-rewrite-url',
    'x-http-method-override',
    'x-real-ip',
    'true-client-ip',
    'forwarded',
    'via',
    'user-agent',
    'referer',
    'origin',
    'cookie',
    'authorization',
    'accept-language',
    'accept-charset',
    'range',
    'if-range',
    'if-none-match',
    'if-modified-since',
    'last-event-id',
    'idempotency-key',
    'baggage',
    'x-let-through',
    'x-propylon-subject',
    'x-propylon-principal',
    'x-api-key',
    'grpc-metadata-x-let-through',
    'x-envoy-original-path',
    'prefer',
    'cache-control',
    'pragma',
  ])('%s', async (name) => {
    const path = `/v1/read?name=${fresh()}`;
    const value = name === 'x-http-method-override' ? 'GET' : 'poison-1';
    await at.get(path, { [name]: value });
    const clean = await at.get(path);
    expect(clean.status).toBe(200);
    expect(clean.text).not.toContain('poison');
  });

  it('nor is the host that it was sent to', async () => {
    const port = Number(new URL(at.url).port);
    const target = `/v1/read?name=${fresh()}`;
    await answerOf(port, target, 'poison.example');
    expect((await answerOf(port, target)).body).not.toContain('poison');
  });
});

describe('what is ignored of a request is not in any answer, and makes no answer of its own', () => {
  it.each<[string, (name: string) => string, (name: string) => string]>([
    [
      'parameters that name no field',
      (name) => `?name=${name}&utm=poison&x[y]=poison`,
      (name) => `?name=${name}`,
    ],
    ['the first of two values', (name) => `?name=poison&name=${name}`, (name) => `?name=${name}`],
    ['a fragment of a spelling', (name) => `?n%61me=${name}`, (name) => `?name=${name}`],
  ])('%s', async (_, one, other) => {
    const name = fresh();
    const before = at.asked.length;
    const answers = [await at.get(`/v1/read${one(name)}`), await at.get(`/v1/read${other(name)}`)];
    expect(answers.map(({ text }) => text.includes('poison'))).toEqual([false, false]);
    expect(at.asked.length).toBe(before + 1);
  });
});

describe('a path has the answer of what it names, however it is spelt', () => {
  it.each([
    '/v1/things/a%2Fb',
    '/v1/things/a%2fb',
    '/v1/things/%61',
    '/v1/things/a.css',
    '/v1/things/a;x=1',
    '/v1/things/a%00',
    '/v1/things/a%20',
    '/v1/things/%2e%2e',
    '/v1/things/a%3Fname=x',
    '/v1/things/a?name=things/b',
    '/v1//things/a',
    '/v1/things/a/',
    '/v1/things/A',
    '/v1/read/../things/a',
    '/V1/things/a',
    '/v1/things/a%252Fb',
    '/v1/things/a\\b',
  ])('%s', async (target) => {
    const port = Number(new URL(at.url).port);
    const victim = await answerOf(port, '/v1/things/a');
    const { status, body } = await answerOf(port, target);
    if (status !== 200) return;
    const [message] = JSON.parse(String(JSON.parse(body).text)) as [{ readonly name: string }];
    // An escaped slash stays one, in variables of several segments.
    const path = (target.split('?')[0] ?? '').replace(/%2f/gi, encodeURIComponent);
    const named = decodeURIComponent(path).replace(/^\/v1\//, '');
    expect(message.name).toBe(named);
    expect(body === victim.body).toBe(named === 'things/a');
  });
});

async function answerOf(
  port: number,
  target: string,
  host = `127.0.0.1:${port}`,
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = await sendRaw(port, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  const { text } = answer;
  return { status: Number(text.split(' ')[1]), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
}

describe('what is stored for one is for nobody else', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['nobody', '', {}],
    ['nobody, for a style sheet', '&x=.css', {}],
    ['another', '', bearer('bob')],
    ['another, by HEAD', '', bearer('bob')],
    ['nobody, with the tag of the answer', '', { 'if-none-match': '*' }],
    [
      'nobody, who says that a cache asks',
      '',
      { via: '1.1 cache', 'x-forwarded-for': '127.0.0.1', 'cache-control': 'only-if-cached' },
    ],
  ])('%s', async (who, more, headers) => {
    const path = `/v1/read?name=${fresh()}`;
    const own = await guarded.get(path, bearer('ann'));
    expect([own.status, (await guarded.get(path, bearer('ann'))).text]).toEqual([200, own.text]);
    const method = who.endsWith('HEAD') ? 'HEAD' : 'GET';
    const response = await fetch(`${guarded.url}${path}${more}`, { method, headers });
    expect([200, 401]).toContain(response.status);
    expect(response.status === 200).toBe('authorization' in headers);
    expect(await response.text()).not.toContain('ann');
    expect(response.headers.get('etag')).not.toBe(own.headers.get('etag'));
  });
});
