import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultCodecOptions } from '../../src/codec/index.js';
import {
  type ClientBuild,
  type ClientBuildOptions,
  clientModule,
  type OpenApiBuild,
  type OpenApiOptions,
  openApiDocument,
} from '../../src/contract/index.js';
import { buildRegistry } from '../../src/descriptor/index.js';
import { noRules } from '../../src/httprule/index.js';
import { defaultLimits } from '../../src/limits.js';
import { type Outline, type OutlineInput, outlineSurface } from '../../src/surface/index.js';
import { compileProtos } from './compile-protos.js';

/** What an image would serve. */
export function outlineOf(image: Uint8Array, input: Partial<OutlineInput> = {}): Outline {
  const { registry } = buildRegistry([{ label: 'image', binary: image }]);
  return outlineSurface({
    registry,
    rules: noRules,
    codecOptions: defaultCodecOptions,
    methodCodecOptions: [],
    streamDefaults: [],
    timeouts: [],
    errorForm: 'status',
    policies: [],
    gate: { hasProviders: false, options: {} },
    ...input,
  }).outline;
}

/** The OpenAPI document of an outline or an image, by default for everybody in the house. */
export function openApiOf(
  source: Uint8Array | Outline,
  options: Partial<OpenApiOptions> = {},
  input: Partial<OutlineInput> = {},
): OpenApiBuild {
  const outline = source instanceof Uint8Array ? outlineOf(source, input) : source;
  return openApiDocument(outline, {
    version: '3.1',
    audience: 'internal',
    limits: defaultLimits,
    ...options,
  });
}

/** The typed client of an image. */
export function clientOf(image: Uint8Array, options: Partial<ClientBuildOptions> = {}): ClientBuild {
  return clientModule(outlineOf(image), { audience: 'internal', limits: defaultLimits, ...options });
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const imported: Readonly<Record<string, string>> = Object.fromEntries([
  ...['annotations', 'http', 'httpbody', 'field_behavior', 'resource'].map((name) => [
    `google/api/${name}.proto`,
    read(`node_modules/google-gax/build/protos/google/api/${name}.proto`),
  ]),
  [
    'google/longrunning/operations.proto',
    'syntax = "proto3"; package google.longrunning; message Operation { string name = 1; bool done = 3; }',
  ],
  ['propylon/v1/annotations.proto', read('proto/propylon/v1/annotations.proto')],
  ['buf/validate/validate.proto', read('.cache/protos/buf/validate/validate.proto')],
]);

const wellKnown = ['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'].map(
  (name) => `google/protobuf/${name}.proto`,
);
const head = `syntax = "proto3";\n${[...Object.keys(imported), ...wellKnown].map((name) => `import "${name}";`).join('\n')}\n`;

/** Compiles one proto3 file of package t.v1 that may use all that says something of an API. */
export function contractProtos(text: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  return compileProtos({ ...imported, ...more, 't.proto': `${head}package t.v1;\n${text}` });
}

/** The same of several files, which say their packages themselves. */
export function contractFiles(files: Readonly<Record<string, string>>): Uint8Array {
  const own = Object.entries(files).map(([name, text]): [string, string] => [name, `${head}${text}`]);
  return compileProtos({ ...imported, ...Object.fromEntries(own) });
}
