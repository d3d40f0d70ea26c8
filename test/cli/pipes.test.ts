import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { startPropylon } from '../support/propylon.js';

/** Files that are none: nobody waits for what never comes. */

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-pipes-'));
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  const proto = `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
service T { rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=t/*}" }; } }
message M { string name = 1; }
`;
  writeFileSync(at('image.binpb'), compileProtos({ ...httpAnnotations(), 't.proto': proto }));
  spawnSync('mkfifo', [at('pipe')]);
  const provider = { authentication: { providers: { keys: { type: 'apiKey', keysFile: 'pipe' } } } };
  writeFileSync(at('keys.yaml'), JSON.stringify(provider));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) =>
  spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });

describe('a named pipe', () => {
  it.each([
    ['propylon.yaml', ['--config', 'pipe']],
    ['an image', ['--descriptors', 'pipe']],
    ['a key file', ['--descriptors', 'image.binpb', '--config', 'keys.yaml']],
  ])('as %s is no file, which is said at once', (_, args) => {
    const { status, stderr } = run(process.execPath, main, 'routes', ...args);
    expect(stderr).toContain('it is a named pipe: write what comes out of it to a file');
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(2);
  });

  it('in the place of the image refuses a reload, and what was served before is served on', async () => {
    writeFileSync(at('live.binpb'), compileProtos({ ...httpAnnotations() }));
    run('cp', 'image.binpb', 'live.binpb');
    const gateway = await startPropylon(['--descriptors', at('live.binpb'), '--no-watch']);
    run('rm', 'live.binpb');
    run('mkfifo', 'live.binpb');
    gateway.signal('SIGHUP');
    await gateway.printed('reload refused');
    expect(gateway.output()).toContain('it is a named pipe');
    expect((await fetch(`${gateway.url}/v1/t/a`)).status).not.toBe(404);
    await gateway.stop();
  });

  it('of a shell is read', () => {
    const { stdout, stderr } = run(
      'bash',
      '-c',
      `${process.execPath} ${main} routes --descriptors <(cat image.binpb)`,
    );
    expect(stderr).not.toContain('error');
    expect(stdout).toContain('/v1/{name=t/*}');
  });
});
