import { defaultCodecOptions, moduleLines, nearestName } from '../codec/index.js';
import type { DescriptorRegistry } from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { createGateResources } from '../gate/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import { gateHost } from './gate-host.js';
import { load, loadXdsFor, openChannels } from './load.js';
import type { GatewayOptions } from './options.js';

/**
 * Source of an ES module with the functions that the routes of such a gateway transcode with,
 * written ahead of time: what `GatewayOptions.codecs` takes. `types` are messages that it shall
 * have functions of besides: those that travel in a google.protobuf.Any.
 * Throws DiagnosticsError, as createGateway does.
 */
export async function writeCodecs(
  options: GatewayOptions,
  types: readonly string[] = [],
): Promise<{ readonly source: string; readonly diagnostics: readonly Diagnostic[] }> {
  const { lines, diagnostics } = await codecLines(options, types);
  return { source: [...lines].join(''), diagnostics };
}

/** The same line by line, each made when it is asked for: of a thousand services it is more than fits into a string. */
export async function codecLines(
  { codecs: _, ...options }: GatewayOptions,
  types: readonly string[],
): Promise<{ readonly lines: Iterable<string>; readonly diagnostics: readonly Diagnostic[] }> {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const channels = openChannels(limits, await loadXdsFor(options), false);
  const gate = createGateResources(options.gate ?? {}, gateHost(options, limits));
  try {
    const { registry, surface, diagnostics } = await load(options, limits, channels, gate);
    const json = { ...defaultCodecOptions, ...options.json };
    const named = types.flatMap((name) => {
      const subject = registry.message(name) ?? unknownType(registry, name);
      return [
        { subject, direction: 'parse', options: json } as const,
        { subject, direction: 'print', options: json } as const,
      ];
    });
    const wanted = [...surface.routes.flatMap((route) => route.codecs), ...named];
    return { lines: moduleLines(registry.types, wanted), diagnostics };
  } finally {
    await Promise.all([channels.close(), gate.close()]);
  }
}

function unknownType(registry: DescriptorRegistry, name: string): never {
  const names = [...registry.types].flatMap((type) => (type.kind === 'message' ? [type.typeName] : []));
  const near = nearestName(name, names);
  throw new DiagnosticsError([
    {
      severity: 'error',
      code: 'CODECS_TYPE_UNKNOWN',
      text: `No source has a message ${JSON.stringify(name)}.`,
      locations: [],
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    },
  ]);
}
