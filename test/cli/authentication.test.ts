import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { issuerKey } from '../support/tokens.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-authentication-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

mkdirSync(join(folder, 'protos'));
mkdirSync(join(folder, 'keys'));
writeFileSync(join(folder, 'keys/id.pem'), issuerKey('k').pem);
writeFileSync(
  join(folder, 'protos/a.proto'),
  `syntax = "proto3";
package x.v1;
import "google/api/annotations.proto";
service S { rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=a/*}" }; } }
message M { string name = 1; }
`,
);

function routes(keys: string): { code: number | null; stdout: string; stderr: string } {
  const file = join(folder, 'propylon.yaml');
  writeFileSync(
    file,
    `sources: { protos: [protos] }
authentication:
  providers:
    staff: { type: jwt, issuer: me, aud: [shop], keys: ${keys} }
`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'routes', '--config', file, '--policies'],
    { cwd: tmpdir(), encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { code: status, stdout, stderr };
}

describe('providers in propylon.yaml', () => {
  it('have files of keys beside it, and guard every route', () => {
    const { code, stdout } = routes('{ pemFile: keys/id.pem }');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/gate: .*authentication/)]);
  });

  it('fail the start where a file is not there, and it is named', () => {
    const { code, stderr } = routes('{ pemFile: keys/other.pem }');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/cannot be read \(ENOENT\)[\s\S]*keys\/other\.pem/),
    ]);
  });
});
