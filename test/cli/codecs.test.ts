import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoBackends } from '../../src/demo/index.js';
import { createGateway, imageSource, type PropylonGateway } from '../../src/index.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const image = fileURLToPath(new URL('../../gen/image.binpb', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-codecs-'));
const module = join(folder, 'codecs.mjs');
const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `buf generate` writes. */
const generated = join(folder, 'generated');
/** The gateway's process may not make code out of strings, by `new Function` or otherwise. */
const hardened = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

describe('propylon codec --out', () => {
  it('writes the functions of all routes as a module', () => {
    expect(run('codec', '--descriptors', image, '--out', module)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(module, 'utf8')).toMatch(/^export const units = \[/m);
  });

  it('writes those of named types besides, which no route would need', () => {
    const type = "['message', 'google.rpc.BadRequest']";
    expect(readFileSync(module, 'utf8')).not.toContain(type);
    const more = join(folder, 'more.mjs');
    expect(run('codec', 'google.rpc.BadRequest', '--descriptors', image, '-o', more).code).toBe(0);
    expect(readFileSync(more, 'utf8')).toContain(type);
  });

  it.each([
    [
      'an unknown type',
      ['codec', 'shop.v1.Nope', '-o', join(folder, 'x.mjs')],
      /has a message "shop.v1.Nope"/,
    ],
    ['neither a type nor a file', ['codec'], /or a file to write all to with --out/],
  ])('ends with exit code 2 for %s', (_, args, text) => {
    const { code, stderr } = run(...args, '--descriptors', image);
    expect([code, stderr]).toEqual([2, expect.stringMatching(text)]);
  });
});

/** `buf generate` with these outputs of the plugin, of the demo's protos. */
function generate(...opt: string[]): string {
  const entry = {
    local: ['node', join(root, 'dist/src/plugin/main.js')],
    out: generated,
    strategy: 'all',
    opt,
  };
  const template = JSON.stringify({ version: 'v2', plugins: [entry] });
  const { stderr } = spawnSync(
    process.execPath,
    ['node_modules/@bufbuild/buf/bin/buf', 'generate', 'proto', '--template', template],
    { cwd: root, encoding: 'utf8' },
  );
  return stderr;
}

describe('protoc-gen-propylon', () => {
  it('writes the same module, and the table of routes', () => {
    expect(generate('emit=codecs', 'emit=routes', 'merge=true')).toBe('');
    const read = (name: string): string => readFileSync(join(generated, name), 'utf8');
    expect(readdirSync(generated).sort()).toEqual(['codecs.d.mts', 'codecs.mjs', 'routes.json']);
    expect(read('codecs.mjs') === readFileSync(module, 'utf8')).toBe(true);
    expect(read('codecs.d.mts')).toContain("export declare const units: CodecModule['units'];");
    const { stdout } = run('routes', '--descriptors', image, '--json');
    const served = (JSON.parse(stdout) as Record<string, unknown>[]).map(
      ({ steps, target, ...rest }) => rest,
    );
    expect(JSON.parse(read('routes.json'))).toEqual(served);
  });

  it('writes functions of named types besides, and says which names it does not know', () => {
    expect(generate('emit=codecs', 'type=shop.catalog.v1.Produkt')).toContain(
      'Did you mean shop.catalog.v1.Product?',
    );
  });
});

describe('a gateway in a process that may not compile functions', () => {
  let shop: Awaited<ReturnType<typeof startDemoBackends>>;
  let usual: PropylonGateway;
  const backends = () =>
    shop.backends.flatMap(({ selector, target }) => ['--backend', `${selector}=${target}`]);
  const start = (...args: string[]) =>
    startPropylon(['--descriptors', image, ...backends(), ...args], hardened);
  beforeAll(async () => {
    shop = await startDemoBackends();
    usual = await createGateway({ sources: [imageSource(image)], backends: shop.backends });
  });
  afterAll(async () => {
    await usual?.close();
    await shop?.close();
  });

  it('is what the flag says', () => {
    const { stderr } = spawnSync(process.execPath, ['-e', 'new Function("")'], {
      encoding: 'utf8',
      env: { ...process.env, ...hardened },
    });
    expect(stderr).toContain('EvalError');
  });

  const requests: readonly [what: string, path: string, init?: RequestInit][] = [
    ['a response', '/v1/products/espresso-cup'],
    ['a list', '/v1/products?page_size=3'],
    ['a partial response', '/v1/products?page_size=3&$fields=products(name,title)'],
    ['enums as numbers', '/v1/products?page_size=3&$alt=json;enum-encoding=int'],
    [
      'a body',
      '/v1/baskets:quote?$fields=subtotal,total',
      {
        method: 'POST',
        body: '{"lines":[{"product":"products/sencha-100g","quantity":12}],"currencyCode":"JPY"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    ['a stream', '/v1/orders:watch?max_events=1', { headers: { accept: 'application/x-ndjson' } }],
    [
      'a refused body',
      '/v1/products',
      { method: 'POST', body: '{"title":1}', headers: { 'content-type': 'application/json' } },
    ],
  ];

  describe.each([
    ['with a module of codecs', () => ['--codecs', module], false],
    ['with the module of buf generate', () => ['--codecs', join(generated, 'codecs.mjs')], false],
    ['without one', () => [], true],
  ])('%s', (_, args, warns) => {
    let gateway: PropylonProcess;
    beforeAll(async () => {
      gateway = await start(...args());
    });
    afterAll(async () => {
      await gateway?.stop();
    });

    it(warns ? 'says that it is slow' : 'has nothing to say about it', () => {
      expect(gateway.output().includes('CODECS_MISSING')).toBe(warns);
    });

    it.each(requests)('answers %s as any other: %s', async (_, path, init) => {
      const theirs = await fetch(gateway.url + path, init);
      const ours = await usual.app.request(path, init);
      expect([theirs.status, await theirs.text()]).toEqual([ours.status, await ours.text()]);
    });
  });

  it('refuses a module that was written for other descriptors, and says how to write it again', () => {
    const stale = join(folder, 'stale.mjs');
    const text = readFileSync(module, 'utf8');
    writeFileSync(stale, text.replace(/('shop\.catalog\.v1\.Product', ')\w{4}(?=\w{28}')/, '$10000'));
    const { code, stderr } = run('serve', '--descriptors', image, '--codecs', stale);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /CODECS_STALE[\s\S]*hint Write them again: propylon codec --out.* or buf generate/,
      ),
    ]);
    expect(stderr).toContain('shop.catalog.v1.Product changed');
  });

  it.each([
    ['is not there', join(folder, 'none.mjs'), /cannot be imported/],
    ['is something else', main.replace('cli/main.js', 'index.js'), /CODECS_INVALID/],
  ])('refuses a module that %s', (_, file, text) => {
    const { code, stderr } = run('serve', '--descriptors', image, '--codecs', file);
    expect([code, stderr]).toEqual([2, expect.stringMatching(text)]);
  });
});
