// The descriptor images that all gateways are made from: bench.proto alone, and among 10,000 routes.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { cacheFolder, root } from './cache.mjs';

const gax = 'node_modules/google-gax/build/protos';

/** Import roots of bench.proto, for whoever compiles it himself. */
export const importRoots = [cacheFolder('proto'), join(root, gax)];

const otherRoutes = Array.from({ length: 9_999 }, (_, n) => `/v1/{name=things${n}/*}`);

/** Writes the files; gives their paths, and the types for making messages. */
export function buildImages() {
  const protos = cacheFolder('proto');
  const folder = cacheFolder('image');
  copyFileSync(join(root, 'bench/bench.proto'), join(protos, 'bench.proto'));
  writeFileSync(join(protos, 'routes.proto'), routesProto());
  const image = join(folder, 'bench.binpb');
  const imageOfRoutes = join(folder, 'routes.binpb');
  const imageWithRules = join(folder, 'rules.binpb');
  // Nothing imports them, but gateways print errors with their types.
  const errors = ['status', 'error_details'].map((name) => join(root, gax, `google/rpc/${name}.proto`));
  buf(image, [join(protos, 'bench.proto'), ...errors]);
  buf(imageOfRoutes, [join(protos, 'bench.proto'), join(protos, 'routes.proto'), ...errors]);
  buildWithRules(imageWithRules, protos, errors);
  const otherTemplates = join(folder, 'routes.txt');
  writeFileSync(otherTemplates, otherRoutes.join('\n'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  return { image, imageOfRoutes, imageWithRules, otherTemplates, registry };
}

/** bench.proto with rules of buf.validate on what scenarios a and b send: no other gateway would understand them. */
function buildWithRules(output, protos, errors) {
  const file = join(protos, 'bench.proto');
  const plain = readFileSync(file, 'utf8');
  const ruled = rules.reduce((text, [field, rule]) => {
    if (!text.includes(`${field};`)) throw new Error(`bench.proto has no ${field}`);
    return text.replace(`${field};`, `${field} [(buf.validate.field).${rule}];`);
  }, plain);
  writeFileSync(file, ruled.replace('\nimport', '\nimport "buf/validate/validate.proto";\nimport'));
  buf(output, [file, ...errors]);
  writeFileSync(file, plain);
}

const rules = [
  ['message GetProductRequest {\n  string name = 1', 'string.pattern = "^products/[a-z0-9-]{1,63}$"'],
  ['  Product product = 1', 'required = true'],
  ['  string display_name = 2', 'string = { min_len: 1 max_len: 200 }'],
  ['  repeated string tags = 5', 'repeated = { max_items: 20 items: { string: { max_len: 40 } } }'],
  ['  double rating = 8', 'double = { gte: 0 lte: 5 }'],
];

function buf(output, paths) {
  const included = ['google/api', 'google/rpc'].map((folder) => `${gax}/${folder}`);
  const excluded = ['expr', 'servicecontrol', 'servicemanagement', 'serviceusage', 'apikeys', 'cloudquotas'];
  const config = {
    version: 'v2',
    modules: [
      { path: '.cache/bench/proto' },
      // buf/validate, as "npm ci" writes it.
      { path: '.cache/protos' },
      { path: gax, includes: included, excludes: excluded.map((folder) => `${gax}/google/api/${folder}`) },
    ],
  };
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/@bufbuild/buf/bin/buf'),
      'build',
      '.',
      ...['--config', JSON.stringify(config)],
      ...paths.flatMap((path) => ['--path', path]),
      '--as-file-descriptor-set',
      ...['--output', output],
    ],
    { cwd: root, stdio: 'inherit' },
  );
}

function routesProto() {
  const methods = otherRoutes.map(
    (template, n) =>
      `  rpc Get${n}(GetProductRequest) returns (Product) { option (google.api.http) = { get: "${template}" }; }`,
  );
  return [
    'syntax = "proto3";',
    'package bench.shop.v1;',
    'import "google/api/annotations.proto";',
    'import "bench.proto";',
    'service Others {',
    ...methods,
    '}',
    '',
  ].join('\n');
}
