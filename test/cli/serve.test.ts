import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-cli-'));
const image = join(folder, 'image.binpb');
const proto = (path: string): string => `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
service T { rpc Get(M) returns (M) { option (google.api.http) = { get: "${path}" }; } }
message M { string name = 1; }
`;

beforeAll(() => {
  writeFileSync(image, compileProtos({ ...httpAnnotations(), 't.proto': proto('/v1/{name=t/*}') }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

describe('the command line', () => {
  it('prints its version', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    expect(run('--version')).toMatchObject({
      code: 0,
      stdout: `${(manifest as { version: string }).version}\n`,
    });
  });

  it('has help worth reading: examples, exit codes, every flag', () => {
    expect(run('--help').stdout).toMatch(/Examples:[\s\S]*propylon serve --proto[\s\S]*Exit codes/);
    const { code, stdout } = run('serve', '--help');
    expect(code).toBe(0);
    for (const flag of [
      '--config',
      '--descriptors',
      '--proto',
      '--reflect',
      '--backend',
      '--rules',
      '--host',
      '--port',
      '--admin-port',
      '--strict',
      '--demo',
    ]) {
      expect(stdout).toContain(flag);
    }
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['serve', '--prot', 'x'], /unknown option '--prot'/],
    ['a port that is none', ['serve', '--port', 'x'], /A port is a number/],
    ['no source at all', ['serve'], /name a source/],
    [
      'an image that is not there',
      ['serve', '--descriptors', join(folder, 'none')],
      /cannot be read \(ENOENT\)[\s\S]*buf build/,
    ],
    ['an image that is none', ['serve', '--descriptors', main], /not a descriptor image/],
    [
      'a target that is none',
      ['serve', '--descriptors', image, '--backend', '*=nowhere'],
      /BACKEND_TARGET_INVALID/,
    ],
    ['a configuration that is not there', ['serve', '--config', join(folder, 'none.yaml')], /CONFIG_INVALID/],
  ])('%s ends with exit code 2 and says what to do', (_, args, text) => {
    const { code, stderr } = run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/\bat .*\.js:\d/);
  });

  it('names line, column and fix of a wrong configuration file', () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'listen:\n  prot: 80\n');
    expect(run('serve', '--config', file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/wrong\.yaml:2:3[\s\S]*Did you mean port\?/),
    });
  });

  it('names the environment variable that is wrong', () => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'serve', '--descriptors', image], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', PROPYLON_PORT: 'abc' },
    });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/PROPYLON_PORT is "abc"[\s\S]*hint/)]);
    expect(stderr).not.toMatch(/\bat .*\.js:\d/);
  });

  it('lists routes as a table and as JSON', () => {
    expect(run('routes', '--descriptors', image).stdout).toMatch(
      /GET +\/v1\/\{name=t\/\*\} +t\.v1\.T\.Get +unary/,
    );
    expect(JSON.parse(run('routes', '--descriptors', image, '--json').stdout)).toMatchObject([
      {
        httpMethod: 'GET',
        path: '/v1/{name=t/*}',
        method: 't.v1.T.Get',
        shape: 'unary',
        file: 't.proto',
        line: 4,
      },
    ]);
  });

  it('prints the functions that transcode a message, and knows what was probably meant', () => {
    const { code, stdout } = run('codec', 't.v1.M', '--descriptors', image);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/function parse_t_v1_M\([\s\S]*function print_t_v1_M\(/),
    ]);
    expect(run('codec', 't.v1.N', '--descriptors', image)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No source has a message "t.v1.N".'),
    });
    expect(run('codec', 't.v1.M')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--descriptors'),
    });
  });
});

describe('a served image', () => {
  let backend: EchoBackend;
  let gateway: PropylonProcess;
  beforeAll(async () => {
    backend = await startEchoBackend(['/t.v1.T/Get']);
    gateway = await startPropylon(['--descriptors', image, '--backend', `t.*=${backend.target}`]);
  });
  afterAll(async () => {
    await gateway?.stop();
    backend?.close();
  });

  it('prints the real ports on one line, and what it serves', () => {
    expect(gateway.output()).toMatch(
      /^listening http:\/\/127\.0\.0\.1:\d+ admin http:\/\/127\.0\.0\.1:\d+$/m,
    );
    expect(gateway.output()).toMatch(/1 services, 1 methods, 1 routes/);
    expect(gateway.output()).toMatch(/open: no policy/);
    expect(gateway.output()).toContain(`docs     ${gateway.url}/docs\n`);
  });

  it('answers, and tells operators so', async () => {
    expect(await (await fetch(`${gateway.url}/v1/t/a`)).json()).toEqual({ name: 't/a' });
    expect((await fetch(`${gateway.adminUrl}/livez`)).status).toBe(200);
    expect(await (await fetch(`${gateway.adminUrl}/readyz?verbose`)).json()).toMatchObject({
      ready: true,
      routes: 1,
    });
    expect(await (await fetch(`${gateway.adminUrl}/routes`)).json()).toMatchObject([
      { path: '/v1/{name=t/*}', target: backend.target },
    ]);
  });

  it('a method added to a .proto is live with nothing else changed', async () => {
    const protos = join(folder, 'protos');
    mkdirSync(protos, { recursive: true });
    writeFileSync(join(protos, 't.proto'), proto('/v2/{name=t/*}'));
    const other = await startPropylon(['--proto', protos, '--backend', `*=${backend.target}`]);
    expect(await (await fetch(`${other.url}/v2/t/a`)).json()).toEqual({ name: 't/a' });
    await other.stop();
  });

  it('ends cleanly on SIGTERM, idle keep-alive connections and all', async () => {
    const other = await startPropylon(['--descriptors', image, '--backend', `*=${backend.target}`]);
    const idle = connect(Number(new URL(other.url).port), '127.0.0.1');
    idle.on('error', () => undefined); // a reset is a way to be closed
    await once(idle, 'connect');
    other.signal('SIGTERM');
    expect(await other.exited).toBe(0);
    idle.destroy();
  });

  it('a second signal ends it at once', async () => {
    const other = await startPropylon(['--demo']);
    const client = new AbortController();
    // The head of a request that never ends: what a shutdown waits for.
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      'POST /v1/baskets:quote HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    // Answered only after the request above was taken.
    await fetch(`${other.url}/v1/products/espresso-cup`, { signal: client.signal });
    other.signal('SIGINT');
    await other.printed('shutting down');
    other.signal('SIGINT');
    expect(await other.exited).toBe(130);
    socket.destroy();
  });
});

describe('the demo shop', () => {
  let shop: PropylonProcess;
  beforeAll(async () => {
    shop = await startPropylon(['--demo']);
  });
  afterAll(() => shop?.stop());

  it('combines three services on one page', async () => {
    const response = await fetch(`${shop.url}/storefront/espresso-cup?currency=JPY`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      product: { name: 'products/espresso-cup' },
      price: { currencyCode: 'JPY' },
      missing: [],
    });
  });

  it('is found by reflection: routes and backends out of one target', async () => {
    const routes = (await (await fetch(`${shop.adminUrl}/routes`)).json()) as {
      method: string;
      target: string;
    }[];
    const target = routes.find((route) => route.method.startsWith('shop.catalog.'))?.target ?? '';
    const other = await startPropylon(['--reflect', target]);
    expect(await (await fetch(`${other.url}/v1/products/espresso-cup`)).json()).toMatchObject({
      name: 'products/espresso-cup',
    });
    await other.stop();
  });
});

describe('signals while it starts', () => {
  it.each(['SIGHUP', 'SIGUSR2'] as const)('%s waits, and does not end it', async (name) => {
    // A source that does not answer: whoever asks it is starting.
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const child = spawn(process.execPath, [main, 'serve', '--reflect', `127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    await once(silent, 'connection');
    child.kill(name);
    child.kill('SIGTERM');
    const [, signal] = await once(child, 'exit');
    silent.close();
    expect(signal).toBe('SIGTERM');
  });
});

describe('a start that goes wrong', () => {
  const twice = join(folder, 'twice');
  beforeAll(() => {
    mkdirSync(twice, { recursive: true });
    writeFileSync(join(twice, 'a.proto'), proto('/v1/{name=t/*}').replace('t.v1', 'a.v1'));
    writeFileSync(join(twice, 'b.proto'), proto('/v1/{name=t/*}').replace('t.v1', 'b.v1'));
  });

  it('names both methods of equal bindings with file and line, and serves the first', () => {
    const { code, stdout, stderr } = run('routes', '--proto', twice);
    expect(code).toBe(0);
    for (const part of ['HTTP_RULE_CONFLICT', 'a.v1.T.Get', 'b.v1.T.Get', 'a.proto:4:', 'b.proto:4:']) {
      expect(stderr).toContain(part);
    }
    expect(stdout).toContain('a.v1.T.Get');
  });

  it('refuses them with --strict', () => {
    expect(run('serve', '--proto', twice, '--strict')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HTTP_RULE_CONFLICT'),
    });
  });

  it('shows line and column of a proto that does not compile', () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'x.proto'), 'syntax = "proto3";\nmessage M { Nope n = 1; }\n');
    expect(run('serve', '--proto', broken)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/x\.proto:2:13/),
    });
  });

  it('says which port is taken and what to do', async () => {
    const first = await startPropylon(['--descriptors', image]);
    const taken = new URL(first.url).port;
    expect(run('serve', '--descriptors', image, '--port', taken)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/is taken[\s\S]*--port/),
    });
    await first.stop();
  });

  it('reads the paths of a configuration file from the folder it lies in', () => {
    const file = join(folder, 'relative.yaml');
    writeFileSync(file, 'sources:\n  descriptors: [image.binpb]\n');
    expect(run('routes', '--config', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('t.v1.T.Get'),
    });
  });
});
