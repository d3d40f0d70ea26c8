import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../node_modules/google-gax/build/protos/', import.meta.url));

/** google/api/annotations.proto and what it imports, for `compileProtos`. */
export function httpAnnotations(): Readonly<Record<string, string>> {
  const names = ['google/api/annotations.proto', 'google/api/http.proto', 'google/api/httpbody.proto'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]));
}
