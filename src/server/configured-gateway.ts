import { createGateway, type PropylonGateway } from './create-gateway.js';
import { importCodecs } from './import-codecs.js';
import type { GatewayOptions } from './options.js';
import { gatewayOptionsOf, readSettings } from './settings.js';

/**
 * A gateway as `propylon serve --config FILE` would have it, to be mounted or to answer for a platform: what listens is
 * somebody else's. Variables of the environment count as they do there; `options` count over both.
 * Throws DiagnosticsError with everything that is wrong.
 */
export async function createConfiguredGateway(
  file: string,
  options: GatewayOptions = {},
): Promise<PropylonGateway> {
  const settings = readSettings(file, process.env, {});
  const codecs = settings.codecs === undefined ? {} : { codecs: await importCodecs(settings.codecs) };
  return createGateway({ ...gatewayOptionsOf(settings), ...codecs, ...options });
}
