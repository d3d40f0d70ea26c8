import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../node_modules/google-gax/build/protos/', import.meta.url));

/** google/api/annotations.proto and what it imports, and further files of google/api, for `compileProtos`. */
export function httpAnnotations(...more: readonly string[]): Readonly<Record<string, string>> {
  const names = ['annotations', 'http', 'httpbody', ...more].map((name) => `google/api/${name}.proto`);
  return Object.fromEntries(names.map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]));
}
