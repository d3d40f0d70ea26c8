import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The generated clients in projects of their own, under the strictest compiler. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const strictest = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  module: 'nodenext',
  noEmit: true,
};

const use = `
import { createCatalogServiceClient, listProducts, StatusError, type Product } from './shop.catalog.v1.client.js';
import { watchOrders } from './shop.orders.v1.client.js';
const options = { baseUrl: 'https://shop.example' };
const client = createCatalogServiceClient(options);
export async function titles(): Promise<string[]> {
  const found: string[] = [];
  for await (const product of client.listAllProducts()) found.push(product.title);
  return found;
}
export async function first(): Promise<Product | undefined> {
  return (await listProducts(options, { pageSize: 1 })).products?.[0];
}
export async function orders(): Promise<string | undefined> {
  for await (const event of watchOrders(options, {})) return event.order;
  return undefined;
}
export const isMissing = (error: unknown): boolean => error instanceof StatusError && error.code === 5;
// @ts-expect-error: the path needs a name
void client.getProduct({});
// @ts-expect-error: a product without a title is refused
void client.createProduct({ product: { brand: 'brands/umibozu' } });
// @ts-expect-error: 64-bit integers are strings
void client.listProducts({ afterItemNumber: 1 });
// @ts-expect-error: what the server writes is read only
void first().then((product) => product && (product.createTime = ''));
// @ts-expect-error: there is no such state
void first().then((product) => product?.state === 'STATE_LOST');
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'propylon-client-'));
  cpSync(join(root, 'gen/client'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'use.ts'), use);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function compile(options: object, files: readonly string[]): string {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...strictest, ...options }, files }),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('the types of the generated client', () => {
  it.each([
    [
      'of browsers',
      { lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'], types: [], target: 'es2022' },
    ],
    ['of Node', { lib: ['es2023'], types: ['node'], target: 'es2023', skipLibCheck: true }],
  ])('compile with the types %s alone', (_, options) => {
    expect(compile(options, ['use.ts'])).toBe('');
  });
});
