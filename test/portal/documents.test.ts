import { once } from 'node:events';
import { connect } from 'node:http2';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openApiSteps } from '../../src/contract/index.js';
import { createGateway, type GatewayOptions } from '../../src/index.js';
import { defaultLimits } from '../../src/limits.js';
import { contractProtos, outlineOf } from '../support/openapi.js';
import { openApiProblems } from '../support/openapi-validators.js';
import { audienceCallers, audiencesImage, type BareGateway, startBareGateway } from '../support/portal.js';
import { sendRaw } from '../support/raw-http.js';

/** /openapi.json and /openapi.yaml: what a gateway serves, as far as its callers may see it. */

const image = audiencesImage;
const { keys, token, settings, remove } = audienceCallers();
afterAll(remove);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: Partial<GatewayOptions> = {}): Promise<BareGateway> {
  const started = await startBareGateway(options);
  cleanups.push(() => started.close());
  return started;
}

type Document = { readonly openapi: string; readonly paths: object } & Record<string, unknown>;

/** The paths of a document, by HTTP method. */
const operations = ({ paths }: Document): string[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((httpMethod) => `${httpMethod.toUpperCase()} ${path}`),
  );

const read = async (url: string, headers: Record<string, string> = {}): Promise<Document> =>
  (await (await fetch(url, { headers })).json()) as Document;

describe('the document', () => {
  it.each([
    ['/openapi.json', 'application/json', '3.1.0'],
    ['/openapi.json?version=3.0', 'application/json', '3.0.3'],
    ['/openapi.json?version=3.1&v=12', 'application/json', '3.1.0'],
    ['/openapi.yaml', 'application/yaml', '3.1.0'],
    ['/openapi.yaml?version=3.0', 'application/yaml', '3.0.3'],
  ])('%s is what is served, and valid', async (path, contentType, version) => {
    const { url, gateway } = await start();
    const answer = await fetch(`${url}${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, contentType]);
    const text = await answer.text();
    const document = parse(text) as Document;
    expect(document.openapi).toBe(version);
    expect(document).toEqual(
      JSON.parse(JSON.stringify(gateway.openApi({ version: version === '3.0.3' ? '3.0' : '3.1' }).document)),
    );
    expect(await openApiProblems(JSON.stringify(document))).toEqual([]);
  });

  it('has the title and servers of the configuration', async () => {
    const { url } = await start({ docs: { title: 'Things', servers: ['https://api.example.com'] } });
    expect(await read(`${url}/openapi.json`)).toMatchObject({
      info: { title: 'Things' },
      servers: [{ url: 'https://api.example.com' }],
    });
  });

  it.each(['3.2', '', 'latest'])('is not there in version "%s"', async (version) => {
    const { url } = await start();
    const answer = await fetch(`${url}/openapi.json?version=${version}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: 'The version of OpenAPI is 3.1 or 3.0.' },
    ]);
  });

  it('has a strong tag, by which a reader knows it again', async () => {
    const { url } = await start();
    const plain = { 'accept-encoding': 'identity' };
    const first = await fetch(`${url}/openapi.json`, { headers: plain });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toBe('public, no-cache');
    const again = await fetch(`${url}/openapi.json`, {
      headers: { ...plain, 'if-none-match': `"x", ${etag}` },
    });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect(again.headers.get('access-control-allow-origin')).toBe('*');
    const other = await fetch(`${url}/openapi.json`, { headers: { ...plain, 'if-none-match': '"x"' } });
    expect(other.status).toBe(200);
    for (const path of ['/openapi.yaml', '/openapi.json?version=3.0'])
      expect((await fetch(`${url}${path}`, { headers: plain })).headers.get('etag')).not.toBe(etag);
  });

  it('is compressed as other answers are, under a tag of its own', async () => {
    const { port } = await start();
    const ask = async (coding: string) => {
      const { text } = await sendRaw(
        port,
        `GET /openapi.json HTTP/1.1\r\nhost: a\r\nconnection: close\r\naccept-encoding: ${coding}\r\n\r\n`,
      );
      const [head = '', ...body] = text.split('\r\n\r\n');
      const etag = /\r\netag: (\S+)/.exec(head)?.[1];
      return { head, etag, bytes: Buffer.from(body.join('\r\n\r\n'), 'latin1') };
    };
    const [identity, br, gzip] = [await ask('identity'), await ask('br'), await ask('gzip')];
    expect(br.head).toContain('content-encoding: br');
    expect(br.head).toMatch(/vary: .*accept-encoding/);
    expect(brotliDecompressSync(br.bytes)).toEqual(identity.bytes);
    expect(gunzipSync(gzip.bytes)).toEqual(identity.bytes);
    expect(new Set([identity.etag, br.etag, gzip.etag]).size).toBe(3);
  });

  it('answers HEAD, OPTIONS, and nothing that would change it', async () => {
    const { url } = await start();
    const get = await fetch(`${url}/openapi.json`, { headers: { 'accept-encoding': 'identity' } });
    const head = await fetch(`${url}/openapi.json`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
    });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['content-length', 'etag', 'content-type'])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    const options = await fetch(`${url}/openapi.json`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    const put = await fetch(`${url}/openapi.json`, { method: 'PUT', body: '{}' });
    expect([put.status, await put.json()]).toMatchObject([405, { code: 12 }]);
  });

  it('may be read by pages of other origins, with credentials that they have', async () => {
    const { url } = await start(settings);
    const origin = { origin: 'https://tools.example' };
    const preflight = await fetch(`${url}/openapi.json`, {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,x-api-key',
      },
    });
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'authorization, x-api-key, x-goog-api-key, if-none-match',
    });
    const answer = await fetch(`${url}/openapi.json`, { headers: origin });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    // Never for what browsers send by themselves.
    expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
  });

  it('changes with a reload, and its tag with it', async () => {
    const { url, gateway } = await start();
    const ask = () => fetch(`${url}/openapi.json`);
    const first = await ask();
    const other = contractProtos(
      'service S { rpc Get(R) returns (R) { option (google.api.http) = { get: "/v2/r" }; } } message R {}',
    );
    await gateway.reload({ sources: [{ label: 't', load: async () => other }], warn: () => undefined });
    const second = await ask();
    expect(second.headers.get('etag')).not.toBe(first.headers.get('etag'));
    expect(operations((await second.json()) as Document)).toEqual(['GET /v2/r']);
    expect((await gateway.reload({ sources: [{ label: 't', load: async () => image }] })).kind).toBe(
      'reloaded',
    );
    const third = await ask();
    expect(third.headers.get('etag')).toBe(first.headers.get('etag'));
  });
});

const everybody = ['GET /v1/things/{thing}'];
const partners = [...everybody, 'GET /v1/deals/{deal}'];
const house = [...partners, 'GET /v1/secrets/{secret}', 'GET /v1/things/{thing}:secret'];

describe('each caller is shown what it may see', () => {
  it.each([
    ['nobody', {}, everybody],
    ['a key of the public', { 'x-api-key': keys.public }, everybody],
    ['a key of a partner', { 'x-api-key': keys.partner }, partners],
    ['a key of the house', { 'x-api-key': keys.internal }, house],
    ['a token of the house', { authorization: `Bearer ${token}` }, house],
  ])('%s', async (_, headers: Record<string, string>, expected) => {
    const { url } = await start(settings);
    for (const path of ['/openapi.json', '/openapi.json?version=3.0']) {
      expect(operations(await read(`${url}${path}`, headers)).toSorted()).toEqual(expected.toSorted());
    }
    const answer = await fetch(`${url}/openapi.json`, { headers });
    const isKnown = Object.keys(headers).length > 0;
    expect(answer.headers.get('cache-control')).toBe(isKnown ? 'private, no-cache' : 'public, no-cache');
    expect(answer.headers.get('vary')).toContain('authorization, x-api-key');
  });

  it.each([
    ['an unknown key', { 'x-api-key': 'nonsense' }, 401],
    ['a token of nobody', { authorization: 'Bearer a.b.c' }, 401],
    ['two callers at once', { 'x-api-key': keys.partner, authorization: `Bearer ${token}` }, 400],
  ])('%s is refused, as elsewhere', async (_, headers: Record<string, string>, httpStatus) => {
    const { url } = await start(settings);
    const answer = await fetch(`${url}/openapi.json`, { headers });
    expect(answer.status).toBe(httpStatus);
    // A page of another origin sees why.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['public', everybody],
    ['partner', partners],
    ['internal', house],
  ] as const)('but no more than %s, where the configuration says so', async (audience, expected) => {
    const { url } = await start({ ...settings, docs: { audience } });
    const shown = operations(await read(`${url}/openapi.json`, { 'x-api-key': keys.internal }));
    expect(shown.toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ['the public', {}, /deal|rebate|partner hear|secret|abyss|depth|house/i],
    ['partners', { 'x-api-key': keys.partner }, /secret|abyss|depth|house/i],
  ])(
    'nothing that is hidden from %s is in theirs, in any form',
    async (_, headers: Record<string, string>, hidden) => {
      const { url } = await start(settings);
      for (const path of [
        '/openapi.json',
        '/openapi.yaml',
        '/openapi.json?version=3.0',
        '/openapi.yaml?version=3.0',
        '/openapi.json?samples=true',
      ]) {
        const answer = await fetch(`${url}${path}`, { headers });
        const text = await answer.text();
        expect(text).toContain('Thing');
        expect(text.match(hidden)).toBe(null);
        expect(JSON.stringify([...answer.headers]).match(hidden)).toBe(null);
      }
    },
  );

  it('a change of what is hidden changes no tag of those who do not see it', async () => {
    const tagOf = async (policies: GatewayOptions['policies']): Promise<string | null> => {
      const { url } = await start({
        ...settings,
        policies: [...(settings.policies ?? []), ...(policies ?? [])],
      });
      return (await fetch(`${url}/openapi.json`)).headers.get('etag');
    };
    const deprecated = {
      selector: 't.v1.Secrets.GetSecret',
      policy: { deprecation: { since: '2026-01-01' } },
    };
    expect(await tagOf([deprecated])).toBe(await tagOf([]));
  });
});

describe('the paths of the portal', () => {
  const own = contractProtos(`service S {
    rpc Get(R) returns (R) { option (google.api.http) = { get: "/openapi.json" additional_bindings { post: "/openapi.yaml" } }; }
  } message R { string a = 1; }`);

  it("are the API's, where it has them", async () => {
    const { url } = await start({ sources: [{ label: 't', load: async () => own }] });
    // No backend answers: it is the route that was found.
    expect((await fetch(`${url}/openapi.json`)).status).toBe(503);
    expect((await fetch(`${url}/openapi.yaml`)).status).toBe(405);
    // The page asks for it beneath itself.
    const { paths } = await read(`${url}/docs/openapi.json`);
    expect(paths).toMatchObject({ '/openapi.json': {} });
    expect((await fetch(`${url}/docs/openapi.yaml`)).status).toBe(200);
  });

  it.each<[template: string, docs: GatewayOptions['docs'], taken: string | undefined, hint: RegExp]>([
    ['get: "/docs/{a}"', true, '/docs/*, /docs/openapi.json, /docs/openapi.yaml', /docs\.path/],
    ['get: "/docs"', true, '/docs', /docs\.path/],
    // GET is refused there, and not the portal's.
    ['post: "/{a}"', true, '/docs, /openapi.json, /openapi.yaml', /docs: false/],
    ['get: "/openapi.json"', true, '/openapi.json', /at \/docs\/openapi\.json/],
    ['get: "/api/docs/{a=**}"', { path: '/api/docs' }, '/api/docs', /docs\.path/],
    ['get: "/docs/{a}"', { path: '/help' }, undefined, /./],
    ['get: "/docs/{a}/parts"', true, undefined, /./],
    ['get: "/docs/{a}"', false, undefined, /./],
  ])('that a route with %s takes are warned of, docs being %j: %s', async (template, docs, taken, hint) => {
    const api = contractProtos(`service S {
      rpc Get(R) returns (R) { option (google.api.http) = { ${template} }; }
    } message R { string a = 1; }`);
    const { gateway } = await start({ sources: [{ label: 't', load: async () => api }], docs });
    const found = gateway.diagnostics.filter(({ code }) => code === 'PORTAL_PATH_TAKEN');
    expect(found).toEqual(
      taken === undefined
        ? []
        : [
            {
              severity: 'warning',
              code: 'PORTAL_PATH_TAKEN',
              text: expect.stringMatching(/\.S\.Get\b/),
              locations: [expect.objectContaining({ file: expect.stringMatching(/\.proto$/) })],
              hint: expect.stringMatching(hint),
            },
          ],
    );
    if (taken !== undefined) expect(found[0]?.text).toContain(` takes ${taken}`);
  });

  it('are those of hand-written routes, before and behind', async () => {
    const { url } = await start({ routes: (app) => void app.get('/openapi.json', (c) => c.text('own')) });
    expect(await (await fetch(`${url}/openapi.json`)).text()).toBe('own');
    expect((await fetch(`${url}/openapi.yaml`)).status).toBe(200);
    const gateway = await createGateway({ sources: [{ label: 't', load: async () => image }] });
    cleanups.push(() => gateway.close());
    const app = new Hono().route('/', gateway.app);
    app.get('/openapi.json', (c) => c.text('later'));
    expect(await (await app.request('/openapi.json')).text()).toBe('later');
    expect((await app.request('/openapi.yaml')).status).toBe(200);
  });

  it('are unknown like any other, where docs are off', async () => {
    const { port } = await start({ docs: false });
    const ask = async (path: string): Promise<string> => {
      const { text } = await sendRaw(port, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      return text.replace(/x-request-id: [^\r]*|date: [^\r]*/gi, '');
    };
    const unknown = await ask('/nowhere');
    expect(unknown).toContain('HTTP/1.1 404 ');
    for (const path of ['/openapi.json', '/openapi.yaml', '/docs', '/docs/', '/docs/openapi.json'])
      expect(await ask(path)).toBe(unknown);
  });

  it('answer over HTTP/2, by fetch and under a prefix alike', async () => {
    const { url, gateway } = await start();
    const session = connect(url);
    cleanups.push(() => session.destroy());
    const stream = session.request({ ':path': '/openapi.json' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    const text = (await stream.setEncoding('utf8').toArray()).join('');
    expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/json' });
    expect(JSON.parse(text)).toEqual(await read(`${url}/openapi.json`));
    const platform = await gateway.fetch(new Request('https://a.example/openapi.json'), {
      target: '/openapi.json',
      headers: [],
      peerAddress: '',
      body: undefined,
    });
    expect(await platform.text()).toBe(text);
    const mounted = new Hono().route('/api', gateway.app);
    expect(await (await mounted.request('/api/openapi.json')).text()).toBe(text);
    expect((await mounted.request('/openapi.json')).status).toBe(404);
  });

  it('are in the log by their names', async () => {
    const log: unknown[] = [];
    const { url } = await start({ ...settings, log: (event) => void log.push(event) });
    await (await fetch(`${url}/openapi.json?version=3.0`, { headers: { 'x-api-key': keys.partner } })).text();
    await (await fetch(`${url}/openapi.json`, { headers: { 'x-api-key': 'none' } })).text();
    expect(log).toMatchObject([
      { route: '/openapi.json', httpStatus: 200, principal: 'keys:partner' },
      { route: '/openapi.json', httpStatus: 401, refused: { step: 'authentication' } },
    ]);
  });
});

describe('a surface of many methods', () => {
  const methods = Array.from({ length: 800 }, (_, i) => i);
  const huge = contractProtos(`
    service Huge { ${methods.map((i) => `rpc M${i}(Q${i}) returns (A${i}) { option (google.api.http) = { post: "/v1/m${i}" body: "*" }; }`).join('\n')} }
    ${methods.map((i) => `message Q${i} { string a = 1; repeated int64 b = 2; A${i} c = 3; } message A${i} { string a = 1; map<string, Q${i}> b = 2; }`).join('\n')}
  `);

  it('is documented beside other requests, once for all who ask', async () => {
    const { url, gateway } = await start({ sources: [{ label: 'huge', load: async () => huge }] });
    let made = 0;
    const documents = ['json', 'json', 'yaml'].map(async (format) => {
      const answer = await fetch(`${url}/openapi.${format}`, { headers: { 'accept-encoding': 'identity' } });
      made += 1;
      return answer.text();
    });
    let answered = 0;
    while (made === 0) {
      expect((await fetch(`${url}/nowhere`)).status).toBe(404);
      answered += 1;
    }
    const [json = '', same, yaml = ''] = await Promise.all(documents);
    expect(answered).toBeGreaterThan(5);
    expect(same).toBe(json);
    expect(Object.keys((JSON.parse(json) as Document).paths)).toHaveLength(methods.length);
    expect(yaml).toContain('/v1/m799:\n');
    // What was made is given out as it is.
    const { user } = await spent(() => read(`${url}/openapi.json`));
    const whole = await spent(async () => gateway.openApi());
    expect(user).toBeLessThan(whole.user / 2);
  }, 60_000);
});

it.each([['POST'], ['PATCH']])('a %s of many messages is documented in as many steps', (httpMethod) => {
  const count = 200;
  const messages = Array.from(
    { length: count },
    (_, i) => `message M${i} { string a = 1; ${i + 1 < count ? `M${i + 1} b = 2;` : ''} }`,
  );
  const outline = outlineOf(
    contractProtos(
      `service S { rpc Do(M0) returns (M0) { option (google.api.http) = { ${httpMethod.toLowerCase()}: "/v1/m" body: "*" }; } } ${messages.join('\n')}`,
    ),
  );
  const steps = openApiSteps(outline, { version: '3.1', audience: 'public', limits: defaultLimits });
  let yields = 0;
  for (let step = steps.next(); step.done !== true; step = steps.next()) yields += 1;
  // Rules are read, then schemas are made.
  expect(yields).toBeGreaterThan(2 * count);
});

it('a tag of one audience is none of another, and a caller who was known is told anew', async () => {
  const { url } = await start(settings);
  const ask = (headers: Record<string, string>) =>
    fetch(`${url}/openapi.json`, { headers: { 'accept-encoding': 'identity', ...headers } });
  const [open, partner] = [await ask({}), await ask({ 'x-api-key': keys.partner })];
  const tags = [open, partner].map(({ headers }) => headers.get('etag') ?? '');
  expect(new Set(tags).size).toBe(2);
  const [openTag = '', partnerTag = ''] = tags;
  expect((await ask({ 'x-api-key': keys.partner, 'if-none-match': openTag })).status).toBe(200);
  expect((await ask({ 'if-none-match': partnerTag })).status).toBe(200);
  const again = await ask({ 'x-api-key': keys.partner, 'if-none-match': `"x", W/${partnerTag}` });
  expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'private, no-cache']);
  expect(again.headers.get('vary')).toContain('x-api-key');
  expect((await ask({ range: 'bytes=0-9' })).status).toBe(200);
});

/** Microseconds of CPU. */
async function spent(act: () => Promise<unknown>): Promise<NodeJS.CpuUsage> {
  const before = process.cpuUsage();
  await act();
  return process.cpuUsage(before);
}
