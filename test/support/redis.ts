import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { findServerProgram } from './server-program.js';

/** Undefined, after a loud word, where Redis is missing. */
export const redisProgram = findServerProgram('redis-server', 'redis-server');

export interface TestRedis {
  readonly port: number;
  /** "redis://127.0.0.1:PORT" */
  readonly url: string;
  /** SIGKILL, and wait for the end; nothing is kept. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP: it takes connections and commands, and answers none. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Starts a Redis without a disk on loopback, with further arguments, and waits until it takes commands. */
export async function startRedis(
  further: readonly string[] | ((port: number) => readonly string[]) = [],
  config: readonly string[] = [],
): Promise<TestRedis> {
  const port = await freePort();
  const args = typeof further === 'function' ? further(port) : further;
  const folder = mkdtempSync(join(tmpdir(), 'propylon-redis-'));
  let server = await launch(port, folder, args, config);
  const end = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: end,
    async restart() {
      await end();
      server = await launch(port, folder, args, config);
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(
  port: number,
  folder: string,
  args: readonly string[],
  config: readonly string[],
): Promise<ChildProcess> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = spawn(redisProgram ?? '', [...config, ...own, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (/Ready to accept connections|\+monitor/.test(log)) resolve();
    });
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${String(code)}:\n${log}`)));
  });
  return server;
}

/** A sentinel that watches one Redis under a name. */
export async function startSentinel(master: string, { port: watched }: TestRedis): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, `sentinel monitor ${master} 127.0.0.1 ${watched} 1\n`);
  const sentinel = await startRedis(['--sentinel'], [file]);
  return {
    ...sentinel,
    async stop() {
      await sentinel.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
