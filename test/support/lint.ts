import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { defaultCodecOptions } from '../../src/codec/index.js';
import { type CheckSettings, checkOutline, type Finding } from '../../src/contract/index.js';
import { buildRegistry } from '../../src/descriptor/index.js';
import { validateProto } from '../../src/descriptor/validate-proto.js';
import { noRules } from '../../src/httprule/index.js';
import { outlineSurface } from '../../src/surface/index.js';
import { compileProtos } from './compile-protos.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const gax = 'node_modules/google-gax/build/protos/';
const api = ['annotations', 'http', 'field_behavior', 'resource'].map((name) => `google/api/${name}.proto`);
const imported: Readonly<Record<string, string>> = {
  ...Object.fromEntries(api.map((name) => [name, read(`${gax}${name}`)])),
  'propylon/v1/annotations.proto': read('proto/propylon/v1/annotations.proto'),
  [validateProto.path]: await validateProto.text(),
};
const wellKnown = ['any', 'empty', 'field_mask', 'struct', 'timestamp'].map(
  (name) => `google/protobuf/${name}.proto`,
);
const imports = [...Object.keys(imported), ...wellKnown].map((name) => `import "${name}";`).join(' ');

/**
 * Compiles many small APIs at once, and gives the image of each: a file of proto3 in the package `a.v1`, `b.v1`, …
 * whose first line is its package statement.
 */
export function manyImages(texts: readonly string[]): readonly Uint8Array[] {
  const names = texts.map((_, index) => `case${index}`);
  const files = texts.map((text, index): [string, string] => [
    `${names[index]}.proto`,
    `syntax = "proto3"; package ${names[index]}.v1; ${imports}\n${text}`,
  ]);
  const all = fromBinary(
    FileDescriptorSetSchema,
    compileProtos({ ...imported, ...Object.fromEntries(files) }),
  );
  return names.map((name) => {
    const file = all.file.filter((one) => !/^case\d/.test(one.name) || one.name === `${name}.proto`);
    return toBinary(FileDescriptorSetSchema, { ...all, file });
  });
}

/** What a check of an image finds, alone. */
export function checked(
  image: Uint8Array,
  settings: CheckSettings = {},
  policies: Parameters<typeof outlineSurface>[0]['policies'] = [],
): { readonly findings: readonly Finding[]; readonly ignoredCount: number } {
  const { registry, diagnostics: linking } = buildRegistry([{ label: 'image', binary: image }]);
  const { outline, diagnostics } = outlineSurface({
    registry,
    rules: noRules,
    codecOptions: defaultCodecOptions,
    methodCodecOptions: [],
    streamDefaults: [],
    timeouts: [],
    errorForm: 'status',
    policies,
    gate: { hasProviders: false, options: {} },
  });
  return checkOutline({ outline, diagnostics: [...linking, ...diagnostics], before: undefined, settings });
}
