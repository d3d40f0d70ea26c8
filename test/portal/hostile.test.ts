import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/index.js';
import { gnosticProtos } from '../support/gnostic-protos.js';
import { contractProtos } from '../support/openapi.js';
import { audienceCallers, startBareGateway } from '../support/portal.js';
import { findServerProgram } from '../support/server-program.js';

const callers = audienceCallers();
afterAll(callers.remove);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What protos say is text to the page, whoever wrote them: nothing in it runs, and nothing in it is asked for. */

/** An origin that is not the gateway's, and what it was asked for. */
const arrived: string[] = [];
const elsewhereServer = createServer(({ url = '' }, response) => {
  arrived.push(url);
  response.setHeader('access-control-allow-origin', '*').end();
}).listen(0, '127.0.0.1');
await once(elsewhereServer, 'listening');
afterAll(() => elsewhereServer.close());
const elsewhere = originOf(elsewhereServer);

/** HTML, and Markdown that becomes HTML. */
const html = [
  `<script>attacked()</script><script src="${elsewhere}/a.js"></script>`,
  `<img src="${elsewhere}/b.png" onerror="attacked()"><img src=x onerror="attacked()">`,
  `<svg onload="attacked()"><a href="javascript:attacked()">c</a></svg>`,
  `<iframe src="${elsewhere}/d" srcdoc="<script>parent.attacked()</script>"></iframe>`,
  `<style>body { display: none !important; background: url(${elsewhere}/e.png) } @import "${elsewhere}/f.css";</style>`,
  `<link rel="stylesheet" href="${elsewhere}/g.css"><link rel="prefetch" href="${elsewhere}/h">`,
  `<meta http-equiv="refresh" content="0;url=${elsewhere}/i"><base href="${elsewhere}/">`,
  `<form action="${elsewhere}/j"><input name="password" autofocus onfocus="attacked()"><button>Sign in again</button></form>`,
  `<object data="${elsewhere}/k"></object><embed src="${elsewhere}/l"><video src="${elsewhere}/m" autoplay></video>`,
  `<div id="trouble" style="position:fixed;inset:0;z-index:9999;background:red">over everything</div>`,
  `<details open ontoggle="attacked()"><summary>n</summary></details>`,
  '</script></style></textarea></title><b onmouseover="attacked()">o</b>',
].join(' ');
const markdown = `[p](javascript:attacked()) [q](  JaVaScRiPt&#58;attacked()) [r](data:text/html,<script>attacked()</script>) ![s](${elsewhere}/s.png) [t](vbscript:attacked()) <javascript:attacked()> \u2028\u2029 {{constructor.constructor('attacked()')()}} \${attacked()} <%= attacked() %>`;
const hostile = `${html} ${markdown}`;
/** In a text of a .proto. */
const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
const link = quoted('javascript:attacked()');

const image = contractProtos(
  `import "openapiv3/annotations.proto";
  option (openapi.v3.document) = {
    info: { title: ${quoted(`Shop ${html}`)} description: ${quoted(hostile)} version: "<img src=x onerror=attacked()>" terms_of_service: ${link}
      contact: { name: ${quoted(html)} url: ${link} email: "a@b.example?cc=c@d.example\\"><img src=x onerror=attacked()>" } license: { name: ${quoted(html)} url: ${link} } }
    servers: [{ url: "${elsewhere}/api" description: ${quoted(hostile)} }, { url: ${link} }]
    external_docs: { url: ${link} description: ${quoted(html)} }
    tags: [{ name: ${quoted(html)} description: ${quoted(hostile)} external_docs: { url: ${link} } }]
    components: { security_schemes: { additional_properties: [
      { name: "constructor" value: { security_scheme: { type: "http" scheme: "bearer" description: ${quoted(hostile)} } } },
      { name: ${quoted(`<img src=x onerror=attacked()>`)} value: { security_scheme: { type: "oauth2" description: ${quoted(hostile)} flows: { authorization_code: { authorization_url: ${link} token_url: "${elsewhere}/token" } } } } },
      { name: "oidc" value: { security_scheme: { type: "openIdConnect" open_id_connect_url: "${elsewhere}/.well-known/openid-configuration" } } } ] } }
    specification_extension: [{ name: "x-scalar-sdk-installation" value: { yaml: ${quoted(`[{lang: node, description: '${html.replaceAll("'", "''")}'}]`)} } }, { name: "x-tagGroups" value: { yaml: ${quoted(`[{name: '${html.replaceAll("'", "''")}', tags: [S]}]`)} } }]
  };
  // ${hostile}
  service S {
    // <img src=x onerror=attacked()> ${markdown.replaceAll(/[\u2028\u2029]/g, '')}
    //
    // ${hostile}
    rpc Get(Q) returns (M) {
      option (google.api.http) = { post: "/v1/%3Cimg%20src=x%20onerror=attacked()%3E'$(attacked)/m" body: "*" };
      option (openapi.v3.operation) = {
        tags: ["S", ${quoted(html)}] external_docs: { url: ${link} description: ${quoted(hostile)} } servers: [{ url: "${elsewhere}/own" }, { url: ${link} }]
        security: [{ additional_properties: [{ name: ${quoted(`<img src=x onerror=attacked()>`)} value: { value: ["<img src=x onerror=attacked()>"] } }] }, { additional_properties: [{ name: "oidc" value: { } }] }]
        responses: { response_or_reference: [{ name: "402" value: { response: { description: ${quoted(hostile)} content: { additional_properties: [{ name: "text/html" value: { schema: { schema: { type: "string" } } example: { yaml: ${quoted(`"${html.replaceAll('"', "'")}"`)} } } }] } } } }] }
        specification_extension: [{ name: "x-badges" value: { yaml: ${quoted(`[{name: '${html.replaceAll("'", "''")}', color: red}]`)} } }]
      };
    }
    // Reads one.
    rpc Read(Q) returns (M) { option (google.api.http) = { get: "/v1/m" }; }
  }
  // ${hostile}
  message Q {
    // ${hostile}
    // Example: ${html}
    string a = 1;
    Shape shape = 2;
  }
  // ${hostile}
  message M { option (openapi.v3.schema) = { title: ${quoted(html)} example: { yaml: ${quoted(`a: "${html.replaceAll('"', "'")}"`)} } }; string a = 1; Shape shape = 2; }
  // ${hostile}
  enum Shape {
    // ${hostile}
    SHAPE_UNSPECIFIED = 0;
    // ${markdown}
    ROUND = 1;
  }`,
  gnosticProtos,
);

const program = findServerProgram('chromium', 'chromium');

describe.skipIf(program === undefined)('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  }, 30_000);
  afterAll(() => browser?.close());

  async function open(
    options: Partial<GatewayOptions> = {},
  ): Promise<{ page: Page; attacks: string[]; url: string }> {
    const { url, close } = await startBareGateway({
      sources: [{ label: 't', load: async () => image }],
      ...options,
    });
    cleanups.push(close);
    const page = await browser.newPage();
    cleanups.push(() => page.close());
    const attacks: string[] = [];
    await page.exposeFunction('attacked', () => void attacks.push('script'));
    page.on('dialog', () => attacks.push('dialog'));
    await page.goto(`${url}/docs`);
    await page.locator('#reference :is(h1, h2)').first().waitFor();
    await page.getByRole('heading', { name: 'Reads one' }).first().waitFor();
    return { page, attacks, url };
  }

  it('nothing of it runs, and nobody else is asked for anything', async () => {
    const { page, attacks } = await open();
    // The policy of the page holds them back.
    const links = await page.locator('a[href^="javascript:" i]').all();
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) await link.dispatchEvent('click');
    const kinds =
      'script:not([src]), iframe, object, embed, video, base, meta[http-equiv], form[action], link[rel=prefetch], [onerror], [onload], [onfocus], [ontoggle], [onmouseover]';
    expect(
      await page.locator(`:is(${kinds})`).evaluateAll((found) => found.map(({ outerHTML }) => outerHTML)),
    ).toEqual([]);
    expect(new URL(page.url()).pathname).toBe('/docs');
    expect([attacks, arrived]).toEqual([[], []]);
  });

  it('requests that are tried go to the gateway, wherever annotations say the API is', async () => {
    const { page, url } = await open();
    await page.getByRole('button', { name: '(post ' }).first().click();
    const client = page.getByRole('dialog', { name: 'API Client' });
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await client.getByRole('button', { name: /^Send \w+ request to/ }).click();
    expect(new URL((await sent).url()).origin).toBe(url);
    // There is no backend.
    await client.getByText('503 Service Unavailable').waitFor();
    expect(arrived).toEqual([]);
  });

  it('secrets that are typed are kept nowhere, and are in no URL', async () => {
    const { page } = await open(callers.settings);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Header field', { exact: true }).selectOption('x-api-key');
    await page.getByLabel('API key').fill(callers.keys.internal);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.getByRole('button', { name: '(get /v1/m)' }).first().click();
    const client = page.getByRole('dialog', { name: 'API Client' });
    const sent = page.waitForRequest((request) => request.url().includes('/v1/m'));
    await client.getByRole('button', { name: /^Send \w+ request to/ }).click();
    expect((await sent).headers()['x-api-key']).toBe(callers.keys.internal);
    await client.getByText('503 Service Unavailable').waitFor();
    const kept = JSON.stringify([
      asked,
      await page.context().storageState({ indexedDB: true }),
      await page.evaluate('({ ...sessionStorage, name: window.name, url: location.href })'),
    ]);
    expect(kept).not.toContain(callers.keys.internal.slice('propylon_'.length));
  });
});

function originOf(server: Server): string {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}
