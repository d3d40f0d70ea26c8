import { defaultCodecOptions } from '../codec/index.js';
import { openApiDocument, printDocument } from '../contract/index.js';
import { buildRegistry } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { noRules } from '../httprule/index.js';
import { defaultLimits } from '../limits.js';
import { outlineSurface } from '../surface/index.js';
import type { PluginParameters } from './parameters.js';

/** A file to write, relative to the folder of the plugin's output. */
export interface OutputFile {
  readonly name: string;
  readonly content: string;
}

/**
 * The OpenAPI documents of the services in some files of an image: one for each package, "shop.orders.v1.openapi.json",
 * or one of all, "openapi.json". None for packages without a route. Diagnostics are of these files only.
 */
export function openApiFiles(
  image: Uint8Array,
  files: ReadonlySet<string>,
  { merge, format, servers, ...parameters }: PluginParameters,
): { readonly files: readonly OutputFile[]; readonly diagnostics: readonly Diagnostic[] } {
  const { registry, diagnostics: linking } = buildRegistry([{ label: 'the request', binary: image }]);
  const { outline, diagnostics: found } = outlineSurface({
    registry,
    rules: noRules,
    codecOptions: defaultCodecOptions,
    methodCodecOptions: [],
    streamDefaults: [],
    errorForm: 'status',
    policies: [],
    gate: { hasProviders: false, options: {} },
  });
  const diagnostics = [...linking, ...found].filter(
    ({ locations: [first] }) => first === undefined || files.has(first.file),
  );
  const own = outline.routes.filter(({ binding }) => files.has(binding.method.parent.file.proto.name));
  const packages = [...new Set(own.map(({ binding }) => binding.method.parent.file.proto.package))];
  const options = {
    ...parameters,
    servers: servers.length === 0 ? undefined : servers,
    limits: defaultLimits,
  };
  const documents = (merge && packages.length > 0 ? [undefined] : packages).map((name) => {
    const { document, diagnostics: leftOut } = openApiDocument(outline, {
      ...options,
      includes: ({ file: { proto } }) =>
        files.has(proto.name) && (name === undefined || proto.package === name),
    });
    diagnostics.push(...leftOut);
    const prefix = name === undefined || name === '' ? '' : `${name}.`;
    return { name: `${prefix}openapi.${format}`, content: printDocument(document, format) };
  });
  return { files: documents, diagnostics };
}
