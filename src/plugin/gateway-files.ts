import { defaultCodecOptions, nearestName, type WantedCodec, writeModule } from '../codec/index.js';
import type { DescriptorRegistry } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { outlineCodecs, summarizeOutline } from '../surface/index.js';
import { version } from '../version.js';
import { isIn } from './documents.js';
import { type Asked, fileName, type Written } from './written.js';

/** The route table as JSON: "shop.orders.v1.routes.json". */
export function routesFiles({ outline, packages, files }: Asked): Written {
  return {
    files: packages.map((name) => {
      const isWanted = isIn(name, files);
      const routes = outline.routes.filter(({ binding }) => isWanted(binding.method.parent));
      const table = summarizeOutline({ routes });
      return { name: fileName(name, 'routes.json'), content: `${JSON.stringify(table, undefined, 2)}\n` };
    }),
    diagnostics: [],
  };
}

/**
 * The functions of all routes as one module, since a gateway takes one: "codecs.mjs", and its types. Of further messages
 * where they are named: what travels in a google.protobuf.Any.
 */
export function codecsFiles({ outline, packages, files, parameters }: Asked): Written {
  if (packages.length === 0) return { files: [], diagnostics: [] };
  const { registry } = outline;
  const isWanted = isIn(undefined, files);
  const routes = outline.routes.filter(({ binding }) => isWanted(binding.method.parent));
  const diagnostics: Diagnostic[] = [];
  const named = parameters.types.flatMap((name) => namedCodecs(registry, name, diagnostics));
  return {
    files: [
      { name: 'codecs.mjs', content: writeModule(registry.types, [...outlineCodecs({ routes }), ...named]) },
      { name: 'codecs.d.mts', content: moduleTypes },
    ],
    diagnostics,
  };
}

function namedCodecs(registry: DescriptorRegistry, name: string, diagnostics: Diagnostic[]): WantedCodec[] {
  const subject = registry.message(name);
  if (subject !== undefined)
    return (['parse', 'print'] as const).map((direction) => ({
      subject,
      direction,
      options: defaultCodecOptions,
    }));
  const names = [...registry.types].flatMap((type) => (type.kind === 'message' ? [type.typeName] : []));
  const near = nearestName(name, names);
  diagnostics.push({
    severity: 'error',
    code: 'CODECS_TYPE_UNKNOWN',
    text: `No proto has a message ${JSON.stringify(name)}.`,
    locations: [],
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  });
  return [];
}

const moduleTypes = [
  `// Written by propylon ${version} for createGateway and propylon serve. Do not edit it but write it again.`,
  "import type { CodecModule } from 'propylon';",
  '',
  ...['version', 'types', 'units'].map((name) => `export declare const ${name}: CodecModule['${name}'];`),
  '',
].join('\n');
