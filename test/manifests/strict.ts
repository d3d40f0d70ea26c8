import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { moduleOf } from './kinds.js';
import { type Manifest, nameOf } from './manifest.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Fields that a kind does not have, which a schema would let through and a cluster would drop: each manifest is
 * given to the TypeScript compiler as a literal of its kind's type.
 */
export async function unknownFields(manifests: readonly Manifest[]): Promise<string[]> {
  const typed = manifests.flatMap((manifest) => {
    const module = moduleOf(manifest);
    return module === undefined ? [] : [{ manifest, module }];
  });
  // One manifest a line, so that a line says whose it is.
  const lines = typed.map(
    ({ manifest, module }, index) =>
      `export const m${index}: import('${module}').I${manifest.kind} = ${JSON.stringify(manifest)};`,
  );
  const folder = `${root}.cache/manifests/typed-${process.pid}/`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(`${folder}manifests.ts`, `${lines.join('\n')}\n`);
    writeFileSync(
      `${folder}tsconfig.json`,
      JSON.stringify({
        compilerOptions: {
          module: 'esnext',
          moduleResolution: 'bundler',
          target: 'es2023',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: [],
        },
        files: ['manifests.ts'],
      }),
    );
    const output = await compile(folder);
    return [...output.matchAll(/manifests\.ts\((\d+),\d+\): error \w+: (.*)/g)].map(([, line, text = '']) => {
      const found = typed[Number(line) - 1];
      return `${found === undefined ? '?' : nameOf(found.manifest)}: ${text}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the compiler prints about the project of a folder. */
function compile(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [`${root}node_modules/typescript/bin/tsc`, '-p', folder],
      (error, stdout, stderr) => {
        // 2: it found something, which is what it is asked for.
        if (error !== null && error.code !== 1 && error.code !== 2) reject(new Error(stderr));
        else resolve(stdout);
      },
    );
  });
}
