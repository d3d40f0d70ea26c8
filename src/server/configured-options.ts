import type { Settings } from '../config/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { importCodecs } from './import-codecs.js';
import { needsRestart } from './needs-restart.js';
import type { GatewayOptions } from './options.js';
import { gatewayOptionsOf } from './settings.js';

/**
 * The options that settings come to, which are read anew with each reload. `file` is where they were read from, if
 * anywhere; `adapt` has the last word on them, each time. Throws DiagnosticsError, as `read` does.
 */
export async function configuredOptions(
  settings: Settings,
  read: () => Settings,
  file: string | undefined,
  adapt: (options: GatewayOptions) => GatewayOptions = (options) => options,
): Promise<GatewayOptions> {
  const optionsOf = async (now: Settings): Promise<GatewayOptions> => {
    const codecs = now.codecs === undefined ? {} : { codecs: await importCodecs(now.codecs) };
    const files = [file, now.codecs].filter((name) => name !== undefined);
    return { ...adapt({ ...gatewayOptionsOf(now), ...codecs, files }), renew };
  };
  const renew = async (): Promise<{ options: GatewayOptions; diagnostics: readonly Diagnostic[] }> => {
    const now = read();
    return { options: await optionsOf(now), diagnostics: needsRestart(settings, now) };
  };
  return optionsOf(settings);
}
