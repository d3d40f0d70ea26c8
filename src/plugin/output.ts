import { defaultCodecOptions } from '../codec/index.js';
import { clientModule, clientRuntime, openApiDocument, printDocument } from '../contract/index.js';
import { buildRegistry, type DescService } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { noRules } from '../httprule/index.js';
import { defaultLimits } from '../limits.js';
import { type Outline, outlineSurface } from '../surface/index.js';
import type { PluginParameters } from './parameters.js';

/** A file to write, relative to the folder of the plugin's output. */
export interface OutputFile {
  readonly name: string;
  readonly content: string;
}

/** What is written, and what is to be said about it. */
interface Written {
  readonly files: readonly OutputFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What is asked for of the services in some files of an image, package by package: "shop.orders.v1.openapi.json",
 * "shop.orders.v1.client.ts"; or of all at once, "openapi.json", "client.ts". Nothing for packages without a route.
 * Diagnostics are of these files only.
 */
export function outputFiles(
  image: Uint8Array,
  files: ReadonlySet<string>,
  parameters: PluginParameters,
): Written {
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
  const own = outline.routes.filter(({ binding }) => files.has(binding.method.parent.file.proto.name));
  const packages = [...new Set(own.map(({ binding }) => binding.method.parent.file.proto.package))];
  const wanted = parameters.merge && packages.length > 0 ? [undefined] : packages;
  const written = parameters.emit.map((output) => {
    const write = { openapi: openApiFiles, client: clientFiles }[output];
    return write(outline, wanted, files, parameters);
  });
  return {
    files: written.flatMap((one) => one.files),
    diagnostics: [
      ...[...linking, ...found].filter(
        ({ locations: [first] }) => first === undefined || files.has(first.file),
      ),
      ...written.flatMap((one) => one.diagnostics),
    ],
  };
}

/** Packages by their names; undefined is all of them. */
type Packages = readonly (string | undefined)[];

function openApiFiles(
  outline: Outline,
  packages: Packages,
  files: ReadonlySet<string>,
  { format, servers, version, audience, title }: PluginParameters,
): Written {
  const made = packages.map((name) => {
    const { document, diagnostics } = openApiDocument(outline, {
      version,
      audience,
      title,
      servers: servers.length === 0 ? undefined : servers,
      limits: defaultLimits,
      includes: isIn(name, files),
    });
    const content = printDocument(document, format);
    return { file: { name: fileName(name, `openapi.${format}`), content }, diagnostics };
  });
  return { files: made.map(({ file }) => file), diagnostics: made.flatMap(({ diagnostics }) => diagnostics) };
}

/** The runtime lies beside the clients, since they have no dependencies. */
function clientFiles(
  outline: Outline,
  packages: Packages,
  files: ReadonlySet<string>,
  { audience }: PluginParameters,
): Written {
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

function isIn(name: string | undefined, files: ReadonlySet<string>) {
  return ({ file: { proto } }: DescService): boolean =>
    files.has(proto.name) && (name === undefined || proto.package === name);
}

function fileName(name: string | undefined, what: string): string {
  return name === undefined || name === '' ? what : `${name}.${what}`;
}
