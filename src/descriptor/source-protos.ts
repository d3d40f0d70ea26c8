import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { FileDigests } from './file-digests.js';
import { packageFile } from './policy-annotation.js';
import type { DescriptorSource } from './source.js';
import { validateProto } from './validate-proto.js';
import { type Seen, watchContent } from './watch.js';

/**
 * Directories of .proto files, each an import root, compiled together by the buf that npm installed:
 * one truth with CI, no network. google/api, iam, longrunning, rpc and type and buf/validate
 * need not be among them: they come out of npm's google-gax and @bufbuild/protovalidate; nor need
 * propylon/v1/annotations.proto, which lies in this package.
 */
export function protosSource(directories: readonly string[]): DescriptorSource {
  return {
    label: `protos ${directories.join(', ')}`,
    watch: (changed, host) => {
      const digests = new FileDigests(host.clock);
      return watchContent(() => seenBelow(directories, digests), host, changed);
    },
    load: async (signal) => {
      const workspace = await mkdtemp(join(tmpdir(), 'propylon-protos-'));
      try {
        const modules = await layOut(directories, workspace);
        return await compile(workspace, modules, signal);
      } finally {
        await rm(workspace, { recursive: true, force: true });
      }
    },
  };
}

/** A folder of the scratch workspace and the directory it was copied from. */
interface Module {
  readonly name: string;
  readonly directory: string;
}

/** buf takes no modules outside its workspace, so the protos are copied into one. */
async function layOut(directories: readonly string[], workspace: string): Promise<Module[]> {
  const modules: Module[] = [];
  const present = new Set<string>();
  for (const [index, directory] of directories.entries()) {
    const name = `m${index}`;
    const protos = await protosBelow(directory);
    for (const proto of protos) {
      present.add(proto);
      await mkdir(dirname(join(workspace, name, proto)), { recursive: true });
      await copyFile(join(directory, proto), join(workspace, name, proto));
    }
    modules.push({ name, directory });
  }
  const common = await copyCommonProtos(workspace, modules, present);
  const all = common === undefined ? modules : [...modules, common];
  const yaml = ['version: v2', 'modules:', ...all.map((module) => `  - path: ${module.name}`), ''];
  await writeFile(join(workspace, 'buf.yaml'), yaml.join('\n'));
  return all;
}

async function protosBelow(directory: string): Promise<string[]> {
  const isDirectory = await stat(directory)
    .then((s) => s.isDirectory())
    .catch(() => false);
  if (!isDirectory)
    throw unreadable(
      directory,
      `${directory} is not a directory.`,
      'Name the folder that imports are relative to.',
    );
  const { protos } = await walked(directory);
  if (protos.length === 0)
    throw unreadable(
      directory,
      `There is no .proto file below ${directory}.`,
      'Name the folder that imports are relative to.',
    );
  return protos;
}

/** The .proto files below a directory, relative to it and in order, and the folders that they may lie in. */
async function walked(directory: string): Promise<{ readonly protos: string[]; readonly folders: string[] }> {
  const protos: string[] = [];
  const folders: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    folders.push(folder);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        await walk(path);
      // ConfigMaps are folders of links.
      else if ((entry.isFile() || entry.isSymbolicLink()) && entry.name.endsWith('.proto'))
        protos.push(relative(directory, path).replaceAll('\\', '/'));
    }
  };
  await walk(directory);
  return { protos: protos.sort(), folders };
}

/** All that is compiled of some directories. */
async function seenBelow(directories: readonly string[], digests: FileDigests): Promise<Seen> {
  const hash = createHash('sha256');
  const versions = createHash('sha256');
  try {
    const all = await Promise.all(directories.map(walked));
    for (const [index, { protos }] of all.entries()) {
      const directory = directories[index] ?? '';
      for (const proto of protos) {
        const { digest, version } = await digests.of(join(directory, proto));
        hash.update(JSON.stringify([directory, proto, digest]));
        versions.update(JSON.stringify([directory, proto, version]));
      }
    }
    return {
      digest: hash.digest('base64url'),
      version: versions.digest('base64url'),
      folders: all.flatMap(({ folders }) => folders),
    };
  } catch {
    return { digest: undefined, version: '', folders: directories };
  }
}

/** Adds what the given protos import from the common protos and do not bring themselves. */
async function copyCommonProtos(
  workspace: string,
  modules: readonly Module[],
  present: Set<string>,
): Promise<Module | undefined> {
  const name = 'common';
  const pending: string[] = [];
  const collect = async (file: string): Promise<void> => {
    for (const match of (await readFile(file, 'utf8')).matchAll(
      /^\s*import\s+(?:public\s+|weak\s+)?"([^"]+)"/gm,
    )) {
      const path = match[1] ?? '';
      if (
        (/^google\/(api|iam|longrunning|rpc|type)\/[\w/.]+$/.test(path) ||
          path === validateProto.path ||
          path === annotationsProto) &&
        !path.includes('..') &&
        !present.has(path)
      ) {
        present.add(path);
        pending.push(path);
      }
    }
  };
  for (const module of modules) {
    for (const proto of await protosBelow(module.directory))
      await collect(join(workspace, module.name, proto));
  }
  let copied = 0;
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const text = await commonProto(path);
    if (text === undefined) continue;
    const to = join(workspace, name, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, text);
    await collect(to);
    copied++;
  }
  return copied === 0 ? undefined : { name, directory: name };
}

/** The policy annotations, which lie in this package. */
const annotationsProto = 'propylon/v1/annotations.proto';

/** Undefined when the package that has the file is not installed: then buf names the import it misses. */
async function commonProto(path: string): Promise<string | undefined> {
  try {
    if (path === validateProto.path) return await validateProto.text();
    if (path === annotationsProto) return await readFile(packageFile('proto', path), 'utf8');
    const gax = resolvePackage('google-gax');
    return gax === undefined ? undefined : await readFile(join(gax, 'build', 'protos', path), 'utf8');
  } catch {
    return undefined;
  }
}

/** Folder of an installed package, whether or not it exports its package.json. */
function resolvePackage(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    try {
      let folder = dirname(require.resolve(name));
      while (basename(folder) !== name && folder !== dirname(folder)) folder = dirname(folder);
      return folder;
    } catch {
      return undefined;
    }
  }
}

/** One line of `buf build --error-format json`. */
interface BufProblem {
  readonly path?: string;
  readonly start_line?: number;
  readonly start_column?: number;
  readonly message?: string;
}

/** All of googleapis is 21 MB. */
const imageBytesMax = 256 * 1024 * 1024;

async function compile(
  workspace: string,
  modules: readonly Module[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const buf = resolvePackage('@bufbuild/buf');
  if (buf === undefined) {
    throw unreadable(
      modules[0]?.directory ?? '',
      'Compiling .proto files needs buf, which is not installed.',
      'npm install @bufbuild/buf google-gax@5 @bufbuild/protovalidate, or give a built image with --descriptors.',
    );
  }
  const image = join(workspace, 'image.binpb');
  const args = [
    join(buf, 'bin', 'buf'),
    'build',
    workspace,
    '--as-file-descriptor-set',
    '--error-format',
    'json',
    '-o',
    image,
  ];
  const failure = await new Promise<string | undefined>((resolve) => {
    execFile(
      process.execPath,
      args,
      {
        cwd: workspace,
        signal,
        maxBuffer: imageBytesMax,
        env: { ...process.env, BUF_CACHE_DIR: join(workspace, '.cache') },
      },
      (error, stdout, stderr) => resolve(error === null ? undefined : `${stdout}\n${stderr}`),
    );
  });
  signal.throwIfAborted();
  if (failure !== undefined) throw new DiagnosticsError(problems(failure, workspace, modules));
  return readFile(image);
}

function problems(output: string, workspace: string, modules: readonly Module[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of output.split('\n').filter((text) => text.trim() !== '')) {
    const problem = parseProblem(line);
    if (problem === undefined) {
      // Not a finding in a file: buf's own words, without our scratch folder.
      const text = line.replaceAll(`${workspace}/`, '').replace(/^Failure: /, '');
      if (!text.startsWith('npm warn'))
        found.push({ severity: 'error', code: 'SOURCE_UNREADABLE', text, locations: [] });
      continue;
    }
    found.push({
      severity: 'error',
      code: 'SOURCE_UNREADABLE',
      text: problem.message ?? 'The file does not compile.',
      locations: [
        {
          file: originalPath(problem.path ?? '', workspace, modules),
          line: problem.start_line ?? 0,
          column: problem.start_column ?? 0,
        },
      ],
    });
  }
  return found;
}

function parseProblem(line: string): BufProblem | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** "…/m0/shop/a.proto" in the scratch workspace → the file the user knows. */
function originalPath(path: string, workspace: string, modules: readonly Module[]): string {
  const marker = `${basename(workspace)}/`;
  const inside = path.includes(marker) ? path.slice(path.indexOf(marker) + marker.length) : path;
  const module = modules.find((candidate) => inside.startsWith(`${candidate.name}/`));
  return module === undefined ? inside : join(module.directory, inside.slice(module.name.length + 1));
}

function unreadable(file: string, text: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([
    { severity: 'error', code: 'SOURCE_UNREADABLE', text, locations: [{ file, line: 0, column: 0 }], hint },
  ]);
}
