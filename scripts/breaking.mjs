// Says what proto/ breaks for callers of another revision, of gRPC and then of REST, offline: its committed image is the
// other side. Needs the build.
//
//   npm run breaking             against main
//   npm run breaking -- v0.1.0   against a tag, branch or commit
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const revision = process.argv[2] ?? 'main';
const directory = mkdtempSync(join(tmpdir(), 'propylon-breaking-'));
try {
  const image = execFileSync('git', ['show', `${revision}:gen/image.binpb`], {
    cwd: root,
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const against = join(directory, 'image.binpb');
  writeFileSync(against, image);
  const buf = join(root, 'node_modules/@bufbuild/buf/bin/buf');
  execFileSync(process.execPath, [buf, 'breaking', 'proto', '--against', against], {
    cwd: root,
    stdio: 'inherit',
  });
  const cli = join(root, 'dist/src/cli/main.js');
  const known = ['--baseline', 'proto/check-baseline.json'];
  execFileSync(process.execPath, [cli, 'check', '--proto', 'proto', '--against', against, ...known], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`nothing in proto/ breaks callers of ${revision}`);
} catch {
  // git, buf or propylon has said what is wrong.
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
