// Builds the image of all of googleapis (npm package google-proto-files) into .cache/, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = join(root, '.cache', 'googleapis');

/** Path of a FileDescriptorSet of every proto in google-proto-files, without source info as Google publishes none. */
export function googleapisImage() {
  const image = join(cache, 'image.binpb');
  if (existsSync(image)) return image;
  mkdirSync(cache, { recursive: true });
  const npm = [
    'install',
    '--prefix',
    cache,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--silent',
  ];
  execFileSync('npm', [...npm, 'google-proto-files@6.0.1'], { stdio: 'inherit' });
  const protos = join(cache, 'node_modules', 'google-proto-files');
  // google/protobuf holds protobuf's own test protos, which do not compile together; buf knows the well-known types.
  const workspace = 'version: v2\nmodules:\n  - path: .\n    excludes: [google/protobuf, node_modules]\n';
  writeFileSync(join(protos, 'buf.yaml'), workspace);
  const require = createRequire(import.meta.url);
  const buf = join(dirname(require.resolve('@bufbuild/buf/package.json')), 'bin', 'buf');
  const args = ['build', protos, '--as-file-descriptor-set', '--exclude-source-info', '-o', image];
  execFileSync(process.execPath, [buf, ...args], { stdio: 'inherit', maxBuffer: 1 << 28 });
  return image;
}
