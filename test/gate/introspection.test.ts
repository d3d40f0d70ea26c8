import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { seenMetadata } from '../support/seen-metadata.js';

/** Opaque tokens, of which their issuer is asked (RFC 7662). */

const folder = mkdtempSync(join(tmpdir(), 'propylon-introspection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, 's3 cret:\n');

const seconds = (): number => Math.floor(Date.now() / 1_000);
const active = { active: true, sub: 'ann', scope: 'orders.read orders.write', client_id: 'app' };

interface Question {
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

let issuer: Server;
let endpoint: string;
let questions: Question[] = [];
let answer: (response: ServerResponse, question: Question) => void;
let echo: EchoGateway | undefined;
const seen = seenMetadata();

async function questionOf(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  return { authorization: request.headers.authorization, form };
}

const say = (said: unknown) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json');
  response.end(typeof said === 'string' ? said : JSON.stringify(said));
};

beforeEach(async () => {
  questions = [];
  answer = say(active);
  issuer = createServer(async (request, response) => {
    const question = await questionOf(request);
    questions.push(question);
    answer(response, question);
  }).listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  const address = issuer.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/introspect`;
});
afterEach(async () => {
  await echo?.close();
  issuer.close();
  issuer.closeAllConnections();
});

async function start(
  provider: object = {},
  limits: object = {},
): Promise<(token: string) => Promise<Response>> {
  const settings = gateSettings(
    { '*': {} },
    {
      authentication: {
        realm: 'shop',
        providers: {
          login: {
            ...{ type: 'introspection', endpoint, client: { id: 'gate way', secretFile } },
            ...provider,
          },
        },
      },
    },
  );
  echo = await startEchoGateway({ ...settings, limits }, seen.handlers);
  const { url } = echo;
  return (token) => fetch(`${url}/v1/echo`, { headers: { authorization: `Bearer ${token}` } });
}

describe('an opaque token', () => {
  it('lets in whoever its issuer says is active, and is remembered', async () => {
    const get = await start();
    expect([(await get('t1')).status, (await get('t1')).status]).toEqual([200, 200]);
    expect(questions).toHaveLength(1);
    expect(questions[0]?.form).toEqual({ token: 't1', token_type_hint: 'access_token' });
    expect(seen.last()).toMatchObject({
      'x-propylon-subject': ['ann'],
      'x-propylon-scopes': ['orders.read orders.write'],
    });
  });

  it.each<[string, unknown]>([
    ['inactive', { active: false }],
    ['"active" in words only', { ...active, active: 'true' }],
    ['expired', { ...active, exp: seconds() - 1 }],
    ['with an exp that is no number', { ...active, exp: 'never' }],
    ['not valid yet', { ...active, nbf: seconds() + 60 }],
    ['of another issuer', { ...active, iss: 'https://evil.example' }],
    ['for somebody else', { ...active, aud: ['other'] }],
    ['of another client', { ...active, client_id: 'other' }],
    ['a refresh token', { ...active, token_type: 'refresh_token' }],
    ['an id token', { ...active, token_use: 'id' }],
    ['of nobody', { active: true, aud: 'shop', client_id: 7 }],
  ])('that is %s is refused', async (_, said) => {
    answer = say(said instanceof Object && 'aud' in said ? said : { ...(said as object), aud: 'shop' });
    const get = await start({ issuer: 'https://id.example', aud: ['shop'], azp: ['app'] });
    const response = await get('t1');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="shop", error="invalid_token"/);
  });

  it.each<[string, object]>([
    ['one audience of several', { ...active, aud: ['x', 'shop'] }],
    ['a type in any case', { ...active, aud: 'shop', token_type: 'BEARER' }],
    ['an issuer', { ...active, aud: 'shop', iss: 'https://id.example', exp: seconds() + 60 }],
  ])('may have %s', async (_, said) => {
    answer = say(said);
    const get = await start({ issuer: 'https://id.example', aud: ['shop'], azp: ['app'] });
    expect((await get('t1')).status).toBe(200);
  });

  it('of a client without a user is that of the client', async () => {
    answer = say({ active: true, client_id: 'batch' });
    const get = await start();
    expect((await get('t1')).status).toBe(200);
    expect(seen.last()['x-propylon-subject']).toEqual(['batch']);
  });

  it('in the form of a JWT is another kind of credentials, unless the configuration says otherwise', async () => {
    const jwt = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    expect((await (await start())(jwt)).status).toBe(401);
    expect(questions).toHaveLength(0);
    await echo?.close();
    expect((await (await start({ jwts: true }))(jwt)).status).toBe(200);
  });

  it('is told to nobody to whom its issuer would pass us on', async () => {
    answer = (response) =>
      questions.length > 1
        ? say(active)(response)
        : response.writeHead(307, { location: '/elsewhere' }).end();
    const get = await start();
    expect([(await get('t1')).status, questions.length]).toEqual([503, 1]);
  });
});

describe('the gateway as a client of the issuer', () => {
  it('says who it is in Authorization, both parts as forms have them (RFC 6749 §2.3.1)', async () => {
    await (await start())('t1');
    const basic = Buffer.from('gate+way:s3+cret%3A').toString('base64');
    expect(questions[0]?.authorization).toBe(`Basic ${basic}`);
  });

  it('says so in the form where it is told to', async () => {
    const get = await start({ client: { id: 'gateway', secretFile, method: 'post' } });
    await get('t1');
    expect(questions[0]).toMatchObject({
      authorization: undefined,
      form: { client_id: 'gateway', client_secret: 's3 cret:' },
    });
  });

  it('asks once for requests with one token that come together', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const get = await start();
    const answers = Promise.all(Array.from({ length: 20 }, () => get('t1')));
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const response of waiting) say(active)(response);
    expect((await answers).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(questions).toHaveLength(1);
  });

  it('waits for so many answers at once and no more: 503', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const get = await start({}, { introspectionsMax: 1 });
    const first = get('t1');
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await get('t2');
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5']);
    for (const response of waiting) say(active)(response);
    expect((await first).status).toBe(200);
  });

  it('asks again for an inactive token later, not at once', async () => {
    answer = say({ active: false });
    const get = await start();
    await get('t1');
    await get('t1');
    expect(questions).toHaveLength(1);
  });
});

describe('an issuer that is away', () => {
  it('takes down nobody whom it has vouched for', async () => {
    const get = await start();
    expect((await get('known')).status).toBe(200);
    issuer.close();
    issuer.closeAllConnections();
    expect([(await get('known')).status, (await get('unknown')).status]).toEqual([200, 503]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['says 500', (response) => response.writeHead(500).end()],
    ['does not know us', (response) => response.writeHead(401).end('{"active":true,"sub":"ann"}')],
    ['says no JSON', say('<html>')],
    ['says a list', say([active])],
    ['says more than the limit', say(`{"active":true,"sub":"ann","x":"${'x'.repeat(2_000)}"}`)],
    ['says nothing', () => undefined],
    ['hangs up', (response) => void response.destroy()],
  ])('or that %s, is no word against a token: 503, and asked again the next time', async (_, act) => {
    answer = act;
    const get = await start({}, { issuerTimeoutMs: 100, issuerAnswerBytesMax: 1_000 });
    expect((await get('t1')).status).toBe(503);
    answer = say(active);
    expect((await get('t1')).status).toBe(200);
  });

  it('is not asked of what nobody could have issued', async () => {
    const get = await start();
    expect([(await get('a b')).status, (await get('ü'.repeat(3))).status]).toEqual([401, 401]);
    expect(questions).toHaveLength(0);
  });
});
