import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.js';
import { repository } from './markdown.js';

/** Ports that pages speak of. Each page gets free ones in their place. */
const documentedPorts = [8080, 8081, 8443, 9090, 9091, 50051, 50052];

/** How long a reader waits for anything. */
const patienceMs = 60_000;

/** What came of some commands. */
export interface Printed {
  readonly code: number;
  /** The command that failed first, and how: "curl … (22)". */
  readonly failed: string | undefined;
  readonly output: string;
  readonly errors: string;
}

/** Somebody who reads a page, with a folder and a shell, and further terminals where programs stay. */
export interface ReaderShell {
  readonly folder: string;
  /** Runs commands in the shell, in the order of the page, so that variables last. */
  run(commands: string): Promise<Printed>;
  /** Runs commands in a terminal of their own until they say that they listen; what ran there before is ended. */
  stay(terminal: string, commands: string): Promise<string>;
  /** Writes a file that the page shows. */
  write(path: string, text: string): void;
  read(path: string): string;
  close(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

const here = dirname(fileURLToPath(import.meta.url));

/** What a reader has before the first line of a page. */
export interface ReaderHas {
  /** Servers that run, by the ports that pages name. */
  readonly ports: ReadonlyMap<number, number>;
  /** Puts files into the reader's folder. */
  prepare(folder: string): void;
}

/** Opens a shell in a folder of its own. */
export async function openReaderShell({ ports: given, prepare }: ReaderHas): Promise<ReaderShell> {
  const scratch = mkdtempSync(join(tmpdir(), 'propylon-docs-'));
  const folder = join(scratch, 'reader');
  mkdirSync(folder);
  prepare(folder);
  const ports = new Map<number, number>();
  for (const port of documentedPorts) ports.set(port, given.get(port) ?? (await freePort()));
  const environment = environmentOf(scratch, folder, ports);

  /** Port of a page → port of this machine. */
  const local = (text: string): string =>
    text.replace(/(?<=(?::|port:? |port=|PORT=))\d{4,5}\b/g, (port) =>
      String(ports.get(Number(port)) ?? port),
    );
  const documented = new Map([...ports].map(([known, free]) => [String(free), String(known)]));
  const asDocumented = (text: string): string =>
    text.replace(/\b\d{4,5}\b/g, (port) => documented.get(port) ?? port).replaceAll(folder, '…');

  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const shellEnded = once(shell, 'exit');
  const terminals = new Map<string, Running>();
  let count = 0;

  return {
    folder,
    async run(commands) {
      const name = join(scratch, `block-${++count}`);
      writeFileSync(`${name}.sh`, local(commands));
      // Of what fails first the command is kept; a reader's shell goes on, and so does this one.
      const lines = [
        `failed=; code=0; trap 'code=$?; [ -n "$failed" ] || failed="$BASH_COMMAND ($code)"' ERR`,
        `. ${name}.sh >${name}.out 2>${name}.err </dev/null`,
        `trap - ERR; printf '%s\\n%s' "$code" "$failed" >${name}.end; echo done`,
      ];
      shell.stdin.write(`${lines.join('\n')}\n`);
      await Promise.race([once(shell.stdout, 'data'), shellEnded, lateness(commands)]);
      const [code = '1', ...failed] = readFileSync(`${name}.end`, 'utf8').split('\n');
      return {
        code: Number(code),
        failed: failed.join('\n') || undefined,
        output: asDocumented(readFileSync(`${name}.out`, 'utf8')),
        errors: asDocumented(readFileSync(`${name}.err`, 'utf8')),
      };
    },
    async stay(terminal, commands) {
      const before = terminals.get(terminal);
      if (before !== undefined) await end(before);
      const child = spawn('bash', ['--noprofile', '--norc', '-ec', local(commands)], {
        cwd: folder,
        env: { ...environment, IN_TERMINAL: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      const exited = once(child, 'exit');
      terminals.set(terminal, { child, exited });
      let said = '';
      const announced = new Promise<void>((resolve) => {
        const look = (chunk: Buffer): void => {
          said += chunk.toString();
          if (/^listening .*\n/m.test(said)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
      });
      const ended = exited.then(() => {
        throw new Error(`ended before it said "listening …":\n${said}`);
      });
      await Promise.race([announced, ended, lateness(commands)]);
      ended.catch(() => undefined);
      return asDocumented(said);
    },
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), local(text));
    },
    read: (path) => asDocumented(readFileSync(join(folder, path), 'utf8')),
    async close() {
      await Promise.all([...terminals.values()].map(end));
      shell.stdin.end();
      await shellEnded;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** As Ctrl-C does. */
async function end({ child, exited }: Running): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    process.kill(-child.pid, 'SIGINT');
  await exited;
}

async function lateness(commands: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(
      () => reject(new Error(`took longer than ${patienceMs} ms:\n${commands}`)),
      patienceMs,
    ).unref();
  });
}

function environmentOf(
  scratch: string,
  folder: string,
  ports: ReadonlyMap<number, number>,
): Record<string, string> {
  const programs = join(scratch, 'bin');
  mkdirSync(programs);
  const outer = process.env['PATH'] ?? '';
  const main = join(repository, 'dist/src/cli/main.js');
  const program = (name: string, text: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  program('node', `exec "${process.execPath}" "$@"`);
  program(
    'propylon',
    `case "$1:$IN_TERMINAL" in
  serve:|mock:|record:) PROPYLON_PORT=0 PROPYLON_ADMIN_PORT=0 exec node "${join(here, 'until-announced.mjs')}" node "${main}" "$@" ;;
esac
exec node "${main}" "$@"`,
  );
  program('npm', `exec node "${join(here, 'npm-offline.mjs')}" "${repository}" "$@"`);
  program(
    'npx',
    `case "$1 $2 $3" in
  'buf dep update') exec node "${join(here, 'buf-deps-offline.mjs')}" "${repository}" ;;
esac
program=$1; shift; PATH="$PWD/node_modules/.bin:$PATH" exec "$program" "$@"`,
  );
  program('buf', `exec node "${join(repository, 'node_modules/@bufbuild/buf/bin/buf')}" "$@"`);
  // No meter of progress, as at a terminal; what is answered with an error fails, so that a page must show it.
  writeFileSync(join(scratch, '.curlrc'), 'silent\nshow-error\nfail-with-body\nmax-time = 20\n');
  return {
    PATH: [programs, join(folder, 'node_modules/.bin'), outer].join(':'),
    // Of what stands in for npm.
    OUTER_PATH: outer,
    HOME: scratch,
    CURL_HOME: scratch,
    BUF_CACHE_DIR: join(scratch, '.buf'),
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Reader',
    GIT_AUTHOR_EMAIL: 'reader@example.com',
    GIT_COMMITTER_NAME: 'Reader',
    GIT_COMMITTER_EMAIL: 'reader@example.com',
    PROPYLON_HOST: '127.0.0.1',
    PROPYLON_PORT: String(ports.get(8080)),
    PROPYLON_ADMIN_PORT: String(ports.get(9090)),
  };
}
