import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-policies-'));
const protos = join(folder, 'protos');
const config = join(folder, 'propylon.yaml');

beforeAll(() => {
  mkdirSync(protos);
  writeFileSync(
    join(protos, 'a.proto'),
    `syntax = "proto3";
package x.v1;
import "google/api/annotations.proto";
import "propylon/v1/annotations.proto";
service S {
  option (propylon.v1.service) = { authentication: { mode: MODE_NONE } };
  rpc Get(M) returns (M) {
    option (google.api.http) = { get: "/v1/{name=a/*}" };
    option (propylon.v1.method) = { timeout: { nanos: 250000000 } };
  }
}
message M { string name = 1; }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function routes(yaml: string, ...flags: string[]): { code: number | null; stdout: string; stderr: string } {
  writeFileSync(config, yaml);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'routes', '--proto', protos, '--config', config, ...flags],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { code: status, stdout, stderr };
}

describe('propylon routes --policies', () => {
  it('shows what counts for each route and where it was said, the annotations coming with the package', () => {
    const { code, stdout } = routes('policies: { x.*: { timeout: 5s, priority: high } }\n', '--policies');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['GET /v1/{name=a/*}', 'x.v1.S.Get'],
      ['authentication.mode', 'none', 'a.proto:5'],
      ['priority', 'high', 'policies.x.*'],
      ['timeout', '5s', 'policies.x.*'],
      [expect.stringMatching(/^gate: /)],
      [''],
    ]);
  });

  it('says the same as JSON', () => {
    const [route] = JSON.parse(routes('', '--json').stdout) as { policy: unknown; steps: unknown }[];
    expect(route?.policy).toEqual([
      { path: 'authentication.mode', value: 'none', origin: 'a.proto:5' },
      { path: 'timeout', value: '250ms', origin: 'a.proto:7' },
    ]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a section that is none',
      'policies: { x.*: { timeouts: 5s } }\n',
      /policies\.x\.\*\.timeouts is not a setting[\s\S]*Did you mean timeout\?/,
    ],
    [
      'a field of a rule that there is not',
      'policies: { x.*: { authorization: { rule: request.nmae != "" } } }\n',
      /The rule of x\.v1\.S\.Get \(policies\.x\.\*\) knows no field "nmae" of x\.v1\.M[\s\S]*a\.proto:7[\s\S]*Did you mean name\?/,
    ],
    [
      'a selector that fits nothing',
      'policies: { y.*: { timeout: 5s } }\n',
      /policies selector y\.\* matches no/,
    ],
  ])('names %s', (_, yaml, text) => {
    expect(routes(yaml).stderr).toMatch(text);
  });
});
