import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contractProtos } from '../support/openapi.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'openapi-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const image = join(directory, 'image.binpb');
writeFileSync(
  image,
  contractProtos(`service S {
    rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=things/*}" }; }
    rpc Audit(M) returns (M) { option (google.api.http) = { get: "/v1/audit" }; option (propylon.v1.method) = { visibility: VISIBILITY_INTERNAL }; }
    rpc Purge(M) returns (M) { option (google.api.http) = { custom { kind: "PURGE" path: "/v1/things" } }; }
  } message M { string name = 1; }`),
);
const config = join(directory, 'propylon.yaml');
writeFileSync(config, 'policies:\n  t.v1.S.Get: { authorization: { scopes: [things.read] } }\n');

function openapi(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'openapi', '--descriptors', image, ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  return { status, stdout, stderr };
}

describe('propylon openapi', () => {
  it('prints what the public may see, and says what is not in it', () => {
    const { status, stdout, stderr } = openapi('--server', 'https://a.example', '--title', 'Things');
    expect(status, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Things', version: 'v1' },
      servers: [{ url: 'https://a.example' }],
    });
    expect(Object.keys(document.paths)).toEqual(['/v1/things/{thing}']);
    expect(stderr).toContain('t.v1.S.Purge, "PURGE /v1/things", is not in the document');
  });

  it('writes YAML where the name of the file says so, for an audience, in the older version', () => {
    const out = join(directory, 'api.yaml');
    expect(openapi('--out', out, '--audience', 'internal', '--version', '3.0')).toMatchObject({
      status: 0,
      stdout: '',
    });
    const document = parse(readFileSync(out, 'utf8'));
    expect(document).toMatchObject({ openapi: '3.0.3' });
    expect(Object.keys(document.paths)).toEqual(['/v1/things/{thing}', '/v1/audit']);
  });

  it('has what the operator says of methods', () => {
    const { stdout, stderr } = openapi('--config', config);
    expect(JSON.parse(stdout || '{}').paths?.['/v1/things/{thing}']?.get?.security, stderr).toEqual([
      { bearer: ['things.read'] },
    ]);
  });

  it.each([
    ['--version', '2.0'],
    ['--format', 'xml'],
    ['--audience', 'everybody'],
  ])('refuses %s %s', (flag, value) => {
    expect(openapi(flag, value)).toMatchObject({ status: 2, stdout: '' });
  });
});
