import { buildRegistry } from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { defaultLimits } from '../limits.js';
import { type Outline, outlineSurface } from '../surface/index.js';
import { openChannels, readInputs, saidOfSurface } from './load.js';
import type { GatewayOptions } from './options.js';

/** What would be served, and everything that is wrong with it: what cannot be served is not in it. */
export interface LoadedOutline {
  readonly outline: Outline;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the sources for those who look at an API and do not serve it. Nothing is called but to reflect, and no file of
 * keys or codecs is read. Throws DiagnosticsError where a source or a rules file cannot be read.
 */
export async function loadOutline(options: GatewayOptions): Promise<LoadedOutline> {
  const limits = { ...defaultLimits, ...options.limits };
  const channels = openChannels(limits, undefined, false);
  try {
    const inputs = await readInputs(
      { ...options, backends: [] },
      limits,
      channels,
      new AbortController().signal,
    );
    if (inputs.diagnostics.some(({ severity }) => severity === 'error'))
      throw new DiagnosticsError(inputs.diagnostics);
    const { registry, diagnostics: linking } = buildRegistry(inputs.sets);
    const gate = options.gate ?? {};
    const { outline, diagnostics } = outlineSurface({
      ...saidOfSurface(options, registry, inputs.rules),
      gate: {
        hasProviders: Object.keys(gate.authentication?.providers ?? {}).length > 0,
        options: gate,
      },
    });
    return { outline, diagnostics: [...inputs.diagnostics, ...linking, ...diagnostics] };
  } finally {
    await channels.close();
  }
}
