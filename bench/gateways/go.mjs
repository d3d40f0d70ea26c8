// The Go programs of the bench: copied into the cache, completed with code generated for bench.proto, built.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { cacheFolder, root } from './cache.mjs';
import { Missing } from './missing.mjs';

const plugins = ['protoc-gen-go', 'protoc-gen-go-grpc', 'protoc-gen-grpc-gateway'];
const sources = cacheFolder('go');
const binaries = cacheFolder('bin');

/** "1.26.8"; throws Missing without a Go that can build the bench. */
export function goVersion() {
  const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (!stdout?.startsWith('go')) throw new Missing('Go is not installed');
  return stdout.trim().slice(2);
}

/** The version of a module, as go.mod has it. */
export function moduleVersion(path) {
  const found = new RegExp(`^\\s${path} (v\\S+)`, 'm').exec(
    readFileSync(join(root, 'bench/go/go.mod'), 'utf8'),
  );
  return found?.[1] ?? 'unknown';
}

/** Builds one of the programs; gives its path. */
export function buildGo(name) {
  cpSync(join(root, 'bench/go'), sources, { recursive: true });
  return build(name, `./${name}`);
}

/** Generates the Go code of bench.proto out of an image, without protoc. */
export function generateGo(image) {
  cpSync(join(root, 'bench/go'), sources, { recursive: true });
  const { file: files } = fromBinary(FileDescriptorSetSchema, readFileSync(image));
  for (const plugin of plugins) {
    const program = build(plugin, toolPackage(plugin));
    const request = create(CodeGeneratorRequestSchema, {
      fileToGenerate: ['bench.proto'],
      parameter: 'paths=source_relative,Mbench.proto=propylon.example/bench/gen',
      protoFile: files,
    });
    const answer = execFileSync(program, { input: toBinary(CodeGeneratorRequestSchema, request) });
    const { file: generated, error } = fromBinary(CodeGeneratorResponseSchema, answer);
    if (error) throw new Error(`${plugin}: ${error}`);
    for (const { name, content } of generated) write(join(sources, 'gen', name), content);
  }
}

function toolPackage(plugin) {
  const text = readFileSync(join(root, 'bench/go/go.mod'), 'utf8');
  return new RegExp(`^\\s(\\S+/${plugin})$`, 'm').exec(text)[1];
}

function build(name, target) {
  const program = join(binaries, name);
  try {
    execFileSync('go', ['build', '-o', program, target], { cwd: sources, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Missing(
      `Go cannot build ${name}: ${String(error.stderr ?? error)
        .trim()
        .slice(0, 500)}`,
    );
  }
  return program;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
