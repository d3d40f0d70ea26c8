import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import { findServerProgram } from '../../support/server-program.js';
import { exercise, type Results } from './exercise.js';

/** The generated clients of the demo shop, run against it: every function, in Node and in a browser. */

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const expected: Results = {
  listProducts: expect.arrayContaining(['products/espresso-cup']),
  listAllProducts: expect.any(Number),
  'maps in a query': 'none',
  getProduct: '12',
  batchGetProducts: 2,
  batchGetProducts2: 1,
  lookupProduct: 'products/espresso-cup',
  lookupProduct2: 'products/espresso-cup',
  lookupProduct3: 'products/espresso-cup',
  createProduct: 'products/tea-tin',
  updateProduct: 'Große Teedose',
  deleteProduct: {},
  importProducts: ['1', 1],
  uploadProductImage: '41',
  uploadProductImage2: '41',
  downloadProductImage: ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  updateStock: 'Z-9',
  adjustStock: expect.objectContaining({ httpStatus: 400 }),
  createOrder: 'STATE_PLACED',
  updateOrder: 'ring twice',
  cancelOrder: 'STATE_CANCELLED',
  'cancelOrder, again': expect.objectContaining({ code: 9, httpStatus: 400 }),
  watchOrders: ['1', '2'],
  watchOrders2: 1,
  updatePrice: '60s',
  getExchangeRates: 1,
  watchPrices: 3,
  negotiatePrice: ['Let us meet half way.', 'Sold.'],
  'negotiatePrice, in vain': expect.objectContaining({ code: 5, reason: 'RESOURCE_NOT_FOUND' }),
  'an error': {
    code: 5,
    httpStatus: 404,
    message: 'products/none does not exist',
    reason: 'RESOURCE_NOT_FOUND',
  },
  'a rule that is broken': expect.objectContaining({ code: 3, reason: 'FIELD_INVALID' }),
  'a deadline': { code: 4, message: 'The deadline has passed.' },
  'not called': [],
};

async function withDemo(use: (demo: PropylonProcess) => Promise<void>): Promise<void> {
  const demo = await startPropylon(['--demo', '--host', '127.0.0.1']);
  try {
    await use(demo);
  } finally {
    await demo.stop();
  }
}

/** One file for a browser, as bundlers make it of what is used. */
async function bundled(source: string): Promise<string> {
  const bundle = await rolldown({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : undefined),
        load: (id) => (id === 'entry' ? source : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  return output[0].code;
}

const chromiumProgram = findServerProgram('chromium', 'chromium');

describe('the generated client', () => {
  it('runs in Node', { timeout: 60_000 }, () =>
    withDemo(async ({ url }) => {
      // Node 20 has no WebSocket of its own.
      const WebSocket = NodeWebSocket as unknown as typeof globalThis.WebSocket;
      const results = await exercise({ baseUrl: url, WebSocket });
      expect(results).toMatchObject(expected);
    }),
  );

  it.skipIf(chromiumProgram === undefined)('says the same in a browser', { timeout: 90_000 }, () =>
    withDemo(async ({ url }) => {
      const code = await bundled(`export { exercise } from ${JSON.stringify(file('exercise.ts'))}`);
      const browser = await chromium.launch({
        executablePath: chromiumProgram ?? '',
        // A page that is served by the test comes from nowhere, and may not open sockets to this machine otherwise.
        args: ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks'],
      });
      try {
        const page = await browser.newPage();
        // A page of the API's own origin: what CORS lets through is another matter.
        await page.route(`${url}/page`, (route) =>
          route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
        );
        await page.route(`${url}/client.js`, (route) =>
          route.fulfill({ contentType: 'text/javascript', body: code }),
        );
        await page.goto(`${url}/page`);
        // As text, since what transforms the tests would transform a function of theirs too.
        const results = await page.evaluate<Results>(
          "import('/client.js').then(({ exercise }) => exercise({ baseUrl: '' }))",
        );
        expect(results).toMatchObject(expected);
      } finally {
        await browser.close();
      }
    }),
  );

  it.each([
    ['a whole service', 'createCatalogServiceClient', 4_096],
    ['one function, without the rest', 'getProduct', 2_048],
  ])('is small: %s', async (_, name, bytesMax) => {
    const module = JSON.stringify(file('../../../gen/client/shop.catalog.v1.client.ts'));
    const size = gzipSync(await bundled(`export { ${name} } from ${module}`), { level: 9 }).length;
    console.log(`${name}: ${size} bytes gzipped`);
    expect(size).toBeLessThan(bytesMax);
  });
});
