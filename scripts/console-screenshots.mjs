// Takes the pictures of the console in docs/images/: the demo shop with a mixed load, two minutes of it (or as many
// seconds as are named), seen by Debian's Chromium. Needs a build.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { demoDescriptors, startDemoBackends, writeDemoKeys } from '../dist/src/demo/index.js';
import { createGateway, imageSource } from '../dist/src/index.js';

const seconds = Number(process.argv[2] ?? 130);
const out = new URL('../docs/images/', import.meta.url);
const sizeMax = 250_000;

const demo = await startDemoBackends();
const keys = writeDemoKeys();
/** Real shops have slow corners and bad moments: backends of the demo have not. */
const faults = {
  'shop.catalog.v1.CatalogService.ListProducts': { delay: '24ms', delayPercent: 70 },
  'shop.inventory.v1.InventoryService.ListStock': { delay: '55ms', delayPercent: 60 },
  'shop.orders.v1.OrderService.ListOrders': {
    delay: '130ms',
    delayPercent: 25,
    abort: 'UNAVAILABLE',
    abortPercent: 2,
  },
  'shop.pricing.v1.PricingService.GetExchangeRates': {
    delay: '8ms',
    delayPercent: 90,
    abort: 'DEADLINE_EXCEEDED',
    abortPercent: 1,
  },
};
const targetOf = (selector) =>
  demo.backends.find((backend) => selector.startsWith(backend.selector.replace('*', '')))?.target;
const gateway = await createGateway({
  sources: [imageSource(demoDescriptors())],
  backends: [
    ...demo.backends,
    ...Object.entries(faults).map(([selector, fault]) => ({ selector, target: targetOf(selector), fault })),
  ],
  gate: { authentication: { providers: { clerks: { type: 'apiKey', keysFile: keys.file } } } },
});
const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
const admin = `http://127.0.0.1:${listener.adminPort}`;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
/** Sends one request; its body may take its time. */
function send(method, path, body, pauseMs = 0) {
  const sent = request({
    host: '127.0.0.1',
    port: listener.port,
    method,
    path,
    agent,
    headers: body && { 'content-type': 'application/json' },
  });
  sent.on('response', (answer) => answer.resume()).on('error', () => undefined);
  if (body === undefined) sent.end();
  else {
    sent.flushHeaders();
    setTimeout(() => sent.end(body), pauseMs);
  }
}
const quote =
  '{"lines":[{"product":"products/sencha-100g","quantity":12}],"currencyCode":"JPY","country":"COUNTRY_JP"}';
/** Around a middle, with a long tail. */
const tailed = (middle) =>
  middle * Math.exp(0.55 * (Math.random() + Math.random() + Math.random() + Math.random() - 2) * 1.7);
const mix = [
  [26, () => send('GET', '/v1/products?page_size=5')],
  [22, () => send('GET', '/v1/products/espresso-cup')],
  [14, () => send('POST', '/v1/baskets:quote', quote, tailed(9))],
  [10, () => send('POST', '/v1/products:batchGet', '{"names":["products/moka-pot"]}', tailed(3))],
  [9, () => send('GET', '/v1/warehouses/-/stock?page_size=3')],
  [7, () => send('GET', '/v1/orders')],
  [6, () => send('GET', '/v1/brands')],
  [5, () => send('GET', '/v1/exchangeRates/EUR')],
  [2, () => send('GET', '/v1/products/no-such-cup')],
  [1.2, () => send('GET', '/v1/orders?page_size=1000')],
  [1, () => send('DELETE', '/v1/products/moka-pot')],
  [0.8, () => send('GET', '/v1/orders:export')],
  [0.5, () => send('GET', '/wp-login.php')],
];
const weights = mix.reduce((sum, [weight]) => sum + weight, 0);
function sendOne() {
  let drawn = Math.random() * weights;
  for (const [weight, act] of mix) {
    drawn -= weight;
    if (drawn < 0) return act();
  }
}
const startedAt = Date.now();
const load = setInterval(() => {
  const t = (Date.now() - startedAt) / 1000;
  const perSecond =
    70 + 25 * Math.sin(t / 17) + 14 * Math.sin(t / 5.3) + (t % 90 > 60 && t % 90 < 68 ? 60 : 0);
  for (let count = perSecond / 20; count > Math.random(); count--) setTimeout(sendOne, Math.random() * 50);
}, 50);

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
mkdirSync(out, { recursive: true });
let failed = false;
try {
  const views = [
    { name: 'light', colorScheme: 'light', viewport: { width: 1360, height: 1180 } },
    { name: 'dark', colorScheme: 'dark', viewport: { width: 1360, height: 1180 } },
    { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  ];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const { name, ...view } of views) {
    const page = await browser.newPage(view);
    page.on('console', (message) => console.log(`${name}: ${message.text()}`));
    await page.goto(`${admin}/console`);
    await page.locator('body[data-state=live]').waitFor();
    // The event loop is measured from the first question to the second.
    await page.waitForFunction(() => !document.querySelector('#tiles')?.textContent?.includes('–'));
    const file = fileURLToPath(new URL(`console-${name}.png`, out));
    // Down to refusals and limits; on a phone, as far as a hand reaches.
    const end = await page.locator('.pair').boundingBox();
    const { width, height } = view.viewport;
    const clip = { x: 0, y: 0, width, height: name === 'phone' ? height : end.y + end.height };
    writeFileSync(file, await page.screenshot({ fullPage: true, clip }));
    const { size } = statSync(file);
    console.log(`${file} ${size} bytes`);
    failed ||= size > sizeMax;
    await page.close();
  }
} finally {
  clearInterval(load);
  await browser.close();
  agent.destroy();
  await listener.close();
  await Promise.all([gateway.close(), demo.close()]);
  keys.remove();
}
if (failed) {
  console.error(`A picture is larger than ${sizeMax} bytes.`);
  process.exitCode = 1;
}
