import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openApiProblems } from '../../support/openapi-validators.js';

/** All of googleapis, out of npm's google-proto-files: "npm run interop:clients" makes the image. */
const image = fileURLToPath(new URL('../../../.cache/googleapis/image.binpb', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const plugin = fileURLToPath(new URL('../../../dist/src/plugin/main.js', import.meta.url));
const buf = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), 'bin', 'buf');

function hasImage(): boolean {
  if (existsSync(image)) return true;
  const text = 'the image of googleapis is not there ("npm run interop:clients" makes it)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}\n`);
  return false;
}

const directory = mkdtempSync(join(tmpdir(), 'all-googleapis-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Name → document, as `buf generate` writes them. */
function generate(out: string, opt: readonly string[] = ['format=json']): ReadonlyMap<string, string> {
  const template = {
    version: 'v2',
    plugins: [{ local: ['node', plugin], out: '.', strategy: 'all', opt }],
  };
  writeFileSync(join(directory, 'buf.gen.yaml'), JSON.stringify(template));
  const folder = join(directory, out);
  const args = [buf, 'generate', image, '--template', join(directory, 'buf.gen.yaml'), '-o', folder];
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 28 });
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe.skipIf(!hasImage())('buf generate on all of googleapis', () => {
  it('writes valid documents, the same each time', { timeout: 600_000 }, async () => {
    const started = performance.now();
    const documents = generate('first');
    const seconds = Math.round((performance.now() - started) / 1_000);
    const services = [...documents.values()].map((text) => JSON.parse(text).tags?.length ?? 0);
    const count = services.reduce((sum, one) => sum + one, 0);
    console.info(`${count} services in ${documents.size} documents: ${seconds} s`);
    expect(documents.size).toBeGreaterThan(300);
    expect(generate('second')).toEqual(documents);
    const problems: string[] = [];
    for (const [name, text] of documents)
      problems.push(...(await openApiProblems(text)).map((problem) => `${name}: ${problem}`));
    expect(problems).toEqual([]);
  });

  it('writes clients that compile under the strictest compiler', { timeout: 300_000 }, () => {
    const clients = generate('clients', ['emit=client']);
    expect(clients.size).toBeGreaterThan(300);
    const folder = join(directory, 'clients');
    const compilerOptions = {
      ...{ lib: ['es2023'], types: ['node'], target: 'es2023', module: 'nodenext', noEmit: true },
      ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
      ...{ noPropertyAccessFromIndexSignature: true, noUnusedLocals: true, noUnusedParameters: true },
      ...{ verbatimModuleSyntax: true, isolatedModules: true, erasableSyntaxOnly: true, skipLibCheck: true },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout).toBe('');
  });
});
