import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCachedGateway } from '../support/cached-gateway.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { startPropylon } from '../support/propylon.js';
import { findServerProgram } from '../support/server-program.js';

/** The console: what its listener gives out, and what a person in front of it sees. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(...settings: Parameters<typeof startEchoGateway>): Promise<EchoGateway> {
  const echo = await startEchoGateway(...settings);
  cleanups.push(() => echo.close());
  return echo;
}

const folder = fileURLToPath(new URL('../../src/console/', import.meta.url));
const files = readdirSync(folder).filter((name) => name !== 'tsconfig.json');

describe('the listener for operators', () => {
  it('gives out the page and what it is made of, and nothing else', async () => {
    const { adminUrl } = await start();
    for (const name of ['', ...files.map((file) => `/${file}`)]) {
      const answer = await fetch(`${adminUrl}/console${name}`);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self'",
      );
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
    for (const name of [
      'tsconfig.json',
      'missing.js',
      '..%2findex.js',
      '%2e%2e/index.html',
      'a/b.js',
      '.js',
    ]) {
      expect([name, (await fetch(`${adminUrl}/console/${name}`)).status]).toEqual([name, 404]);
    }
  });

  it('is small, as it is published', () => {
    const published = files.map((file) => join(folder.replace('/src/', '/dist/src/'), file));
    expect(published.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(60_000);
  });

  it('asks for nothing from elsewhere, and has nothing inline', async () => {
    const { adminUrl } = await start();
    const html = await (await fetch(`${adminUrl}/console`)).text();
    const asked = [...html.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, url]) => url);
    expect(asked.filter((url) => !/^(console\/[a-z]+\.\w+|#\w+)$/.test(url ?? ''))).toEqual([]);
    expect(html).not.toMatch(/ on\w+=|style=|<style|<script(?![^>]* src=)/);
  });

  it.each(['-1', 'x', '1.5', '1e99'])('does not take %s for a second', async (since) => {
    const { adminUrl } = await start();
    expect((await fetch(`${adminUrl}/console/live?since=${since}`)).status).toBe(400);
  });

  it.each([
    ['no page', undefined, undefined, 200],
    ['the console', 'own', 'same-origin', 200],
    ['a page of another port of this machine', 'http://127.0.0.1:1', 'same-site', 403],
    ['a page of another site', 'https://evil.example', 'cross-site', 403],
    ['a page that hides where it is from', 'null', 'cross-site', 403],
    ['a page of a browser that does not tell how it is related', 'own', undefined, 403],
  ] as const)('explains requests to %s or not', async (_, from, site, httpStatus) => {
    const { adminUrl } = await start();
    const headers = {
      ...(from === undefined ? {} : { origin: from === 'own' ? adminUrl : from }),
      ...(site === undefined ? {} : { 'sec-fetch-site': site }),
    };
    const body = '{"url":"/v1/echo"}';
    expect((await fetch(`${adminUrl}/explain`, { method: 'POST', headers, body })).status).toBe(httpStatus);
  });

  it('tells what the console shows as plain data', async () => {
    const { url, adminUrl, port } = await start();
    await fetch(`${url}/v1/echo`);
    const answer = await fetch(`${adminUrl}/console/live`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      clients: { scheme: 'http', host: '127.0.0.1', port },
      routes: [{ httpMethod: 'GET', route: '/v1/echo', clientErrors: 0, serverErrors: 0 }],
      refusals: [],
      failures: [],
      processes: [{ pid: process.pid, isServing: true, generation: 1, inFlight: 0 }],
      upstreams: [{ role: 'main', endpoints: [{ connectivity: 'ready', ejected: false }] }],
    });
  });
});

const program = findServerProgram('chromium', 'chromium');
/** What has the focus, in words; a radio button is its value. */
const focused = `{
  const { ariaLabel, textContent, value } = document.activeElement;
  ariaLabel || textContent || value;
}`;

describe.skipIf(program === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  interface Seen {
    readonly page: Page;
    /** What the page has complained of, and what it asked of others. */
    readonly complaints: string[];
  }

  async function open(
    { adminUrl }: { readonly adminUrl: string },
    options: BrowserContextOptions = {},
  ): Promise<Seen> {
    const page = await browser.newPage(options);
    cleanups.push(() => page.close());
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${adminUrl}/`)) complaints.push(request.url());
    });
    await page.goto(`${adminUrl}/console`);
    await page.locator('body[data-state=live]').waitFor();
    return { page, complaints };
  }

  /** Rules of WCAG 2.2 AA and good practice that axe finds broken. */
  async function violations(page: Page): Promise<string[]> {
    // What is evaluated by the debugger is not bound by the policy of the page.
    await page.evaluate(axe.source);
    const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
      'axe.run().then(({ violations }) => violations)',
    );
    return found.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  }

  /** Some requests of each kind. */
  async function use({ url }: EchoGateway): Promise<void> {
    for (let count = 0; count < 5; count++) await (await fetch(`${url}/v1/echo`)).text();
    await (await fetch(`${url}/v1/collect`, { method: 'POST' })).text();
    await (await fetch(`${url}/v1/stream?text=fail`, { headers: { 'x-request-id': 'look-for-me' } }))
      .text()
      .catch(() => '');
    await (await fetch(`${url}/nowhere?secret=1`)).text();
  }

  const guarded = gateSettings({
    '*': { authentication: { mode: 'none' } },
    't.T.ClientStream': { authorization: { rule: 'false' } },
  });

  it('shows the first request, what to try before it, and both without a complaint', async () => {
    const echo = await start();
    const { page, complaints } = await open(echo);
    await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
    await page.getByText(`curl -i '${echo.url}/v1/echo'`).waitFor();
    expect(await page.getByRole('heading', { name: 'Traffic' }).isVisible()).toBe(false);
    expect(await violations(page)).toEqual([]);
    await fetch(`${echo.url}/v1/echo`);
    await page.getByRole('row', { name: 'GET /v1/echo' }).waitFor();
    expect(await page.getByRole('heading', { name: 'No requests yet' }).isVisible()).toBe(false);
    expect(await page.getByRole('heading', { name: 'Traffic' }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('comes out of the package with the command line, and says what to try there', async () => {
    const propylon = await startPropylon(['--demo']);
    cleanups.push(() => propylon.stop());
    const { page, complaints } = await open(propylon);
    await page.getByText(`curl -i '${propylon.url}/v1/products'`).waitFor();
    await (await fetch(`${propylon.url}/v1/products`)).text();
    await page.getByRole('row', { name: 'GET /v1/products' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows rates, refusals with their reasons, and failures with their ids; never a path', async () => {
    const echo = await start(guarded);
    await use(echo);
    const { page, complaints } = await open(echo);
    const row = (table: string, name: string) =>
      page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: name });
    await row('Routes', 'GET/v1/echo').filter({ hasText: '0%' }).waitFor();
    await row('Routes', 'no route matched').filter({ hasText: '100%' }).waitFor();
    await row('refused', 'POST/v1/collect').filter({ hasText: 'RULE_DENIED' }).waitFor();
    await row('failed', 'GET/v1/stream')
      .filter({ hasText: '200 UNAVAILABLE' })
      .filter({ hasText: 'look-for-me' })
      .waitFor();
    await row('Backends', 'ready').waitFor();
    await row('Processes', String(process.pid)).filter({ hasText: 'serving' }).waitFor();
    await page.getByText('Requests per second', { exact: true }).first().waitFor();
    await page
      .getByRole('img', { name: /^Latency in the last 2 minutes: half of the requests took/ })
      .waitFor();
    expect(await page.content()).not.toMatch(/nowhere|secret/);
    expect(complaints).toEqual([]);
  });

  it('is accessible in light and dark: as the system says, until a button is pressed, which is remembered', async () => {
    const echo = await start(guarded);
    await use(echo);
    const { page, complaints } = await open(echo, { colorScheme: 'light' });
    await page.getByRole('row', { name: 'GET /v1/echo' }).waitFor();
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Switch to the light theme' }).click();
    expect(await ground()).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor();
    expect(await ground()).toBe(light);
    expect(complaints).toEqual([]);
  });

  it('is walked through by the keyboard, in the order in which it is read', async () => {
    const echo = await start(guarded);
    await use(echo);
    const { page } = await open(echo);
    await page.getByRole('row', { name: 'GET /v1/echo' }).waitFor();
    const walked: string[] = [];
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab');
      walked.push(await page.evaluate<string>(focused));
    }
    expect(walked).toEqual([
      'Skip to the figures',
      'Pause',
      expect.stringMatching(/^Switch to the (dark|light) theme$/),
      '120',
      'Traffic as a table',
      'Routes of the last ten minutes',
      'Route',
      'Rate/s',
      'Requests',
      'p50',
      'p95',
      'p99',
    ]);
    const columns = page.getByRole('table', { name: 'Routes' }).getByRole('columnheader');
    expect(await columns.filter({ hasText: 'p95' }).getAttribute('aria-sort')).toBe('descending');
    await page.keyboard.press('Enter');
    expect(await columns.filter({ hasText: 'p99' }).getAttribute('aria-sort')).toBe('descending');
    expect(await columns.filter({ hasText: 'p95' }).getAttribute('aria-sort')).toBe(null);
    await page.keyboard.press('Enter');
    expect(await columns.filter({ hasText: 'p99' }).getAttribute('aria-sort')).toBe('ascending');
  });

  it('shows limits and the cache at work, where there are any', async () => {
    const anybody = { authentication: { mode: 'none' } } as const;
    const echo = await startCachedGateway({
      't.T.Unary': { ...anybody, cache: { ttl: '60s' } },
      't.T.Ping': { ...anybody, rateLimits: [{ requests: 2, per: '60s', by: 'address' }] },
    });
    cleanups.push(() => echo.close());
    for (let count = 0; count < 4; count++) await echo.get('/v1/read');
    for (let count = 0; count < 3; count++) await echo.get('/v1/other');
    const { page } = await open(echo);
    await page.getByRole('row', { name: 'rate limit t.T.Ping/address-60s 2 1 0 33%' }).waitFor();
    await page.getByRole('row', { name: 't.T/Unary 75% 3 0 0 1 0' }).waitFor();
    await page.getByText(/^1 stored, 0 MiB of \d+ MiB, 0 evicted$/).waitFor();
    expect(await violations(page)).toEqual([]);
    const { page: other } = await open(await start());
    await other.getByRole('heading', { name: 'No requests yet' }).waitFor();
    for (const name of ['Cache', 'Callers and limits'])
      expect(await other.getByRole('heading', { name }).isVisible()).toBe(false);
  });

  it('explains a request, without making it', async () => {
    const echo = await start(guarded);
    const { page, complaints } = await open(echo);
    await page.getByLabel('Path or URL').fill('/v1/echo?text=hello');
    await page.keyboard.press('Enter');
    const explain = page.getByRole('region', { name: 'Explain a request' });
    await explain.getByRole('heading', { name: 'Call' }).waitFor();
    const told = await explain.getByRole('list').textContent();
    for (const text of ['GET /v1/echo', '"hello"  (query)', '/t.T/Unary', '120568656c6c6f', 'Status200'])
      expect(told).toContain(text);
    await page.getByLabel('Method').fill('POST');
    await page.getByLabel('Path or URL').fill('/v1/collect');
    await page.getByText('Header fields and body').click();
    await page
      .getByLabel('Header fields, one a line')
      .fill('content-type: application/json\nx-request-id: mine');
    await page.getByLabel('Body').fill('{"name":"n"}');
    await page.getByRole('button', { name: 'Explain' }).click();
    await explain.getByText('refuses 403 RULE_DENIED').or(explain.getByText('refuses RULE_DENIED')).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await (await fetch(`${echo.adminUrl}/console/live`)).json()).toMatchObject({ routes: [] });
    expect(complaints).toEqual([]);
  });

  it('asks for nothing while it is paused', async () => {
    const echo = await start();
    const { page } = await open(echo);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor();
    let asked = 0;
    page.on('request', () => {
      asked += 1;
    });
    await page.clock.install();
    await page.clock.runFor(10_000);
    expect(asked).toBe(0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => asked).toBeGreaterThan(0);
  });

  it('says when the gateway is gone, keeps what it knows, and goes on when there is one again', async () => {
    const echo = await start(guarded);
    await use(echo);
    const { page } = await open(echo);
    await page.getByRole('row', { name: 'GET /v1/echo' }).waitFor();
    const adminPort = Number(new URL(echo.adminUrl).port);
    await echo.close();
    await page.getByRole('status').filter({ hasText: 'Disconnected, retrying' }).waitFor();
    expect(await page.getByRole('row', { name: 'GET /v1/echo' }).isVisible()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await start({}, undefined, { adminPort });
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  });

  it('takes whatever it is told for text', async () => {
    const echo = await start();
    const page = await browser.newPage();
    cleanups.push(() => page.close());
    const evil = '<img src=x onerror="document.title=1">\u202e"\'&<script>document.title=1</script>';
    const now = Date.now();
    const kind = { httpMethod: evil, route: evil };
    await page.route('**/console/live?*', async (asked) => {
      const data = (await (await asked.fetch()).json()) as object;
      await asked.fulfill({
        json: {
          ...data,
          routes: [
            { ...kind, minutes: Array(10).fill(1), clientErrors: 1, serverErrors: 1, latency: [16, 10] },
          ],
          refusals: [{ ...kind, step: evil, reason: evil, count: 1, lastAt: now }],
          failures: [
            { ...kind, at: now, httpStatus: 500, code: 13, durationMs: 1, requestId: evil, traceId: evil },
          ],
          upstreams: [{ role: 'main', target: evil, endpoints: [] }],
        },
      });
    });
    await page.goto(`${echo.adminUrl}/console`);
    await page.getByRole('table', { name: 'failed' }).getByText(evil).first().waitFor();
    expect(await page.getByText(evil).count()).toBe(11);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Propylon console');
  });
});
