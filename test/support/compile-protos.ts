import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const buf = fileURLToPath(new URL('../../node_modules/.bin/buf', import.meta.url));

/**
 * Compiles protos with the bundled buf, without a network.
 *
 * `compileProtos({ 'a.proto': 'syntax = "proto3"; …' })` → bytes of a FileDescriptorSet with
 * imports and source info. Only google/protobuf/*.proto can be imported besides the given files.
 * Throws with the compiler's output when a file does not compile.
 */
export function compileProtos(files: Readonly<Record<string, string>>): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), 'protos-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = join(directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const image = join(directory, 'image.binpb');
    const run = spawnSync(buf, ['build', '--as-file-descriptor-set', '-o', image, directory], {
      encoding: 'utf8',
      cwd: directory,
      env: { ...process.env, BUF_CACHE_DIR: join(directory, '.cache') },
    });
    if (run.status !== 0) {
      throw new Error(`buf build failed: ${run.error?.message ?? ''}${run.stderr}${run.stdout}`);
    }
    return new Uint8Array(readFileSync(image));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
