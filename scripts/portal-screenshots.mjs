// Takes the pictures of the portal in docs/images/: the demo shop, seen by Debian's Chromium. Needs a build. The name of one
// (light, dark, phone) takes that alone.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { demoDescriptors, startDemoBackends, writeDemoKeys } from '../dist/src/demo/index.js';
import { createGateway, imageSource } from '../dist/src/index.js';

const sizeMax = 200_000;
const demo = await startDemoBackends();
const keys = writeDemoKeys();
const gateway = await createGateway({
  sources: [imageSource(demoDescriptors())],
  backends: demo.backends,
  docs: { title: 'The demo shop' },
  gate: { authentication: { providers: { clerks: { type: 'apiKey', keysFile: keys.file } } } },
});
const listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

const choose = async (page, to) => {
  await page.getByRole('button', { name: 'curl' }).first().click();
  await page.getByRole('option', { name: to }).click();
};
const views = [
  {
    name: 'light',
    hash: '#tag/catalogservice/PATCH/v1/products/{product}',
    view: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
    act: (page) => choose(page, 'TypeScript'),
  },
  {
    name: 'dark',
    hash: '#tag/pricingservice/GET/v1/prices:watch',
    view: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    async act(page) {
      await page.getByRole('button', { name: '(get /v1/prices:watch)' }).click();
      const client = page.getByRole('dialog', { name: 'API Client' });
      await client.getByRole('button', { name: /^Send \w+ request to/ }).click();
      await client.getByText('"sequence":"4"').waitFor();
    },
  },
  {
    name: 'phone',
    hash: '#tag/catalogservice/GET/v1/products/{product}',
    view: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
    act: (page) => page.getByRole('heading', { name: 'Returns one product' }).first().waitFor(),
  },
];
try {
  for (const { name, hash, view, act } of views) {
    if (process.argv[2] !== undefined && process.argv[2] !== name) continue;
    const page = await browser.newPage(view);
    await page.goto(`http://127.0.0.1:${listener.port}/docs${hash}`);
    await page.locator('#reference :is(h1, h2)').first().waitFor();
    // What the link leads to is laid out piece by piece.
    await page.waitForLoadState('networkidle');
    await act(page);
    // Far down a long page there may be nothing painted yet.
    await page.evaluate(
      'new Promise((painted) => requestAnimationFrame(() => requestIdleCallback(painted)))',
    );
    const path = fileURLToPath(new URL(`../docs/images/portal-${name}.png`, import.meta.url));
    await page.screenshot({ path, animations: 'disabled' });
    const { size } = statSync(path);
    console.log(`${path} ${size} bytes`);
    if (size > sizeMax) process.exitCode = 1;
    await page.close();
  }
} finally {
  await browser.close();
  await listener.close();
  await Promise.all([gateway.close(), demo.close()]);
  keys.remove();
}
