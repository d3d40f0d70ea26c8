import { create, toBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { defaultCodecOptions } from '../codec/index.js';
import { clientModule, clientRuntime, printDocument } from '../contract/index.js';
import { buildRegistry } from '../descriptor/index.js';
import { noRules } from '../httprule/index.js';
import { defaultLimits } from '../limits.js';
import { outlineSurface } from '../surface/index.js';
import { createDocuments, isIn } from './documents.js';
import { codecsFiles, routesFiles } from './gateway-files.js';
import type { Output, PluginParameters } from './parameters.js';
import { llmsFiles, markdownFiles, postmanFiles } from './reader-files.js';
import { type Asked, fileName, type Written } from './written.js';

const writers: Readonly<Record<Output, (asked: Asked) => Written>> = {
  openapi: openApiFiles,
  client: clientFiles,
  markdown: markdownFiles,
  postman: postmanFiles,
  llms: llmsFiles,
  routes: routesFiles,
  codecs: codecsFiles,
};

/**
 * What is asked for of the services in some files, package by package: "shop.orders.v1.openapi.json",
 * "shop.orders.v1.client.ts"; or of all at once, "openapi.json", "client.ts". Nothing for packages without a route.
 * In whatever order files come, the output is the same. Diagnostics are of these files only, each once.
 */
export function outputFiles(
  all: readonly FileDescriptorProto[],
  files: ReadonlySet<string>,
  parameters: PluginParameters,
): Written {
  const file = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const image = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
  const { registry, diagnostics: linking } = buildRegistry([{ label: 'the request', binary: image }]);
  const { outline, diagnostics: found } = outlineSurface({
    registry,
    rules: noRules,
    codecOptions: defaultCodecOptions,
    methodCodecOptions: [],
    streamDefaults: [],
    timeouts: [],
    errorForm: 'status',
    policies: [],
    gate: { hasProviders: false, options: {} },
  });
  const own = outline.routes.filter(({ binding }) => files.has(binding.method.parent.file.proto.name));
  const packages = [...new Set(own.map(({ binding }) => binding.method.parent.file.proto.package))];
  const wanted = parameters.merge && packages.length > 0 ? [undefined] : packages;
  const what = { outline, packages: wanted, files, parameters };
  const asked = { ...what, documents: createDocuments(what) };
  const written = parameters.emit.map((output) => writers[output](asked));
  return {
    files: onceEach(
      written.flatMap((one) => one.files),
      ({ name }) => name,
    ),
    diagnostics: onceEach(
      [
        ...[...linking, ...found].filter(
          ({ locations: [first] }) => first === undefined || files.has(first.file),
        ),
        ...written.flatMap((one) => one.diagnostics),
      ],
      JSON.stringify,
    ),
  };
}

/** The first of each key. */
function onceEach<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(all.toReversed().map((one) => [keyOf(one), one])).values()].toReversed();
}

function openApiFiles(asked: Asked): Written {
  const { format, version } = asked.parameters;
  const made = asked.documents(version);
  return {
    files: made.map(({ name, document }) => ({
      name: fileName(name, `openapi.${format}`),
      content: printDocument(document, format),
    })),
    diagnostics: made.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** The runtime lies beside the clients, since they have no dependencies. */
function clientFiles({ outline, packages, files, parameters: { audience } }: Asked): Written {
  const made = packages.map((name) => {
    const { source, diagnostics } = clientModule(outline, {
      audience,
      limits: defaultLimits,
      includes: isIn(name, files),
    });
    return { file: { name: fileName(name, 'client.ts'), content: source }, diagnostics };
  });
  const runtime = made.length === 0 ? [] : [{ name: 'runtime.ts', content: clientRuntime() }];
  return {
    files: [...made.map(({ file }) => file), ...runtime],
    diagnostics: made.flatMap(({ diagnostics }) => diagnostics),
  };
}
