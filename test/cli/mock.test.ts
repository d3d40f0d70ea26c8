import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startPropylon } from '../support/propylon.js';

const protos = fileURLToPath(new URL('../../proto', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'mock-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const config = join(directory, 'propylon.yaml');
writeFileSync(
  config,
  'policies:\n  shop.orders.v1.OrderService: { authentication: { mode: required }, authorization: { rule: "auth.sub == \'x\'" } }\n',
);

const paths = ['/v1/products?pageSize=3', '/v1/products/p1', '/v1/brands', '/v1/exchangeRates/EUR'];

/** The answers of a process of its own. */
async function answers(...args: readonly string[]): Promise<string[]> {
  const mock = await startPropylon(['--proto', protos, '--no-watch', ...args], {}, 'mock');
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(`${mock.url}${path}`);
        return `${response.status} ${await response.text()}`;
      }),
    );
  } finally {
    await mock.stop();
  }
}

describe('propylon mock', () => {
  it('answers alike in every process, and otherwise with another seed', async () => {
    const [one, two, other] = await Promise.all([answers(), answers(), answers('--seed', 'other')]);
    expect(one.map((text) => text.slice(0, 3))).toEqual(paths.map(() => '200'));
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
  }, 60_000);

  it('asks for credentials as it is configured, and with --open nobody for any', async () => {
    const status = async (...args: readonly string[]): Promise<number> => {
      const mock = await startPropylon(
        ['--proto', protos, '--no-watch', '--config', config, ...args],
        {},
        'mock',
      );
      try {
        return (await fetch(`${mock.url}/v1/orders/o1`)).status;
      } finally {
        await mock.stop();
      }
    };
    expect(await Promise.all([status(), status('--open')])).toEqual([401, 200]);
  }, 60_000);
});
