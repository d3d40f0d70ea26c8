import type { Settings } from '../../config/index.js';
import {
  type Ending,
  type GatewayOptions,
  gatewayOptionsOf,
  type Primary,
  type PrimaryLink,
  type PropylonGateway,
  startPrimary,
  workerCount,
} from '../../server/index.js';
import type { Log } from '../../telemetry/index.js';
import { type Announcement, announce, announcementOf, logStart } from '../announcement.js';
import { type DemoFacts, startDemoShop } from '../demo-shop.js';
import type { OnRequest } from '../early-signals.js';
import { exitCode } from '../exit-code.js';
import { definedListen, portTrouble } from '../ports.js';
import { logDiagnostics } from '../process-log.js';
import { stopSignal } from '../stop-signal.js';
import type { ServeFlags } from './serve.js';

/** What all processes of `propylon serve` have in common. */
export interface ServeRole {
  readonly flags: ServeFlags;
  readonly settings: Settings;
  readonly log: Log;
  readonly onRequest: OnRequest;
  readonly make: (
    shop: DemoFacts | undefined,
    sharedMemory?: GatewayOptions['sharedMemory'],
  ) => Promise<PropylonGateway>;
}

/** The primary: starts workers that run this command with the same arguments, and serves nothing itself. */
export async function serveByWorkers(wanted: number | 'auto', role: ServeRole): Promise<number> {
  const shop = role.flags.demo === true ? await startDemoShop() : undefined;
  try {
    return await guideWorkers(workerCount(wanted), role, shop?.facts);
  } catch (error) {
    return portTrouble(error);
  } finally {
    await shop?.close();
  }
}

async function guideWorkers(
  count: number,
  { flags, settings, log, onRequest }: ServeRole,
  context: DemoFacts | undefined,
): Promise<number> {
  const [, main = '', ...args] = process.argv;
  const listen = definedListen(settings.listen);
  const warn = (text: string): void => log.warn(text);
  const { limits = {} } = gatewayOptionsOf(settings);
  const primary = await startPrimary({ count, main, args, listen, limits, context, warn });
  if ('how' in primary) return uselessWorker(primary);
  // Before the announcement: whoever reads it may send a signal at once.
  const stopped = stopSignal(() => {
    primary.kill();
    process.exit(exitCode.interrupted);
  });
  onRequest(
    'SIGHUP',
    () => void primary.reload().catch((error: unknown) => log.warn('SIGHUP: not reloaded', error)),
  );
  onRequest('SIGUSR2', () => void roll(primary, log));
  // Made by `announcementOf` in the worker, which runs this command.
  const announcement = { ...(primary.announcement as Announcement), workers: count };
  logDiagnostics(log, announcement.diagnostics, flags.verbose === true);
  await announce(announcement, primary, flags.demo === true);
  logStart(log, announcement, primary);
  const code = await Promise.race([stopped, primary.hopeless.then(uselessWorker)]);
  log.info('shutting down: in-flight requests may finish; a second signal ends at once');
  await primary.close();
  return code ?? exitCode.fine;
}

async function roll(primary: Primary, log: Log): Promise<void> {
  log.info('SIGUSR2: workers are replaced, one after another');
  const problem = await primary.roll();
  if (problem === undefined) log.info('all workers are new');
  else log.warn(`${problem}: the others go on as they are`);
}

/** A worker: serves what its primary hands over. */
export async function serveAsWorker(link: PrimaryLink, { settings, make }: ServeRole): Promise<number> {
  // What the primary, which runs the same command, has started.
  const gateway = await make(link.context as DemoFacts | undefined, link.memory);
  const how = await gateway.join(link, definedListen(settings.listen), announcementOf);
  await gateway.close();
  return how === 'done' ? exitCode.fine : exitCode.failed;
}

/** Its own words stand above. */
function uselessWorker({ how, exitCode: code }: Ending): number {
  process.stderr.write(`The workers cannot be kept running: the last one has ended with ${how}.\n`);
  return code === exitCode.usage ? exitCode.usage : exitCode.failed;
}
