import type { Settings } from '../config/index.js';
import { configuredOptions } from './configured-options.js';
import { createGateway, type PropylonGateway } from './create-gateway.js';
import type { GatewayOptions } from './options.js';
import { readSettings } from './settings.js';

/**
 * A gateway as `propylon serve --config FILE` would have it, to be mounted or to answer for a platform: what listens is
 * somebody else's. Variables of the environment count as they do there; `options` count over both.
 * Throws DiagnosticsError with everything that is wrong.
 */
export async function createConfiguredGateway(
  file: string,
  options: GatewayOptions = {},
): Promise<PropylonGateway> {
  const read = (): Settings => readSettings(file, process.env, {});
  return createGateway(
    await configuredOptions(read(), read, file, (configured) => ({ ...configured, ...options })),
  );
}
