import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postmanCollection } from '../../../src/contract/index.js';
import { type JsonObject, objectOf } from '../../../src/contract/json.js';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';

const cache = fileURLToPath(new URL('../../../.cache/newman', import.meta.url));
const newman = join(cache, 'node_modules/newman/bin/newman.js');

function isInstalled(): boolean {
  if (existsSync(newman)) return true;
  const text = 'newman is not installed (npm run interop:clients)';
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; no collection of Postman runs against the demo\n`);
  return false;
}

interface Summary {
  readonly run: {
    readonly executions: readonly {
      readonly item: { readonly name: string };
      readonly response?: { readonly code: number; readonly stream?: unknown };
    }[];
    readonly failures: readonly { readonly error: { readonly message: string } }[];
  };
}

describe.skipIf(!isInstalled())('newman, which is what Postman runs collections with', () => {
  let directory = '';
  let gateway: PropylonProcess | undefined;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'newman-'));
    gateway = await startPropylon(['--demo', '--host', '127.0.0.1']);
  });
  afterAll(async () => {
    await gateway?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('runs the collection of the demo, and every request of it succeeds', { timeout: 120_000 }, async () => {
    const document = (await (await fetch(`${gateway?.url}/openapi.json`)).json()) as JsonObject;
    const picture = join(directory, 'picture.svg');
    writeFileSync(picture, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    // A file of the reader's is the one thing that a collection cannot bring along.
    const collection = JSON.stringify(postmanCollection(document)).replaceAll(
      '"file":{}',
      `"file":{"src":"${picture}"}`,
    );
    writeFileSync(join(directory, 'shop.json'), collection);
    const variables = { baseUrl: gateway?.url ?? '', apiKey: 'demo-clerk', contentType: 'image/svg+xml' };
    const output = await run([
      ...[
        'run',
        'shop.json',
        '--reporters',
        'json',
        '--reporter-json-export',
        'report.json',
        '--timeout-request',
        '20000',
      ],
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
    ]);
    const { run: ran } = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as Summary;
    const answers = ran.executions.map(({ item, response }) => [item.name, response?.code]);
    expect(
      answers.filter(([, code]) => code !== 200),
      output,
    ).toEqual([]);
    expect(ran.failures).toEqual([]);
    const operations = Object.values(objectOf(document['paths'])).flatMap((item) =>
      Object.keys(objectOf(item)),
    );
    expect(answers).toHaveLength(operations.length);
  });

  const run = (args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [newman, ...args], { cwd: directory, timeout: 100_000 });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      child.on('error', reject);
      child.on('close', () => resolve(output));
    });
});
