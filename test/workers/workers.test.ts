import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { startLoad } from '../support/load.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { scrape } from '../support/scrape.js';

/** `propylon serve --workers N`, as its users run it. */

// Processes are started in most of these, each of which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-workers-'));
const image = join(folder, 'image.binpb');
const proto = `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
service T {
  rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name=t/*}" }; }
  rpc Make(M) returns (M) { option (google.api.http) = { post: "/v1/t" body: "*" }; }
}
message M { string name = 1; }
`;

let backend: EchoBackend;
let gateway: PropylonProcess;
const config = join(folder, 'propylon.yaml');
const codecs = join(folder, 'codecs.mjs');

beforeAll(async () => {
  writeFileSync(image, compileProtos({ ...httpAnnotations(), 't.proto': proto }));
  backend = await startEchoBackend(['/t.v1.T/Get']);
});
afterAll(() => {
  backend?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  writeFileSync(
    config,
    `sources: { descriptors: [image.binpb] }\nbackends: { "t.*": "${backend.target}" }\n`,
  );
  gateway = await startPropylon(['--config', config, '--workers', '2']);
}

const url = (path: string): string => `${gateway.url}${path}`;

/** Processes whose parent is the gateway, those that are being replaced included. */
function workers(): number[] {
  const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8');
  return children
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);
}

function allowFiles(pid: number, max: number): void {
  expect(spawnSync('prlimit', ['--pid', String(pid), `--nofile=${max}:`]).status).toBe(0);
}

/** Whether the process has all the files open that it may. */
function isFull(pid: number): boolean {
  const [, max] = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
  return readdirSync(`/proc/${pid}/fd`).length >= Number(max);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits for what other processes do: there is no event of it here. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a gateway of two workers', () => {
  beforeAll(start);
  afterAll(() => gateway?.stop());

  it('answers, and tells operators of all of them', async () => {
    expect(gateway.output()).toMatch(/^workers {2}2$/m);
    expect(await (await fetch(url('/v1/t/a'))).json()).toEqual({ name: 't/a' });
    expect((await fetch(`${gateway.adminUrl}/livez`)).status).toBe(200);
    expect(await (await fetch(`${gateway.adminUrl}/readyz?verbose`)).json()).toMatchObject({
      ready: true,
      routes: 2,
    });
    expect(workers()).toHaveLength(2);
  });

  it('counts for all of them, and goes on counting when one has died', async () => {
    const counted = async (): Promise<[number, number]> => {
      const { value } = await scrape(gateway.adminUrl);
      const name = 'http_server_request_duration_seconds_count';
      return [value('propylon_processes'), value(name, { http_route: '/v1/{name=t/*}' })];
    };
    const [, before] = await counted();
    for (let i = 0; i < 10; i++)
      await (await fetch(url('/v1/t/a'), { headers: { connection: 'close' } })).text();
    expect(await counted()).toEqual([2, before + 10]);
    const [victim = 0] = workers();
    process.kill(victim, 'SIGKILL');
    await until(() => !isAlive(victim));
    expect((await counted())[1]).toBe(before + 10);
    await vi.waitUntil(async () => (await counted())[0] === 2, 30_000);
    expect((await counted())[1]).toBe(before + 10);
  });

  it('answers operators while a worker is stuck, except for what must reach all', async () => {
    const [stuck = 0] = workers();
    process.kill(stuck, 'SIGSTOP');
    try {
      expect(await (await fetch(`${gateway.adminUrl}/readyz`)).text()).toBe('ok\n');
      const purged = await fetch(`${gateway.adminUrl}/cache/purge?all`, { method: 'POST' });
      expect([purged.status, await purged.json()]).toEqual([
        503,
        { message: '1 of 2 processes have not answered; they may do so later.' },
      ]);
      // One connection may be stuck with it; whatever else comes goes to the other.
      for (let i = 0; i < 4; i++) {
        const answer = await Promise.race([fetch(url('/v1/t/a')), fetch(url('/v1/t/a'))]);
        expect(answer.status).toBe(200);
      }
    } finally {
      process.kill(stuck, 'SIGCONT');
    }
  });

  it('serves on after one worker could open no more connections, and those that came meanwhile too', async () => {
    for (const pid of workers()) allowFiles(pid, readdirSync(`/proc/${pid}/fd`).length + 8);
    const { port } = new URL(gateway.url);
    const idle = Array.from({ length: 40 }, () => connect(Number(port), '127.0.0.1'));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const asked = fetch(url('/v1/t/a'), { headers: { connection: 'close' } });
    await vi.waitUntil(() => workers().every((pid) => isFull(pid)), 30_000);
    for (const socket of idle) socket.destroy();
    for (const pid of workers()) allowFiles(pid, 1_000);
    expect((await asked).status).toBe(200);
    for (let i = 0; i < 8; i++)
      expect((await fetch(url('/v1/t/a'), { headers: { connection: 'close' } })).status).toBe(200);
  });

  it('explains a request for as long as that takes: it may be made', async () => {
    const all = workers();
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    const asked = fetch(`${gateway.adminUrl}/explain`, {
      method: 'POST',
      body: JSON.stringify({ method: 'GET', url: '/v1/t/a', send: true }),
    });
    // Longer than whatever else operators ask may take.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    for (const pid of all) process.kill(pid, 'SIGCONT');
    expect(await (await asked).json()).toMatchObject({ verdict: 'answered', sent: true });
  });

  it('loses a killed worker without a failure for those who try again, and replaces it', async () => {
    const load = startLoad(url('/v1/t/a'), 8, { retries: 3 });
    await load.more(100);
    const [victim = 0] = workers();
    process.kill(victim, 'SIGKILL');
    await gateway.printed(`worker ${victim} has ended (signal SIGKILL)`);
    await gateway.printed(`serves in place of worker ${victim}`);
    await load.more(100);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(workers()).not.toContain(victim);
  });

  it('replaces a worker that somebody has told to end', async () => {
    const load = startLoad(url('/v1/t/a'), 4);
    await load.more(20);
    const [told = 0] = workers();
    process.kill(told, 'SIGTERM');
    await gateway.printed(`worker ${told} has ended (exit code 0)`);
    await gateway.printed(`serves in place of worker ${told}`);
    await load.more(20);
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it('keeps its workers where new ones cannot start', async () => {
    const before = workers();
    const written = readFileSync(config, 'utf8');
    writeFileSync(config, 'listne: {}\n');
    gateway.signal('SIGUSR2');
    await gateway.printed('the others go on as they are');
    writeFileSync(config, written);
    expect(gateway.output()).toMatch(/listne is not a setting/);
    expect(workers()).toEqual(before);
    expect((await fetch(url('/v1/t/a'))).status).toBe(200);
  });

  it('is renewed by SIGUSR2 without a failed request', async () => {
    const before = workers();
    const load = startLoad(url('/v1/t/a'), 8);
    await load.more(100);
    gateway.signal('SIGUSR2');
    await gateway.printed('all workers are new');
    await load.more(100);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(workers()).toHaveLength(2);
    expect(workers().filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('ends on SIGTERM when what is under way is done, no request lost on the way', async () => {
    const load = startLoad(url('/v1/t/a'), 8, { leaves: true });
    await load.more(100);
    const pids = workers();
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('a gateway of two workers that comes to an end', () => {
  beforeAll(async () => {
    await start();
    writeFileSync(codecs, 'process.exit(7);\n');
  });
  afterAll(() => gateway?.stop());

  it('says why when no worker can be kept, and ends', async () => {
    writeFileSync(config, `${readFileSync(config, 'utf8')}codecs: codecs.mjs\n`);
    for (const pid of workers()) process.kill(pid, 'SIGKILL');
    expect(await gateway.exited).toBe(3);
    expect(gateway.output()).toMatch(/cannot be kept running: the last one has ended with exit code 7/);
  });

  it('leaves no worker behind when it is killed', async () => {
    await start();
    const pids = workers();
    gateway.signal('SIGKILL');
    await gateway.exited;
    await until(() => !pids.some(isAlive));
  });
});

describe('a start that goes wrong', () => {
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'serve', '--workers', '2', ...args], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { status, stderr };
  };

  it('says once what is wrong with the configuration', () => {
    const { status, stderr } = run(
      '--descriptors',
      image,
      '--backend',
      '*=nowhere',
      '--port',
      '0',
      '--admin-port',
      '0',
    );
    expect(status).toBe(2);
    expect(stderr.match(/BACKEND_TARGET_INVALID/g)).toHaveLength(1);
  });

  it('says which port is taken and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { status, stderr } = run('--descriptors', image, '--host', '127.0.0.1', '--port', String(port));
    taken.close();
    expect([status, stderr]).toEqual([3, expect.stringMatching(/is taken[\s\S]*--port/)]);
  });

  it('takes no number that is none', () => {
    expect(run('--workers', '0')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/from 1 on, or auto/),
    });
  });
});
