import type { Settings } from '../config/index.js';
import { createTracer, type FunctionPlatform, type Tracer, wantsTracing } from '../telemetry/index.js';
import { configuredOptions } from './configured-options.js';
import { createGateway, type PropylonGateway } from './create-gateway.js';
import type { GatewayOptions } from './options.js';
import { readSettings } from './settings.js';

/**
 * A gateway as `propylon serve --config FILE` would have it, to be mounted or to answer for a platform: what listens is
 * somebody else's. It is traced as `tracing` of the file and OTEL_* say, unless a tracer is given; `platform` is what
 * spans say of where they come from. Variables of the environment count as they do there; `options` count over both.
 * Throws DiagnosticsError with everything that is wrong.
 */
export async function createConfiguredGateway(
  file: string,
  options: GatewayOptions = {},
  platform?: FunctionPlatform,
): Promise<PropylonGateway> {
  const read = (): Settings => readSettings(file, process.env, {});
  const settings = read();
  const { tracer = await tracerOf(settings, options, platform) } = options;
  try {
    const adapt = (configured: GatewayOptions): GatewayOptions => ({ ...configured, ...options, tracer });
    return await createGateway(await configuredOptions(settings, read, file, adapt));
  } catch (error) {
    await tracer?.close();
    throw error;
  }
}

async function tracerOf(
  { tracing }: Settings,
  { warn }: GatewayOptions,
  platform: FunctionPlatform | undefined,
): Promise<Tracer | undefined> {
  if (!wantsTracing(tracing, process.env)) return undefined;
  return createTracer({ ...tracing, ...(warn && { warn }), platform });
}
