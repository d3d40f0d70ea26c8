import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientRuntime, type JsonObject, printDocument } from '../../../src/contract/index.js';
import { readReference } from '../../../src/contract/reference/reference.js';
import { sampleOf } from '../../../src/contract/reference/sample.js';
import { clientOf, openApiOf } from '../../support/openapi.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cache = join(root, '.cache/openapi-clients');

/** A client that compiles only where the types of the document are what a reader of the proto would write. */
const program = `
import createClient from 'openapi-fetch';
import type { paths } from './shop.d.ts';
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' });
const query = { pageSize: 3, tags: ['coffee'], 'price.min.currencyCode': 'EUR', 'price.min.units': '1', rated: true };
const list = await client.GET('/v1/products', { params: { query } });
const labelled = await client.GET('/v1/products', { params: { query: { labels: { a: 'b' } } } });
const product = { path: { product: 'espresso-cup' } };
const one = await client.GET('/v1/products/{product}', { params: { ...product } });
const units: string | undefined = one.data?.listPrice?.units;
const made = await client.POST('/v1/products', { params: { query: { productId: 'tea-tin' } }, body: { title: 'Tea tin', brand: 'brands/umibozu' } });
// @ts-expect-error: a product without a title is refused
await client.POST('/v1/products', { body: { brand: 'brands/umibozu' } });
// @ts-expect-error: 64-bit integers are strings
await client.GET('/v1/products', { params: { query: { afterItemNumber: 1 } } });
// @ts-expect-error: there is no such state
const state: NonNullable<typeof one.data>['state'] = 'STATE_LOST';
const changed = await client.PATCH('/v1/products/{product}', { params: { ...product }, body: { packSize: 2 } });
const missing = await client.GET('/v1/products/{product}', { params: { path: { product: 'none' } } });
const cancelled = await client.POST('/v1/orders/{order}:cancel', { params: { path: { order: '1001' } }, body: { reason: 'x' } });
const brands = await client.GET('/v1/brands');
console.log(JSON.stringify([
  list.data?.products?.length,
  labelled.response.status,
  one.data?.name, units,
  made.data?.name,
  changed.data?.packSize,
  missing.response.status, missing.error?.code, missing.error?.message,
  cancelled.data?.state,
  brands.data?.[0]?.name !== undefined,
  state,
]));
`;

/** A call of every operation, as its example has it: what the generated types do not take does not compile. */
function everyCall(document: JsonObject): { readonly program: string; readonly count: number } {
  const reference = readReference(document);
  const operations = reference.services.flatMap((service) => service.operations);
  const lines = operations.map(({ httpMethod, path, parameters, body, answers }) => {
    const values = (place: string) =>
      parameters
        .filter((one) => one.in === place && (one.isRequired || (one.example !== undefined && !one.isShared)))
        .filter(({ name }) => name !== 'itemNumber' || place === 'path')
        .map((one) => [one.name, one.example ?? sampleOf(one.schema, reference.schemas)]);
    const places = (['path', 'query'] as const).map((place) => [place, values(place)] as const);
    const given = places.filter(([, pairs]) => pairs.length > 0);
    const params = Object.fromEntries(given.map(([place, pairs]) => [place, Object.fromEntries(pairs)]));
    const json = body?.contents.find(({ mediaType }) => mediaType === 'application/json');
    const sent =
      json === undefined ? picture : `body: ${JSON.stringify(sampleOf(json.schema, reference.schemas))}`;
    const isJson = answers.some(({ contents }) => contents[0]?.mediaType === 'application/json');
    const options = [
      `params: ${JSON.stringify(params)}`,
      ...(body === undefined ? [] : [sent]),
      ...(isJson ? [] : ["parseAs: 'text'"]),
    ];
    return `note('${httpMethod} ${path}', (await client.${httpMethod}('${path}', { ${options.join(', ')} })).response.status);`;
  });
  const program = `
import createClient from 'openapi-fetch';
import type { paths } from './live.d.ts';
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '', headers: { 'x-api-key': 'demo-clerk' } });
const failed: string[] = [];
const note = (name: string, status: number): void => { if (status !== 200) failed.push(name + ': ' + status); };
${lines.join('\n')}
console.log(JSON.stringify(failed));
`;
  return { program, count: lines.length };
}

const picture = `body: '<svg xmlns="http://www.w3.org/2000/svg"/>', bodySerializer: (body: string) => body, headers: { 'content-type': 'image/svg+xml' }`;

function isInstalled(): boolean {
  if (existsSync(join(cache, '.installed'))) return true;
  const text = 'openapi-typescript and openapi-fetch are not installed (npm run interop:clients)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; no generated client runs against the demo\n`);
  return false;
}

describe.skipIf(!isInstalled())('openapi-typescript and openapi-fetch', () => {
  let directory = '';
  let gateway: PropylonProcess | undefined;
  beforeAll(async () => {
    directory = mkdtempSync(join(cache, 'run-'));
    gateway = await startPropylon(['--demo', '--host', '127.0.0.1']);
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await gateway?.stop();
  });

  const run = (file: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${file} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };

  it('make a client that type-checks in strict mode and calls the demo', { timeout: 60_000 }, () => {
    const image = readFileSync(join(root, 'gen/image.binpb'));
    writeFileSync(join(directory, 'shop.json'), printDocument(openApiOf(image).document, 'json'));
    writeFileSync(join(directory, 'client.ts'), program);
    run(join(cache, 'node_modules/openapi-typescript/bin/cli.js'), 'shop.json', '-o', 'shop.d.ts');
    const flags = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,dom',
      '--types',
      'node',
      '--skipLibCheck',
    ];
    run(join(cache, 'node_modules/typescript/bin/tsc'), ...flags, 'client.ts');
    expect(JSON.parse(run('client.js', gateway?.url ?? ''))).toEqual([
      3,
      200,
      'products/espresso-cup',
      '12',
      'products/tea-tin',
      2,
      404,
      5,
      'products/none does not exist',
      'STATE_CANCELLED',
      true,
      'STATE_LOST',
    ]);
  });

  it('make one whose every function takes the example of its operation', { timeout: 90_000 }, async () => {
    // One of its own: the first test has changed the shop.
    const fresh = await startPropylon(['--demo', '--host', '127.0.0.1']);
    const document = (await (await fetch(`${fresh.url}/openapi.json`)).json()) as JsonObject;
    const { program, count } = everyCall(document);
    expect(count).toBeGreaterThan(40);
    writeFileSync(join(directory, 'live.json'), JSON.stringify(document));
    writeFileSync(join(directory, 'every.ts'), program);
    run(join(cache, 'node_modules/openapi-typescript/bin/cli.js'), 'live.json', '-o', 'live.d.ts');
    const flags = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,dom',
      '--types',
      'node',
    ];
    run(join(cache, 'node_modules/typescript/bin/tsc'), ...flags, '--skipLibCheck', 'every.ts');
    const failed = JSON.parse(run('every.js', fresh.url));
    await fresh.stop();
    expect(failed).toEqual([]);
  });

  it('makes the types that our own client has', { timeout: 60_000 }, () => {
    const image = readFileSync(join(root, 'gen/image.binpb'));
    const { document } = openApiOf(image);
    writeFileSync(join(directory, 'agree.json'), printDocument(document, 'json'));
    run(join(cache, 'node_modules/openapi-typescript/bin/cli.js'), 'agree.json', '-o', 'agree.d.ts');
    const { source } = clientOf(image);
    writeFileSync(join(directory, 'own.ts'), source);
    writeFileSync(join(directory, 'runtime.ts'), clientRuntime());
    const { schemas } = document['components'] as { readonly schemas: Readonly<Record<string, unknown>> };
    const pairs = Object.keys(schemas).flatMap((component) => {
      const name = component
        .replace(/^[a-z0-9_.]*\./, '')
        .replaceAll('.', '')
        .replace('-patch', 'Patch');
      // A request of ours has what its path and body need, and so less of the message than there is.
      if (name.endsWith('Request')) return [];
      return new RegExp(`^export (interface|type) ${name}\\b`, 'm').test(source) ? [{ component, name }] : [];
    });
    // Both ways round: what the one says the other takes.
    const lines = pairs.map(
      ({ component, name }) => `same<components['schemas']['${component}'], own.${name}>();`,
    );
    const program = [
      "import type { components } from './agree.d.ts';",
      "import type * as own from './own.js';",
      'declare function same<A extends B, B extends C, C = A>(): void;',
      ...lines,
    ];
    writeFileSync(join(directory, 'compare.ts'), program.join('\n'));
    const flags = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,dom,dom.asynciterable',
    ];
    run(
      join(cache, 'node_modules/typescript/bin/tsc'),
      ...flags,
      '--types',
      'node',
      '--skipLibCheck',
      'compare.ts',
    );
    expect(pairs.length).toBeGreaterThan(35);
  });
});
