import type { Settings } from '../config/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { importCodecs } from './import-codecs.js';
import { needsRestart } from './needs-restart.js';
import type { GatewayOptions } from './options.js';
import { gatewayOptionsOf } from './settings.js';

/**
 * The options that settings come to, which are read anew with each reload. `adapt` has the last word on them, each
 * time. Throws DiagnosticsError, as `read` does.
 */
export async function configuredOptions(
  settings: Settings,
  read: () => Settings,
  adapt: (options: GatewayOptions) => GatewayOptions = (options) => options,
): Promise<GatewayOptions> {
  const optionsOf = async (now: Settings): Promise<GatewayOptions> => {
    const codecs = now.codecs === undefined ? {} : { codecs: await importCodecs(now.codecs) };
    return { ...adapt({ ...gatewayOptionsOf(now), ...codecs }), renew };
  };
  const renew = async (): Promise<{ options: GatewayOptions; diagnostics: readonly Diagnostic[] }> => {
    const now = read();
    return { options: await optionsOf(now), diagnostics: needsRestart(settings, now) };
  };
  return optionsOf(settings);
}
