import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/index.js';
import { startEchoGateway } from '../support/echo-gateway.js';
import { audienceCallers, type BareGateway, startBareGateway } from '../support/portal.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { findServerProgram } from '../support/server-program.js';

/** The page at /docs: what the gateway gives out, and what a person in front of it sees. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const callers = audienceCallers();
afterAll(() => callers.remove());

async function start(options: Partial<GatewayOptions> = {}): Promise<BareGateway> {
  const started = await startBareGateway(options);
  cleanups.push(() => started.close());
  return started;
}

/** A proxy as an Ingress is, which sends on what is under /api, and nothing else. */
async function startPrefixProxy(url: string, rewritten: (path: string) => string): Promise<string> {
  const server = createServer((asked, answer) => {
    const { method, headers, url: path = '' } = asked;
    if (!path.startsWith('/api/')) return void answer.writeHead(404).end('elsewhere');
    const onwards = request(`${url}${rewritten(path)}`, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    asked.pipe(onwards);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

/** URLs that a page names, relative to it. */
const named = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, url = '']) => url);

describe('the listener for clients', () => {
  it.each(['/docs', '/internal/api-docs'])(
    'gives out the page at %s and what it is made of',
    async (path) => {
      const { url } = await start({ docs: { path } });
      const page = await fetch(`${url}${path}`);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const urls = named(await page.text());
      expect(urls.length).toBeGreaterThan(5);
      for (const one of urls) {
        const answer = await fetch(new URL(one, `${url}${path}`));
        expect([one, answer.status]).toEqual([one, 200]);
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );

  it('lets the page run its own scripts and ask its own gateway, and the servers of the configuration', async () => {
    const policyOf = async (docs: GatewayOptions['docs']): Promise<string | null> => {
      const { url } = await start({ docs });
      return (await fetch(`${url}/docs`)).headers.get('content-security-policy');
    };
    expect(await policyOf(true)).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    const servers = ['https://api.example.com/shop', '/v2'];
    expect(await policyOf({ servers })).toContain("connect-src 'self' https://api.example.com;");
  });

  it('has nothing inline, and names nothing from elsewhere', async () => {
    const { url } = await start();
    const html = await (await fetch(`${url}/docs`)).text();
    expect(
      named(html).filter((one) => !/^docs\/([a-z]+-[0-9a-f]{12}\.\w+|openapi\.(json|yaml))$/.test(one)),
    ).toEqual([]);
    expect(html).not.toMatch(/ on\w+=|style=|<style|<script(?![^>]* src=)/);
  });

  it('writes what the configuration says as text', async () => {
    const { url } = await start({ docs: { title: '<b>"Things" & more</b>' } });
    const html = await (await fetch(`${url}/docs`)).text();
    expect(html).not.toContain('<b>');
    expect(html).toContain('&#60;b&#62;&#34;Things&#34; &#38; more&#60;/b&#62;');
  });

  it('has what the page is made of kept for ever, compressed once and for all', async () => {
    const { url } = await start();
    const page = await fetch(`${url}/docs`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = named(await page.text()).find((one) => one.includes('scalar-')) ?? '';
    const head = (coding: string) =>
      fetch(`${url}/${script}`, { method: 'HEAD', headers: { 'accept-encoding': coding } });
    const [br, plain] = [await head('br'), await head('identity')];
    expect(br.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(br.headers.get('content-encoding')).toBe('br');
    expect(Number(br.headers.get('content-length'))).toBeLessThan(
      Number(plain.headers.get('content-length')) / 4,
    );
    const again = await fetch(`${url}/${script}`, {
      headers: { 'accept-encoding': 'br', 'if-none-match': br.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('gives out nothing else', async () => {
    const { url } = await start();
    for (const name of [
      'missing.js',
      'index.html',
      '..%2findex.js',
      '%2e%2e/x.js',
      'a/b.js',
      '.js',
      'x.br',
      '..%5cindex.js',
      'portal.js%2ebr',
      '/x.js',
    ])
      expect([name, (await fetch(`${url}/docs/${name}`)).status]).toEqual([name, 404]);
    for (const [httpMethod, path] of [
      ['POST', '/docs'],
      ['DELETE', '/docs/'],
    ] as const)
      expect((await fetch(`${url}${path}`, { method: httpMethod })).headers.get('allow')).toBe(
        'GET, HEAD, OPTIONS',
      );
  });

  it.each(['/docs', '/internal/api-docs'])(
    'leads from %s/ to the page, whoever asks by which path',
    async (path) => {
      const { url } = await start({ docs: { path } });
      const proxy = await startPrefixProxy(url, (asked) => asked.replace(/^\/api/, ''));
      for (const httpMethod of ['GET', 'HEAD']) {
        const answer = await fetch(`${url}${path}/`, { method: httpMethod, redirect: 'manual' });
        expect([answer.status, await answer.text()]).toEqual([308, '']);
        expect(answer.headers.get('cache-control')).toBe('no-cache');
      }
      for (const from of [url, `${proxy}/api`]) {
        const page = await fetch(`${from}${path}/?a=b`);
        expect([page.url, page.headers.get('content-type')]).toEqual([
          `${from}${path}`,
          'text/html; charset=utf-8',
        ]);
      }
    },
  );

  it('is small, as it is published', () => {
    const folder = fileURLToPath(new URL('../../dist/src/portal/', import.meta.url));
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  });
});

const program = findServerProgram('chromium', 'chromium');

describe.skipIf(program === undefined)('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let demo: PropylonProcess;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([
      chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] }),
      startPropylon(['--demo', '--host', '127.0.0.1']),
    ]);
  }, 30_000);
  afterAll(() => Promise.all([browser?.close(), demo?.stop()]));

  interface Seen {
    readonly page: Page;
    /** What the page has complained of, and what it asked of others. */
    readonly complaints: string[];
  }

  async function open(
    url: string,
    { hash = '', base = '/docs', ...options }: BrowserContextOptions & { hash?: string; base?: string } = {},
  ): Promise<Seen> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(30_000);
    cleanups.push(() => page.close());
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    await page.goto(`${url}${base}${hash}`);
    await page.locator('#reference :is(h1, h2)').first().waitFor();
    return { page, complaints };
  }

  const tryIt = async (page: Page, operation: string) => {
    await page.getByRole('button', { name: `(${operation})` }).click();
    return page.getByRole('dialog', { name: 'API Client' });
  };
  const fieldOf = (client: Locator, table: string) =>
    client.getByRole('region', { name: table }).getByRole('textbox').nth(1);
  const send = (client: Locator) => client.getByRole('button', { name: /^Send \w+ request to/ }).click();

  it('shows what is served: nothing is asked of anybody else', async () => {
    const { page, complaints } = await open(demo.url);
    expect(await page.title()).toBe('The demo shop · reference');
    for (const service of ['CatalogService', 'InventoryService', 'OrderService', 'PricingService'])
      await page.getByRole('heading', { name: service }).first().waitFor();
    expect(
      await page
        .getByRole('link', { name: /scalar/i })
        .filter({ visible: true })
        .count(),
    ).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('finds an operation, whose link leads to it', async () => {
    const { page } = await open(demo.url);
    await page.keyboard.press('Control+k');
    const search = page.getByRole('dialog', { name: 'Reference Search' });
    await search.getByRole('combobox').fill('exchange rates');
    await search.getByRole('option').filter({ hasText: '/v1/exchangeRates/{baseCurrency}' }).click();
    await page.waitForURL(({ hash }) => hash.startsWith('#tag/pricingservice/GET/v1/exchangeRates/'));
    const { page: other } = await open(demo.url, { hash: new URL(page.url()).hash });
    const heading = other.getByRole('heading', { name: 'Returns what one unit of a currency' }).first();
    await expect.poll(async () => (await heading.boundingBox())?.y, { timeout: 30_000 }).toBeLessThan(300);
  });

  it('has samples for curl, the typed client and Python, and tries the operation', async () => {
    const { page, complaints } = await open(demo.url, {
      hash: '#tag/catalogservice/GET/v1/products/{product}',
    });
    const card = page
      .locator('.scalar-card')
      .filter({ has: page.getByRole('button', { name: '(get /v1/products/{product})' }) });
    const shows = async (text: string): Promise<void> => card.filter({ hasText: text }).first().waitFor();
    await shows(`curl '${demo.url}/v1/products/espresso-cup'`);
    for (const [language, text] of [
      ['TypeScript', 'client.getProduct({ name:'],
      ['Python', 'requests.request('],
    ] as const) {
      await card.getByRole('button', { name: /^(curl|TypeScript)$/ }).click();
      await page.getByRole('option', { name: language }).click();
      await shows(text);
    }
    const client = await tryIt(page, 'get /v1/products/{product}');
    await fieldOf(client, 'Variables').fill('espresso-cup');
    await send(client);
    await client.getByText('200 OK').waitFor();
    await client.getByText('products/espresso-cup').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows lines of a stream as they come', async () => {
    const { page, complaints } = await open(demo.url, { hash: '#tag/pricingservice/GET/v1/prices:watch' });
    const client = await tryIt(page, 'get /v1/prices:watch');
    await send(client);
    await client.getByText('"sequence":"2"').first().waitFor();
    // Nobody ends it but who reads it.
    await client.getByText('Listening').waitFor();
    await client.getByRole('button', { name: 'Cancel' }).click();
    await client.getByText('Listening').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('shows events, where a method has them', async () => {
    const echo = await startEchoGateway({ streamFormats: [{ selector: 't.T.ServerStream', format: 'sse' }] });
    cleanups.push(() => echo.close());
    const { page } = await open(echo.url, { hash: '#tag/t/GET/v1/stream' });
    const client = await tryIt(page, 'get /v1/stream');
    await send(client);
    await client.getByText('data: {}').first().waitFor();
  });

  it('takes a token, by which the document is read again and requests are made', async () => {
    const { url } = await start(callers.settings);
    const { page, complaints } = await open(url);
    const asked: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/v1/')) asked.push(request.headers()['authorization']);
    });
    const signIn = page.getByRole('dialog', { name: 'Sign in' });
    const shown = (tag: string) => page.getByRole('heading', { name: new RegExp(`^${tag}\\b`) }).first();
    await shown('Open').waitFor();
    expect(await page.content()).not.toMatch(/Secrets|Deals/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn.getByLabel('Token').fill('nonsense');
    await page.keyboard.press('Enter');
    await signIn.getByRole('alert').filter({ hasText: 'credentials' }).waitFor();
    await signIn.getByLabel('Token').fill(callers.token);
    await page.keyboard.press('Enter');
    await shown('Secrets').waitFor();
    await page.goto(`${url}/docs#tag/secrets/GET/v1/secrets/{secret}`);
    const client = await tryIt(page, 'get /v1/secrets/{secret}');
    await fieldOf(client, 'Variables').fill('one');
    await send(client);
    // There is no backend.
    await client.getByText('503 Service Unavailable').waitFor();
    expect(asked).toEqual([`Bearer ${callers.token}`]);
    await client.getByRole('button', { name: 'Close Client' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown('Secrets').waitFor({ state: 'detached' });
    await shown('Open').waitFor();
    expect(complaints.filter((text) => !/status of (401|503)/.test(text))).toEqual([]);
  });

  it('takes an API key', async () => {
    const { page } = await open(demo.url, { hash: '#tag/catalogservice/DELETE/v1/products/{product}' });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('API key').fill('demo-clerk');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const client = await tryIt(page, 'delete /v1/products/{product}');
    await fieldOf(client, 'Variables').fill('no-such-thing');
    const sent = page.waitForRequest((request) => request.method() === 'DELETE');
    await send(client);
    expect((await sent).headers()['x-api-key']).toBe('demo-clerk');
    // Who may not is answered with 401.
    await client.getByText('404 Not Found').waitFor();
  });

  it('asks for no credentials where nobody is anybody', async () => {
    const { url } = await start();
    const { page } = await open(url);
    expect(await page.getByRole('button', { name: 'Sign in' }).isVisible()).toBe(false);
  });

  it('sends requests to where it is itself, under whatever prefix', async () => {
    const { url } = await start({ docs: { path: '/internal/api-docs' } });
    const { page, complaints } = await open(url, { base: '/internal/api-docs' });
    await page.getByText(url, { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it.each([
    ['takes off', '/docs', '/api', (path: string) => path.replace(/^\/api/, '')],
    ['leaves', '/api/docs', '', (path: string) => path],
  ])('works behind a proxy that %s a path of its own', async (_, path, before, rewritten) => {
    const { url } = await start({ docs: { path } });
    const proxy = await startPrefixProxy(url, rewritten);
    const { page, complaints } = await open(proxy, { base: '/api/docs' });
    await page.getByText(`${proxy}${before}`, { exact: true }).first().waitFor();
    for (const name of ['JSON', 'YAML']) {
      const link = await page.getByRole('link', { name, exact: true }).getAttribute('href');
      expect((await fetch(new URL(link ?? '', page.url()))).status).toBe(200);
    }
    expect(complaints).toEqual([]);
  });

  it.each([
    ['a desktop, light', { colorScheme: 'light', viewport: { width: 1360, height: 900 } }],
    ['a phone, dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
  ] as const)('fits %s, and is accessible as far as it is ours', async (_, view) => {
    const { page } = await open(demo.url, view);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(view.viewport.width);
    expect(await page.evaluate('document.body.className')).toContain(`${view.colorScheme}-mode`);
    await page.evaluate(axe.source);
    const broken = () =>
      page.evaluate<string[]>(
        `axe.run({ exclude: [['#reference'], ['#headlessui-portal-root']] })
          .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
      );
    expect(await broken()).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await broken()).toEqual([]);
  });
});
