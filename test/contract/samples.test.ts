import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/contract/index.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

/** `x-codeSamples` of operations: how each is called, in three languages. */

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const demo = readFileSync(join(root, 'gen/image.binpb'));

interface Sample {
  readonly operation: string;
  readonly lang: string;
  readonly source: string;
}

type Operations = Readonly<
  Record<string, Readonly<Record<string, { readonly 'x-codeSamples'?: readonly Sample[] }>>>
>;

function samplesOf(document: JsonObject): readonly Sample[] {
  return Object.entries(document['paths'] as unknown as Operations).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([httpMethod, { 'x-codeSamples': samples = [] }]) =>
      samples.map((sample) => ({ ...sample, operation: `${httpMethod.toUpperCase()} ${path}` })),
    ),
  );
}

const { document } = openApiOf(demo, { samples: true, audience: 'public' });
const samples = samplesOf(document);
const in_ = (lang: string): readonly Sample[] => samples.filter((sample) => sample.lang === lang);

const folder = mkdtempSync(join(root, '.cache', 'samples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the samples of the demo shop', () => {
  it('are there for every operation, and only where they are asked for', () => {
    const operations = new Set(samples.map(({ operation }) => operation));
    expect(operations.size).toBeGreaterThan(35);
    expect(samples).toHaveLength(3 * operations.size);
    expect(samplesOf(openApiOf(demo, { audience: 'public' }).document)).toEqual([]);
  });

  it('in TypeScript are calls of the generated clients that a strict compiler takes', async () => {
    mkdirSync(join(folder, 'gen'));
    cpSync(join(root, 'gen/client'), join(folder, 'gen/client'), { recursive: true });
    const variables = 'declare const token: string, apiKey: string, file: Blob;\n';
    for (const [index, { source }] of in_('typescript').entries())
      writeFileSync(join(folder, `sample${index}.ts`), `${variables}${source}\nexport {};\n`);
    const options = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      target: 'ES2023',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      types: [],
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
    );
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  }, 60_000);

  it('in Python are programs', async () => {
    const check = 'import ast, json, sys\nfor text in json.load(sys.stdin): ast.parse(text)';
    const child = run('python3', ['-c', check]);
    child.child.stdin?.end(JSON.stringify(in_('python').map(({ source }) => source)));
    expect((await child).stderr).toBe('');
  });

  it('for curl are words of a shell, and their bodies what the document asks for', async () => {
    const print = 'curl() { for word in "$@"; do printf "%s\\0" "$word"; done; printf "\\1"; }\n';
    const script = in_('bash')
      .map(({ source }) => source)
      .join('\n');
    const { stdout } = await run('bash', ['-uc', `TOKEN=t API_KEY=k\n${print}${script}`]);
    const calls = stdout
      .split('\u0001')
      .slice(0, -1)
      .map((words) => words.split('\u0000').slice(0, -1));
    expect(calls).toHaveLength(in_('bash').length);
    const ajv = new Ajv2020({ strict: false, logger: false });
    // ajv-formats is CommonJS.
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema({ $id: 'document', ...JSON.parse(JSON.stringify(document)) });
    for (const [index, { operation }] of in_('bash').entries()) {
      const words = calls[index] ?? [];
      const body = words[words.indexOf('-d') + 1];
      if (!words.includes('-d') || body === undefined) continue;
      const [httpMethod = '', path = ''] = operation.split(' ');
      const place = path
        .replaceAll('~', '~0')
        .replaceAll('/', '~1')
        .replaceAll('{', '%7B')
        .replaceAll('}', '%7D');
      const validate = ajv.getSchema(
        `document#/paths/${place}/${httpMethod.toLowerCase()}/requestBody/content/application~1json/schema`,
      );
      expect([operation, validate?.(JSON.parse(body)), validate?.errors]).toEqual([operation, true, null]);
    }
  });
});

const one = (rpc: string, messages: string): Readonly<Record<string, string>> => {
  const image = contractProtos(`service S { ${rpc} } ${messages}`);
  const all = samplesOf(openApiOf(image, { samples: true }).document);
  return Object.fromEntries(all.map(({ lang, source }) => [lang, source]));
};

describe('a sample', () => {
  it.each([
    ['has quotes of its shell', `Example: it's`, `'{"a":"it'\\''s"}'`],
    ['has no way out of its words', 'Example: $(rm -rf /)', `'{"a":"$(rm -rf /)"}'`],
  ])('%s', (_, comment, expected) => {
    const { bash } = one(
      'rpc Do(R) returns (R) { option (google.api.http) = { post: "/v1/do" body: "*" }; }',
      `message R {\n// A text.\n// ${comment}\nstring a = 1 [(google.api.field_behavior) = REQUIRED]; }`,
    );
    expect(bash).toContain(expected);
  });

  it('reads a stream as it comes', () => {
    const { bash, typescript, python } = one(
      'rpc Watch(R) returns (stream R) { option (google.api.http) = { get: "/v1/{a=things/*}:watch" }; }',
      'message R { string a = 1; }',
    );
    expect(bash).toBe("curl -N 'https://api.example.com/v1/things/my-thing:watch'");
    expect(typescript).toContain("for await (const message of client.watch({ a: 'things/my-thing' })) {");
    expect(python).toContain('stream=True');
  });
});
