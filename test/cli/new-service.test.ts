import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildRegistry, protosSource } from '../../src/descriptor/index.js';
import { openApiOf } from '../support/openapi.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'new-service-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', BUF_CACHE_DIR: join(folder, '.cache') },
  });
  return { status, stdout, stderr };
}
const propylon = (...args: readonly string[]) =>
  run(process.execPath, join(root, 'dist/src/cli/main.js'), ...args);
const buf = (...args: readonly string[]) => run(join(root, 'node_modules/.bin/buf'), ...args);

/** Services of all shapes, in one folder, and what is served of each. */
const shapes = [
  {
    args: ['shop.returns.v1.ReturnService', '--resource', 'Return', '--parent', 'orders'],
    file: 'proto/shop/returns/v1/return_service.proto',
    paths: ['/v1/orders/{order}/returns', '/v1/orders/{order}/returns/{return}'],
  },
  {
    args: ['shop.v1beta1.CategoryService', '--resource', 'Category', '--methods', 'list,get'],
    file: 'proto/shop/v1beta1/category_service.proto',
    paths: ['/v1beta1/categories', '/v1beta1/categories/{category}'],
  },
  {
    args: [
      'zoo.v2.OxTeamHTTPService',
      '--resource',
      'DraughtOx',
      '--plural',
      'draughtOxen',
      '--parent',
      'countries/boxes',
    ],
    file: 'proto/zoo/v2/ox_team_http_service.proto',
    paths: [
      '/v2/countries/{country}/boxes/{box}/draughtOxen',
      '/v2/countries/{country}/boxes/{box}/draughtOxen/{draughtOx}',
    ],
  },
  {
    args: ['media.v1.SeriesService', '--resource', 'Series', '--methods', 'create'],
    file: 'proto/media/v1/series_service.proto',
    paths: ['/v1/series'],
  },
  {
    args: ['media.messages.v1.MessageService', '--resource', 'Message', '--methods', 'update,delete'],
    file: 'proto/media/messages/v1/message_service.proto',
    paths: ['/v1/messages/{message}'],
  },
];

describe('propylon new service', { timeout: 60_000 }, () => {
  const said: ReturnType<typeof run>[] = [];
  beforeAll(() => {
    for (const { args } of shapes) said.push(propylon('new', 'service', ...args));
  }, 60_000);

  it('writes what it says, and what the folder lacks, once', () => {
    expect(said.map(({ status, stderr }) => [status, stderr])).toEqual(shapes.map(() => [0, '']));
    for (const { file } of shapes) expect(existsSync(join(folder, file)), file).toBe(true);
    expect(said[0]?.stdout).toMatch(/wrote {2}buf\.yaml\nwrote {2}buf\.gen\.yaml\nwrote {2}propylon\.yaml\n/);
    expect(said[1]?.stdout).not.toContain('buf.yaml');
  });

  it('overwrites nothing', () => {
    const file = join(folder, shapes[0]?.file ?? '');
    writeFileSync(file, `${readFileSync(file, 'utf8')}// mine\n`);
    const again = propylon('new', 'service', ...(shapes[0]?.args ?? []));
    expect([again.status, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toContain('// mine');
    writeFileSync(file, readFileSync(file, 'utf8').replace('// mine\n', ''));
  });

  it('passes buf format and buf lint, and becomes TypeScript that compiles', () => {
    // As buf.yaml has it, but for imports, which are here without a network.
    const google = join(root, 'node_modules/google-gax/build/protos/google/api');
    for (const name of ['annotations', 'http', 'field_behavior', 'resource'])
      copyProto(join(google, `${name}.proto`), `google/api/${name}.proto`);
    copyProto(join(root, '.cache/protos/buf/validate/validate.proto'), 'buf/validate/validate.proto');
    copyProto(join(root, 'proto/propylon/v1/annotations.proto'), 'propylon/v1/annotations.proto');
    const { deps: _, ...config } = parse(readFileSync(join(folder, 'buf.yaml'), 'utf8'));
    config.modules = [{ path: 'proto' }, { path: 'imports', lint: { ignore: ['imports'] } }];
    writeFileSync(join(folder, 'buf.yaml'), stringify(config));
    expect(config.lint.use).toEqual(['STANDARD']);
    expect(buf('format', '-d', '--exit-code', 'proto')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(buf('lint')).toEqual({ status: 0, stdout: '', stderr: '' });
    const template = {
      version: 'v2',
      plugins: [
        {
          local: join(root, 'node_modules/.bin/protoc-gen-ts_proto'),
          out: 'ts',
          strategy: 'all',
          opt: ['importSuffix=.js'],
        },
      ],
      inputs: [{ directory: '.' }],
    };
    expect(buf('generate', '--template', JSON.stringify(template))).toMatchObject({ status: 0 });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/@bufbuild'), join(folder, 'node_modules/@bufbuild'));
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    const files = shapes.map(({ file }) => file.replace(/^proto/, 'ts').replace(/\.proto$/, '.ts'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(run(join(root, 'node_modules/.bin/tsc'), ...options, ...files)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('loads without a word, is checked without a finding, and serves what it says', async () => {
    const binary = await protosSource([join(folder, 'proto')]).load(new AbortController().signal);
    expect(buildRegistry([{ label: 'new', binary }]).diagnostics).toEqual([]);
    const { document, diagnostics } = openApiOf(binary);
    expect(diagnostics).toEqual([]);
    expect(Object.keys(document['paths'] ?? {}).sort()).toEqual(shapes.flatMap(({ paths }) => paths).sort());
    expect(propylon('check', '--config', 'propylon.yaml')).toMatchObject({
      status: 0,
      stdout: '0 errors, 0 warnings, 0 notes\n',
    });
    const routes = propylon('routes', '--config', 'propylon.yaml');
    expect([routes.status, routes.stderr.match(/\[\w+\]/g)]).toEqual([0, ['[PROVIDERS_NONE]']]);
  });

  it.each([
    ['a name without a version', ['shop.ReturnService', '--resource', 'Return']],
    ['a name that is no service', ['shop.v1.Returns', '--resource', 'Return']],
    ['a name that leaves the folder', ['../../etc.v1.XService', '--resource', 'Return']],
  ])('refuses %s', (_, args) => {
    expect(propylon('new', 'service', ...args)).toMatchObject({ status: 2, stdout: '' });
  });
});

function copyProto(from: string, to: string): void {
  const target = join(folder, 'imports', to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target);
}
