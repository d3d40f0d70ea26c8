import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { echoImage } from '../support/echo-gateway.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

/** What a process writes, as whoever collects its output sees it. */

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-logs-'));
const image = join(folder, 'echo.binpb');
writeFileSync(image, echoImage);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the log of propylon serve', () => {
  let gateway: PropylonProcess | undefined;
  let backend: EchoBackend | undefined;
  afterEach(async () => {
    await gateway?.stop();
    backend?.close();
    backend = undefined;
  });

  async function serve(yaml: string, ...args: string[]): Promise<PropylonProcess> {
    const config = join(folder, 'propylon.yaml');
    writeFileSync(config, yaml);
    gateway = await startPropylon([
      '--descriptors',
      image,
      '--backend',
      '*=127.0.0.1:1',
      '--config',
      config,
      ...args,
    ]);
    return gateway;
  }

  it('is JSON lines where no terminal is, from the first to the last', async () => {
    const { url, stop, errors, printed } = await serve(
      'audit: {}\npolicies: { "*": { authentication: { mode: none } } }\n',
    );
    await fetch(`${url}/v1/ping`, { method: 'POST', headers: { authorization: 'Bearer PLANTED' } });
    await fetch(`${url}/v1/echo?name=PLANTED`, { headers: { cookie: 'a=PLANTED', 'x-request-id': 'r-1' } });
    await printed('"http.request.id":"r-1"');
    await stop();
    const lines = errors()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => line['labels.url'] === url)).toMatchObject({
      message: expect.stringMatching(/^serving 1 services/),
    });
    expect(lines.find((line) => line['http.request.id'] === 'r-1')).toMatchObject({
      'log.level': 'error',
      'labels.route': '/v1/echo',
    });
    expect(lines.at(-1)).toMatchObject({ message: expect.stringMatching(/^shutting down/) });
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(
        expect.arrayContaining([
          '@timestamp',
          'log.level',
          'message',
          'ecs.version',
          'service.name',
          'event.dataset',
        ]),
      );
    }
    expect(errors()).not.toContain('PLANTED');
  });

  it('has a line per request with --access-log, or by PROPYLON_ACCESS_LOG', async () => {
    const { url, printed } = await serve('', '--access-log');
    await fetch(`${url}/v1/none`);
    await printed('"message":"GET (no route) 404"');
  });

  it('is for people with format pretty', async () => {
    const { url, errors, printed } = await serve('log: { format: pretty, access: { mode: all } }\n');
    await fetch(`${url}/v1/none`);
    await printed('(no route)');
    expect(errors()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}GET \(no route\) 404 [\d.]+ ms {2}grpc=NOT_FOUND reason=ROUTE_UNKNOWN from=127/m,
    );
  });

  it('has every request for as long as an operator wants, and the configuration is there to read', async () => {
    const { url, adminUrl, errors, printed } = await serve(
      'redis: { url: "redis://u:PLANTED@cache.invalid:6379" }\nlimits: { drainTimeoutMs: 500 }\n',
      '--log-level',
      'warn',
    );
    await fetch(`${url}/v1/none`);
    const put = await fetch(`${adminUrl}/log-level`, {
      method: 'PUT',
      body: '{"level":"debug","forMs":60000}',
    });
    expect(await put.json()).toMatchObject({ level: 'debug', configured: 'warn' });
    await fetch(`${url}/v1/other`, { headers: { 'x-request-id': 'wanted' } });
    await printed('"http.request.id":"wanted"');
    expect(errors().match(/no route/g)).toHaveLength(1);
    const text = await (await fetch(`${adminUrl}/config`)).text();
    expect(text).not.toContain('PLANTED');
    expect(JSON.parse(text)).toMatchObject({
      config: {
        redis: { url: 'redis://[redacted]@cache.invalid:6379' },
        backends: { '*': { target: '127.0.0.1:1' } },
        limits: { drainTimeoutMs: 500, drainDelayMs: 0 },
        log: { level: 'warn' },
      },
      origins: {
        'limits.drainTimeoutMs': 'file',
        'log.level': 'flag',
        'listen.port': 'flag',
        'redis.url': 'file',
      },
    });
  });

  it('has the last words of a process that fails, and goes on after what fails by itself', async () => {
    // Defects that a signal sets off.
    const defects = `
      process.on('SIGCONT', () => { Promise.reject(new Error('lost token=PLANTED')); });
      process.on('SIGWINCH', () => { throw new Error('dead password=PLANTED'); });`;
    const file = join(folder, 'defects.mjs');
    writeFileSync(file, defects);
    const config = join(folder, 'propylon.yaml');
    writeFileSync(config, '');
    const args = ['--descriptors', image, '--backend', '*=127.0.0.1:1', '--config', config];
    const failing = await startPropylon(args, { NODE_OPTIONS: `--import=${file}` });
    failing.signal('SIGCONT');
    await failing.printed('unhandled rejection');
    expect((await fetch(`${failing.url}/v1/none`)).status).toBe(404);
    failing.signal('SIGWINCH');
    expect(await failing.exited).toBe(3);
    const said = failing.errors().trimEnd().split('\n').slice(-2);
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { 'log.level': 'error', 'error.message': 'lost token=[redacted]' },
      { 'log.level': 'fatal', message: 'uncaught exception', 'error.message': 'dead password=[redacted]' },
    ]);
    expect(failing.errors()).not.toContain('PLANTED');
  });

  it('goes on serving when nobody reads its output any more', async () => {
    backend = await startEchoBackend(['/t.T/Ping']);
    const child = spawn(
      process.execPath,
      [
        main,
        'serve',
        '--descriptors',
        image,
        '--backend',
        `*=${backend.target}`,
        '--access-log',
        '--port',
        '0',
        '--admin-port',
        '0',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const exited = once(child, 'exit');
    let announced = '';
    for await (const chunk of child.stdout) {
      announced += String(chunk);
      if (/^listening .*\n/m.test(announced)) break;
    }
    // Leaving the loop has closed one stream; this is the other.
    child.stderr.destroy();
    const [, url = ''] = /listening (\S+)/.exec(announced) ?? [];
    for (let i = 0; i < 50; i++) expect((await fetch(`${url}/v1/none`)).status).toBe(404);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('loses lines, not requests, while its reader is stuck', async () => {
    const child = spawn(
      process.execPath,
      [main, 'serve', '--descriptors', image, '--access-log', '--port', '0', '--admin-port', '0'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const exited = once(child, 'exit');
    let announced = '';
    child.stdout.on('data', (chunk) => {
      announced += String(chunk);
    });
    while (!/^listening .*\n/m.test(announced)) await once(child.stdout, 'data');
    const [, url = ''] = /listening (\S+)/.exec(announced) ?? [];
    // Nobody reads standard error: a pipe of 64 KiB is full after some hundred lines.
    for (let i = 0; i < 600; i++) await (await fetch(`${url}/v1/none`)).arrayBuffer();
    child.kill('SIGTERM');
    // It waits a second for its reader, and goes.
    expect(await exited).toEqual([0, null]);
  });
});
