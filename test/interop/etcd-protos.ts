import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = join(dirname(createRequire(import.meta.url).resolve('etcd3/package.json')), 'proto');
const read = (name: string): string =>
  readFileSync(join(folder, name), 'utf8').replaceAll('import "./', 'import "');

/** One method's rule as it stands in etcd's own annotation: verb, path and body per binding. */
interface AnnotatedRule {
  readonly selector: string;
  readonly bindings: readonly Readonly<Record<string, string>>[];
}

/** Start and end of each `option (google.api.http) = {…};`, braces matched. */
function annotations(text: string): { readonly start: number; readonly end: number }[] {
  const found = [];
  for (const match of text.matchAll(/option\s*\(google\.api\.http\)\s*=\s*\{/g)) {
    let depth = 1;
    let end = match.index + match[0].length;
    for (; depth > 0; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
    while (text[end] === ';' || text[end] === ' ') end++;
    found.push({ start: match.index, end });
  }
  return found;
}

function annotatedRules(text: string): AnnotatedRule[] {
  return annotations(text).map(({ start, end }) => {
    const before = text.slice(0, start);
    const service = [...before.matchAll(/^service\s+(\w+)/gm)].at(-1)?.[1];
    const method = [...before.matchAll(/rpc\s+(\w+)/g)].at(-1)?.[1];
    const bindings = text
      .slice(start, end)
      .split('additional_bindings')
      .map((part) =>
        Object.fromEntries([...part.matchAll(/(\w+)\s*:\s*"([^"]*)"/g)].map((m) => [m[1], m[2]])),
      );
    return { selector: `etcdserverpb.${service}.${method}`, bindings };
  });
}

/**
 * Writes etcd's protos (npm package etcd3) into `directory` in a form that buf compiles: the
 * annotated form lacks the import of google/api/annotations.proto upstream.
 */
export function writeAnnotatedProtos(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const name of ['kv.proto', 'auth.proto']) writeFileSync(join(directory, name), read(name));
  const rpc = read('rpc.proto').replace(/^(package .*;)$/m, '$1\nimport "google/api/annotations.proto";');
  writeFileSync(join(directory, 'rpc.proto'), rpc);
}

/** The same protos with every annotation cut out, by name. */
export function plainProtos(): Readonly<Record<string, string>> {
  const rpc = read('rpc.proto');
  let plain = rpc;
  for (const { start, end } of annotations(rpc).reverse()) plain = plain.slice(0, start) + plain.slice(end);
  return { 'kv.proto': read('kv.proto'), 'auth.proto': read('auth.proto'), 'rpc.proto': plain };
}

/** Writes them, and their rules as a google.api.Service file. */
export function writePlainProtosAndRules(directory: string, rulesFile: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(plainProtos())) writeFileSync(join(directory, name), text);

  const yaml = ['type: google.api.Service', 'config_version: 3', 'http:', '  rules:'];
  for (const { selector, bindings } of annotatedRules(read('rpc.proto'))) {
    const [main = {}, ...others] = bindings;
    yaml.push(
      `  - selector: ${selector}`,
      ...Object.entries(main).map(([key, value]) => `    ${key}: "${value}"`),
    );
    if (others.length > 0) yaml.push('    additional_bindings:');
    for (const other of others) {
      yaml.push(
        ...Object.entries(other).map(([key, value], i) => `    ${i === 0 ? '-' : ' '} ${key}: "${value}"`),
      );
    }
  }
  writeFileSync(rulesFile, `${yaml.join('\n')}\n`);
}
