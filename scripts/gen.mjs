// Generates gen/ from proto/, offline: TypeScript by ts-proto, the descriptor image by buf, the lock of the surface.
//
//   node scripts/gen.mjs                 into gen/
//   node scripts/gen.mjs --output DIR    into DIR/gen/, for check-gen.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { output: { type: 'string', default: root } } });
const output = resolve(values.output);

// The start file of npm's package, so that this runs the same from any shell and without npx.
const buf = (...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules/@bufbuild/buf/bin/buf'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });

const propylon = (...args) =>
  execFileSync(process.execPath, [join(root, 'dist/src/cli/main.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });

try {
  mkdirSync(join(output, 'gen'), { recursive: true });
  buf('generate', '--output', output);
  buf('build', 'proto', '--output', join(output, 'gen/image.binpb'));
  const annotations = join(output, 'gen/annotations.binpb');
  buf('build', 'proto', '--path', 'proto/propylon', '--exclude-source-info', '--output', annotations);
  propylon(
    'surface',
    '--descriptors',
    join(output, 'gen/image.binpb'),
    '--out',
    join(output, 'gen/surface.lock'),
  );
} catch {
  // Whoever failed has said what is wrong, with file, line and column.
  process.exitCode = 1;
}
