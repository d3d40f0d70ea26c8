// npm for who reads the documentation in a test, without a registry: packages come out of this checkout. `propylon` is
// what `npm publish` would upload, with its dependencies and no others beside it.
//
//   node npm-offline.mjs REPOSITORY init -y | pkg set NAME=VALUE | ci | install [--save-dev] PACKAGE… | start
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const [repository = '', command, ...args] = process.argv.slice(2);
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const writeManifest = (manifest) =>
  writeFileSync('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);

function link(name, to) {
  const place = join('node_modules', name);
  if (existsSync(place)) return;
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(to, place);
}

/** The folder of a package as it would be published. */
function unpacked(name) {
  const scratch = mkdtempSync(join(tmpdir(), 'propylon-pack-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], {
      cwd: repository,
      encoding: 'utf8',
      env: { ...process.env, PATH: process.env.OUTER_PATH },
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const place = join('node_modules', name);
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(scratch, filename), '-C', place, '--strip-components=1']);
  rmSync(scratch, { recursive: true });
  return place;
}

function install(name) {
  const own = manifestOf(repository);
  const isOwn = name === own.name;
  const folder = isOwn ? unpacked(name) : join(repository, 'node_modules', name);
  if (!existsSync(folder)) throw new Error(`${name} is not installed here`);
  if (!isOwn) link(name, folder);
  else
    for (const other of Object.keys(own.dependencies)) link(other, join(repository, 'node_modules', other));
  const { bin = {} } = manifestOf(folder);
  const programs = typeof bin === 'string' ? { [basename(name)]: bin } : bin;
  for (const [program, file] of Object.entries(programs)) {
    if (isOwn) chmodSync(join(folder, file), 0o755);
    link(`.bin/${program}`, join(process.cwd(), 'node_modules', name, file));
  }
}

if (command === 'init') writeManifest({ name: 'reader', version: '1.0.0', private: true });
else if (command === 'pkg' && args[0] === 'set') {
  const [name = '', value] = (args[1] ?? '').split('=');
  writeManifest({ ...manifestOf('.'), [name]: value });
} else if (command === 'install') {
  for (const argument of args.filter((word) => !word.startsWith('-')))
    install(argument.replace(/(?<=.)@.*/, ''));
} else if (command === 'start') {
  const { start } = manifestOf(repository).scripts;
  // The build is there, and shared with tests that run beside this one.
  execFileSync('sh', ['-c', start.replace('npm run --silent build && ', '')], {
    cwd: repository,
    stdio: 'inherit',
  });
} else if (command !== 'ci') throw new Error(`npm ${command} is not done here`);
