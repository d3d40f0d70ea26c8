import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** No secret: it stands in the lines that the demo prints. */
export const clerkKey = 'demo-clerk';

/** The key file of the demo, in a folder of its own until `remove`. */
export interface DemoKeys {
  readonly file: string;
  remove(): void;
}

/** Writes a file with the one API key of the demo: a clerk who may write to the catalog. */
export function writeDemoKeys(): DemoKeys {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-demo-'));
  const file = join(folder, 'keys.json');
  const hash = `sha256:${createHash('sha256').update(clerkKey).digest('hex')}`;
  const clerk = { id: 'clerk', hash, subject: 'clerk', scopes: ['catalog.write'] };
  writeFileSync(file, JSON.stringify({ keys: [clerk] }));
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
