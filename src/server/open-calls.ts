import { type CodecFactory, createCompiledCodecs } from '../codec/index.js';
import { buildRegistry, type DescMethod, type DescriptorRegistry } from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import { selectorTable } from '../surface/index.js';
import { type Transport, type UpstreamOptions, unknownMethod } from '../upstream/index.js';
import { loadXdsFor, namedBackends, openChannels, readInputs } from './load.js';
import type { GatewayOptions } from './options.js';

/** Descriptors, and what carries calls to the methods in them: a gateway without anything that clients see. */
export interface OpenCalls {
  readonly registry: DescriptorRegistry;
  readonly codecs: CodecFactory;
  readonly limits: Limits;
  /** Warnings and notes of the load. */
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined where no backend is named for the method. */
  transport(method: DescMethod): Transport | undefined;
  close(): Promise<void>;
}

/**
 * Loads the sources of the options; connects to nobody but servers that are asked by reflection. `tls` is how backends
 * are called of which nothing else is said. Throws DiagnosticsError with everything that is wrong.
 */
export async function openCalls(
  { backends = [], ...others }: GatewayOptions,
  tls?: UpstreamOptions['tls'],
): Promise<OpenCalls> {
  const options: GatewayOptions = {
    ...others,
    backends: backends.map((one) => (tls ? { tls, ...one } : one)),
  };
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const channels = openChannels(limits, await loadXdsFor(options), false);
  try {
    const inputs = await readInputs(options, limits, channels, new AbortController().signal, undefined, tls);
    const { registry, diagnostics: linking } = buildRegistry(inputs.sets);
    const diagnostics = [...inputs.diagnostics, ...linking];
    if (diagnostics.some(({ severity }) => severity === 'error')) throw new DiagnosticsError(diagnostics);
    const table = selectorTable(namedBackends(options, inputs, tls));
    return {
      registry,
      codecs: createCompiledCodecs(registry.types, limits),
      limits,
      diagnostics,
      transport(method) {
        const found = table.find(method);
        const path = `/${method.parent.typeName}/${method.name}`;
        return found && channels.retain(found.upstream).channel.method(unknownMethod(path));
      },
      close: () => channels.close(),
    };
  } catch (error) {
    await channels.close();
    throw error;
  }
}
