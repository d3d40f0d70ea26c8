// Fails when gen/ is not what proto/ and buf.gen.yaml generate: compares bytes with a fresh run, without git or a network.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

const fresh = mkdtempSync(join(tmpdir(), 'propylon-gen-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts/gen.mjs'), '--output', fresh], { stdio: 'inherit' });
  const [committed, generated] = [join(root, 'gen'), join(fresh, 'gen')];
  const [have, want] = [new Set(filesBelow(committed)), new Set(filesBelow(generated))];
  const findings = [...new Set([...have, ...want])].sort().flatMap((file) => {
    if (!want.has(file)) return [`gen/${file}: nothing generates it`];
    if (!have.has(file)) return [`gen/${file}: missing`];
    return readFileSync(join(committed, file)).equals(readFileSync(join(generated, file)))
      ? []
      : [`gen/${file}: differs`];
  });
  if (findings.length > 0) {
    console.error(`gen/ is stale:\n  ${findings.join('\n  ')}\nRun "npm run gen" and commit the result.`);
    process.exitCode = 1;
  } else {
    console.log(`gen/ is up to date (${want.size} files)`);
  }
} catch (error) {
  console.error(`gen/ could not be generated: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
