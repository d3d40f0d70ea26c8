import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Path of a server program that a suite wants, or undefined when it is not installed: then the
 * suite skips loudly. Under PROPYLON_REQUIRE_SERVERS (set by .ci/run) a missing program is an error.
 */
export function findServerProgram(name: string, debianPackage: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const text = `${name} is not installed (Debian package ${debianPackage})`;
  if (process.env['PROPYLON_REQUIRE_SERVERS'] !== undefined) throw new Error(text);
  console.warn(`\nSKIPPED: ${text}; the suite against a real ${name} does not run\n`);
  return undefined;
}
