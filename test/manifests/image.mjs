// node test/manifests/image.mjs [ARG=value …]
// Carries out manifests/Dockerfile without Docker: each stage is a folder, COPY and RUN happen in it, and what the last
// one holds is started by its ENTRYPOINT, by a user who may write nowhere in it, and ended by SIGTERM.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As docker build --build-arg. */
const buildArgs = Object.fromEntries(process.argv.slice(2).map((text) => text.split('=')));
const home = mkdtempSync(join(tmpdir(), 'propylon-image-'));

/** Instructions, continued lines joined. */
function instructions(text) {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name, rest]) => ({ name, rest }));
}

/** What Docker would be sent: .dockerignore lets through what it names with "!". */
function contextEntries() {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  if (lines[0] !== '*') throw new Error('.dockerignore is no list of what is let through');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}

function copyInto(from, names, target) {
  mkdirSync(target, { recursive: true });
  for (const name of names) {
    const source = join(from, name);
    cpSync(
      source,
      name.endsWith('/') || statSync(source).isDirectory() ? target : join(target, basename(name)),
      {
        recursive: true,
        verbatimSymlinks: true,
      },
    );
  }
}

function build() {
  const stages = new Map();
  let stage;
  for (const { name, rest } of instructions(readFileSync(join(root, 'manifests/Dockerfile'), 'utf8'))) {
    if (name === 'FROM') {
      const [image, alias = 'last'] = rest.split(/\s+AS\s+/);
      stage = { image, folder: join(home, alias), at: '/', args: {}, env: {} };
      mkdirSync(stage.folder);
      stages.set(alias, stage);
    } else if (name === 'WORKDIR') {
      stage.at = rest;
      mkdirSync(join(stage.folder, rest), { recursive: true });
    } else if (name === 'ARG') {
      const [key, value = ''] = rest.split('=');
      stage.args[key] = buildArgs[key] ?? value;
    } else if (name === 'ENV') {
      const [key, value = ''] = rest.split('=');
      stage.env[key] = value;
    } else if (name === 'COPY') {
      const [, from, paths] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest);
      const sources = paths.split(/\s+/);
      const target = join(stage.folder, stage.at, sources.pop());
      if (from !== undefined)
        copyInto(
          stages.get(from).folder,
          sources.map((path) => `${path}/`),
          target,
        );
      else if (sources.join() !== '.') copyInto(root, sources, target);
      else
        for (const entry of contextEntries())
          cpSync(join(root, entry), join(target, entry), { recursive: true });
    } else if (name === 'RUN') {
      console.log(`RUN ${rest}`);
      const { status } = spawnSync('sh', ['-euc', rest], {
        cwd: join(stage.folder, stage.at),
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...stage.args, ...stage.env },
      });
      if (status !== 0) throw new Error(`RUN ended with ${status}`);
    } else stage[name] = rest;
  }
  return stage;
}

/** As Kubernetes starts it: read-only, by its own user, with another command. */
async function start(stage, args) {
  const [, ...entry] = JSON.parse(stage.ENTRYPOINT);
  const [uid, gid] = stage.USER.split(':').map(Number);
  const child = spawn(process.execPath, [...entry, ...args], {
    cwd: join(stage.folder, stage.at),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...stage.env, PATH: '' },
    ...(process.getuid() === 0 ? { uid, gid } : {}),
  });
  let output = '';
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        const match = /listening (\S+) admin (\S+)/.exec(output);
        if (match !== null) resolve(match);
      });
  });
  const first = await Promise.race([listening, exited]);
  if (!Array.isArray(first)) throw new Error(`it ended with ${first}:\n${output}`);
  return { url: first[1], adminUrl: first[2], child, exited };
}

function expect(what, actual, wanted) {
  if (actual !== wanted) throw new Error(`${what} is ${actual}, not ${wanted}`);
}

/** Bytes of a folder. */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

try {
  chmodSync(home, 0o755);
  const stage = build();
  const app = join(stage.folder, stage.at);
  const development = ['vitest', '@bufbuild/buf', 'kubernetes-models'];
  for (const name of development)
    if (readdirSync(join(app, 'node_modules'), { recursive: false }).includes(name))
      throw new Error(`${name} is in it`);
  expect(
    'the library for xDS',
    existsSync(join(app, 'node_modules/@grpc/grpc-js-xds')),
    buildArgs.WITH_XDS === 'true',
  );
  const gateway = await start(stage, [
    ...['serve', '--descriptors', 'gen/image.binpb', '--backend', '*=127.0.0.1:1'],
    ...['--host', '127.0.0.1', '--port', '0', '--admin-port', '0'],
  ]);
  expect('/livez', (await fetch(`${gateway.adminUrl}/livez`)).status, 200);
  expect('an unknown path', (await fetch(`${gateway.url}/nowhere`)).status, 404);
  gateway.child.kill('SIGTERM');
  expect('the exit code after SIGTERM', await gateway.exited, 0);
  console.log(`the image holds ${Math.round(sizeOf(app) / 1024 / 1024)} MB beside Node, and works`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
