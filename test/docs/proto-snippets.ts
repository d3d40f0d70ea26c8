import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateProto } from '../../src/descriptor/validate-proto.js';
import { repository } from './markdown.js';

/** What pieces of protos may import. */
export async function sharedProtos(): Promise<Record<string, string>> {
  const files: Record<string, string> = { [validateProto.path]: await validateProto.text() };
  const gax = join(repository, 'node_modules/google-gax/build/protos');
  for (const path of ['annotations', 'http', 'field_behavior', 'resource', 'client', 'launch_stage'])
    files[`google/api/${path}.proto`] = readFileSync(join(gax, `google/api/${path}.proto`), 'utf8');
  const own = join(repository, 'proto/propylon/v1');
  for (const name of readdirSync(own)) files[`propylon/v1/${name}`] = readFileSync(join(own, name), 'utf8');
  return files;
}

/**
 * A piece of a proto as a file of its own: in a package of its own, with the imports that pages leave out, messages for
 * the types that it names without declaring them, and whatever must stand around an option or a method.
 */
export function protoFile(name: string, piece: string): string {
  if (/^syntax\b/m.test(piece)) return piece;
  const imports = [...piece.matchAll(/^import .*;$/gm)].map(([line]) => line);
  const usual = [
    'google/api/annotations.proto',
    'google/api/field_behavior.proto',
    'google/api/resource.proto',
    'google/protobuf/empty.proto',
    'google/protobuf/field_mask.proto',
    'google/protobuf/timestamp.proto',
    'propylon/v1/annotations.proto',
    validateProto.path,
  ].map((path) => `import "${path}";`);
  const body = placed(piece.replace(/^import .*;$/gm, ''));
  const declared = new Set([...body.matchAll(/\b(?:message|enum|service) (\w+)/g)].map(([, type]) => type));
  const named = [...body.matchAll(/\((?:stream )?([A-Z]\w*)\)|^\s+(?:repeated )?([A-Z]\w*) \w+ = \d+/gm)].map(
    ([, inRpc, inField]) => inRpc ?? inField ?? '',
  );
  const missing = [...new Set(named)].filter((type) => !declared.has(type));
  return [
    'syntax = "proto3";',
    `package docs.${name.replace(/\W/g, '_')};`,
    ...new Set([...imports, ...usual]),
    body,
    ...missing.map((type) => `message ${type} { string name = 1; string parent = 2; string etag = 3; }`),
  ].join('\n');
}

/** Inside of what it can only stand in. */
function placed(piece: string): string {
  const text = piece.trim();
  if (/^option \(propylon\.v1\.method\)|^option \(google\.api\.http\)/.test(text))
    return `service S { rpc Get(GetRequest) returns (Reply) { ${piece} } }`;
  if (/^(?:\/\/.*\n\s*)*rpc\b/.test(text)) return `service S {\n${piece}\n}`;
  if (/^(?:\/\/.*\n\s*)*(?:repeated |optional )?[a-z][\w.]* \w+ = \d+/.test(text))
    return `message M {\n${piece}\n}`;
  return piece;
}
