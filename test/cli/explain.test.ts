import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-explain-'));
const image = join(folder, 'image.binpb');
const config = join(folder, 'propylon.yaml');
const body = join(folder, 'body.json');

beforeAll(() => {
  const proto = `syntax = "proto3";
package x.v1;
import "google/api/annotations.proto";
service S {
  rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=a/*}" }; }
  rpc Make(M) returns (M) { option (google.api.http) = { post: "/v1/a" body: "*" }; }
}
message M { string name = 1; int32 size = 2; }
`;
  writeFileSync(image, compileProtos({ ...httpAnnotations(), 'a.proto': proto }));
  writeFileSync(
    config,
    'policies: { x.*: { authentication: { mode: none } }, x.v1.S.Make: { requestBytesMax: 100, addresses: { allow: [192.0.2.0/24] } } }\n',
  );
  writeFileSync(body, '{"name":"a/1","size":300}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], stdin = ''): Promise<Ran> {
  const child = spawn(process.execPath, [main, 'explain', ...args], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  child.stdin.end(stdin);
  const [code] = await once(child, 'close');
  return { code, ...output };
}

const local = ['--descriptors', image, '--config', config, '--backend', '*=localhost:1'];

describe('propylon explain', () => {
  it('shows stage by stage what would happen, and calls nobody', async () => {
    const { code, stdout } = await run([
      ...['POST', 'https://api.example/v1/a', ...local, '--from', '192.0.2.7', '-d', `@${body}`],
      ...['-H', 'Authorization: Bearer secret-token', '-H', 'cookie: id=secret'],
    ]);
    expect(code).toBe(0);
    const words = stdout.split('\n').map((line) => line.trim().split(/ {2,}/).join(' | '));
    for (const line of [
      'POST /v1/a',
      'from | 192.0.2.7',
      'header | host: api.example',
      'header | authorization: Bearer ***',
      'header | cookie: ***',
      '* | POST | /v1/a | x.v1.S.Make | no other template of this HTTP method matches',
      'body | json | -> *',
      'field | name | = | "a/1" | (body)',
      'field | size | = | 300 | (body)',
      'admit | addresses | proceeds',
      'policy | addresses.allow = ["192.0.2.0/24"] | (policies.x.v1.S.Make)',
      'policy | requestBytesMax = 100 | (policies.x.v1.S.Make)',
      'grpc | /x.v1.S/Make',
      'metadata | authorization: Bearer ***',
      'metadata | x-forwarded-proto: https',
      '{"name":"a/1","size":300}',
      '0000 | 0a 03 61 2f 31 | name | "a/1"',
      '0005 | 10 ac 02 | size | 300',
      'picked | localhost:1',
      '200 application/json, were the backend to say OK',
    ]) {
      expect(words).toContain(line);
    }
    expect(stdout).not.toContain('secret');
  });

  it('says what refuses a request, and ends with 1', async () => {
    const { code, stdout } = await run(['POST', '/v1/a', ...local, '-d', '{}']);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('Refused with 403 for x.v1.S.Make by addresses: ADDRESS_DENIED.'),
    ]);
  });

  it.each<[string, readonly string[], number, string]>([
    ['no source', ['GET', '/'], 2, 'name a source'],
    ['a header field without a name', ['GET', '/', ...local, '-H', 'x'], 2, "'name: value'"],
    ['a file that is not there', ['POST', '/', ...local, '-d', '@nowhere'], 2, 'ENOENT'],
    [
      'an admin listener that is not there',
      ['GET', '/', '--admin', 'http://127.0.0.1:1'],
      3,
      'cannot be asked',
    ],
  ])('cannot explain %s', async (_, args, code, text) => {
    const ran = await run(args);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([code, '', expect.stringContaining(text)]);
  });

  it('reads the body from standard input, and writes JSON', async () => {
    const { code, stdout } = await run(
      ['POST', '/v1/a', ...local, '--from', '192.0.2.1', '-d', '-', '--json'],
      '{"size":7}',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'answered',
      call: { path: '/x.v1.S/Make', messages: [{ bytes: 2, json: '{"size":7}', hex: '1007' }] },
    });
  });
});

describe('propylon explain of a running gateway', () => {
  let running: PropylonProcess;
  beforeAll(async () => {
    running = await startPropylon(['--demo']);
  });
  afterAll(() => running?.stop());

  const first = '/v1/products/espresso-cup';

  it('asks it, without a request being made', async () => {
    const { code, stdout } = await run(['GET', first, '--admin', running.adminUrl]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('/shop.catalog.v1.CatalogService/GetProduct'),
    ]);
    expect(stdout).not.toContain('outcome');
  });

  it('makes the request where that is wanted, and shows what comes of it', async () => {
    const { code, stdout } = await run(['GET', first, '--admin', running.adminUrl, '--send', '--json']);
    const direct = await fetch(`${running.url}${first}`);
    expect(code).toBe(0);
    const { outcome, answer } = JSON.parse(stdout);
    expect([outcome.code, answer.httpStatus, JSON.parse(answer.body)]).toEqual([
      'OK',
      200,
      await direct.json(),
    ]);
    expect(JSON.parse(outcome.messages[0].json)).toEqual(JSON.parse(answer.body));
  });

  it('is not asked by a page, nor without a question', async () => {
    const post = (text: string, headers = {}) =>
      fetch(`${running.adminUrl}/explain`, { method: 'POST', body: text, headers });
    const statuses = await Promise.all([
      post('{"url":"/"}', { origin: 'http://evil.example' }),
      post('{'),
      post('{"method":"GET"}'),
      post('{"url":"/","headers":{"a":1}}'),
      post('{"url":"/","sned":true}'),
      post('{"url":"/","headers":{"a":"b"},"body":"x"}'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([403, 400, 400, 400, 400, 200]);
  });
});
