import {
  configuredOptions,
  createGateway,
  findPrimary,
  type GatewayOptions,
  type Listener,
  type PropylonGateway,
} from '../../server/index.js';
import { createTracer, wantsTracing } from '../../telemetry/index.js';
import { announce, announcementOf, logStart } from '../announcement.js';
import { type DemoFacts, startDemoShop, withDemo } from '../demo-shop.js';
import { earlySignals } from '../early-signals.js';
import { exitCode } from '../exit-code.js';
import type { ListenFlags } from '../flags/listen.js';
import type { SourceFlags } from '../flags/source.js';
import { definedListen, portTrouble } from '../ports.js';
import { logDiagnostics, logReload, openProcessLog } from '../process-log.js';
import { settingsOf } from '../settings.js';
import { stopSignal } from '../stop-signal.js';
import { type ServeRole, serveAsWorker, serveByWorkers } from './serve-workers.js';

export interface ServeFlags extends SourceFlags, ListenFlags {
  readonly demo?: boolean;
}

/** `propylon serve`: resolves with the exit code once a signal has ended it. */
export async function serve(flags: ServeFlags): Promise<number> {
  const primary = await findPrimary();
  const settings = settingsOf(flags);
  const { descriptors, protos, reflect, workers } = settings;
  if (flags.demo !== true && descriptors.length + protos.length + reflect.length === 0) {
    process.stderr.write(
      'There is nothing to serve: name a source with --descriptors, --proto, --reflect or --config, or try --demo.\n',
    );
    return exitCode.usage;
  }
  const log = openProcessLog(settings.log);
  // A worker hears from its primary.
  const onRequest = primary === undefined ? earlySignals() : () => undefined;
  const make = async (
    shop: DemoFacts | undefined,
    sharedMemory?: GatewayOptions['sharedMemory'],
  ): Promise<PropylonGateway> => {
    const tracer = wantsTracing(settings.tracing, process.env)
      ? await createTracer({ ...settings.tracing, warn: log.warn })
      : undefined;
    const add = shop && (await withDemo(shop));
    const adapt = (given: GatewayOptions): GatewayOptions => ({ ...(add?.(given) ?? given), sharedMemory });
    return createGateway({
      ...(await configuredOptions(settings, () => settingsOf(flags), flags.config, adapt)),
      tracer,
      log: log.request,
      warn: log.warn,
      info: log.info,
      logLevels: log.levels,
      watch: flags.watch !== false,
      onReload: (result) => logReload(log, result, flags.verbose === true),
    });
  };
  const role = { flags, settings, log, make, onRequest };
  const code = await (primary !== undefined
    ? serveAsWorker(primary, role)
    : workers === undefined
      ? serveAlone(role)
      : serveByWorkers(workers, role));
  await log.close();
  return code;
}

/** In this process alone. */
async function serveAlone({ flags, settings, log, make, onRequest }: ServeRole): Promise<number> {
  const shop = flags.demo === true ? await startDemoShop() : undefined;
  const gateway = await make(shop?.facts);
  let listener: Listener;
  try {
    listener = await gateway.listen(definedListen(settings.listen));
  } catch (error) {
    await Promise.all([gateway.close(), shop?.close()]);
    return portTrouble(error);
  }
  // Before the announcement: whoever reads it may send a signal at once.
  const stopped = stopSignal(() => process.exit(exitCode.interrupted));
  onRequest('SIGHUP', () => void gateway.reload());
  onRequest('SIGUSR2', () => log.warn('SIGUSR2 replaces workers, and there are none: start with --workers'));
  const announcement = announcementOf(gateway, listener.scheme);
  logDiagnostics(log, announcement.diagnostics, flags.verbose === true);
  await announce(announcement, listener, flags.demo === true);
  logStart(log, announcement, listener);
  await stopped;
  log.info('shutting down: in-flight requests may finish; a second signal ends at once');
  await listener.close();
  await Promise.all([gateway.close(), shop?.close()]);
  return exitCode.fine;
}
