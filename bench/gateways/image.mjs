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
  // Nothing imports them, but gateways print errors with their types.
  const errors = ['status', 'error_details'].map((name) => join(root, gax, `google/rpc/${name}.proto`));
  buf(image, [join(protos, 'bench.proto'), ...errors]);
  buf(imageOfRoutes, [join(protos, 'bench.proto'), join(protos, 'routes.proto'), ...errors]);
  const otherTemplates = join(folder, 'routes.txt');
  writeFileSync(otherTemplates, otherRoutes.join('\n'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  return { image, imageOfRoutes, otherTemplates, registry };
}

function buf(output, paths) {
  const included = ['google/api', 'google/rpc'].map((folder) => `${gax}/${folder}`);
  const excluded = ['expr', 'servicecontrol', 'servicemanagement', 'serviceusage', 'apikeys', 'cloudquotas'];
  const config = {
    version: 'v2',
    modules: [
      { path: '.cache/bench/proto' },
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
