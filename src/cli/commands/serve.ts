import { imageSource } from '../../descriptor/index.js';
import type { ProviderOptions } from '../../gate/index.js';
import {
  configuredOptions,
  createGateway,
  type GatewayOptions,
  type Listener,
  type PropylonGateway,
} from '../../server/index.js';
import { createTracer, type Log, wantsTracing } from '../../telemetry/index.js';
import { exitCode } from '../exit-code.js';
import { type ListenFlags, type SourceFlags, settingsOf } from '../flags.js';
import { logDiagnostics, logReload, openProcessLog } from '../process-log.js';

export interface ServeFlags extends SourceFlags, ListenFlags {
  readonly demo?: boolean;
}

/** The embedded shop: its backends, what it adds to the gateway, and lines to try. */
interface Demo {
  readonly adapt: (given: GatewayOptions) => GatewayOptions;
  readonly tries: (url: string) => readonly { readonly title: string; readonly curl: string }[];
  close(): Promise<void>;
}

/** `propylon serve`: resolves with the exit code once a signal has ended it. */
export async function serve(flags: ServeFlags): Promise<number> {
  const settings = settingsOf(flags);
  const { descriptors, protos, reflect } = settings;
  if (flags.demo !== true && descriptors.length + protos.length + reflect.length === 0) {
    process.stderr.write(
      'There is nothing to serve: name a source with --descriptors, --proto, --reflect or --config, or try --demo.\n',
    );
    return exitCode.usage;
  }
  const demo = flags.demo === true ? await startDemo() : undefined;
  const log = openProcessLog(settings.log);
  const tracer = wantsTracing(settings.tracing, process.env)
    ? await createTracer({ ...settings.tracing, warn: log.warn })
    : undefined;
  const options = await configuredOptions(settings, () => settingsOf(flags), flags.config, demo?.adapt);
  const gateway = await createGateway({
    ...options,
    tracer,
    log: log.request,
    warn: log.warn,
    logLevels: log.levels,
    watch: flags.watch !== false,
    onReload: (result) => logReload(log, result, flags.verbose === true),
  });
  let listener: Listener;
  try {
    listener = await gateway.listen(definedListen(settings.listen));
  } catch (error) {
    await Promise.all([gateway.close(), demo?.close()]);
    return portTrouble(error);
  }
  // Before the announcement: whoever reads it may send a signal at once.
  const stopped = stopSignal();
  process.on('SIGHUP', () => void gateway.reload());
  logDiagnostics(log, gateway.diagnostics, flags.verbose === true);
  announce(gateway, listener, demo);
  logStart(log, gateway, listener);
  await stopped;
  log.info('shutting down: in-flight requests may finish; a second signal ends at once');
  await listener.close();
  await Promise.all([gateway.close(), demo?.close()]);
  await log.close();
  return exitCode.fine;
}

/** Starts what `--demo` serves. */
export async function startDemo(): Promise<Demo> {
  const { demoDescriptors, demoTry, startDemoBackends, storefrontRoutes, writeDemoKeys } = await import(
    '../../demo/index.js'
  );
  const running = await startDemoBackends();
  const keys = writeDemoKeys();
  const clerks: ProviderOptions = { type: 'apiKey', keysFile: keys.file };
  const routes: GatewayOptions['routes'] = (app, rpc) => void app.route('/', storefrontRoutes(rpc));
  return {
    adapt(given) {
      const { authentication } = given.gate ?? {};
      return {
        ...given,
        sources: [imageSource(demoDescriptors()), ...(given.sources ?? [])],
        backends: [...running.backends, ...(given.backends ?? [])],
        gate: {
          ...given.gate,
          authentication: { ...authentication, providers: { ...authentication?.providers, clerks } },
        },
        routes,
      };
    },
    tries: demoTry,
    close() {
      keys.remove();
      return running.close();
    },
  };
}

function announce(gateway: PropylonGateway, listener: Listener, demo: Demo | undefined): void {
  const { services, methods, routes } = gateway.counts;
  for (const source of gateway.sources) process.stdout.write(`source   ${source}\n`);
  process.stdout.write(`serving  ${services} services, ${methods} methods, ${routes} routes\n`);
  process.stdout.write(`access   ${accessText(gateway.access)}\n`);
  const url = urlOf(listener.scheme, listener.host, listener.port);
  const adminUrl = urlOf('http', listener.adminHost, listener.adminPort);
  process.stdout.write(`listening ${url} admin ${adminUrl}\n`);
  if (demo === undefined) return;
  process.stdout.write('\nTry:\n');
  for (const { title, curl } of demo.tries(url)) process.stdout.write(`\n  # ${title}\n  ${curl}\n`);
  process.stdout.write('\nCtrl-C ends it.\n');
}

/** The start, for whoever reads the log and nothing else; people have just been told. */
function logStart(log: Log, gateway: PropylonGateway, listener: Listener): void {
  if (log.format === 'pretty') return;
  const { services, methods, routes } = gateway.counts;
  log.info(`serving ${services} services, ${methods} methods, ${routes} routes`, {
    'labels.access': accessText(gateway.access),
    'labels.url': urlOf(listener.scheme, listener.host, listener.port),
    'labels.admin_url': urlOf('http', listener.adminHost, listener.adminPort),
  });
}

/** Whether callers are asked for anything: an operator who thinks so should read it at once. */
function accessText(access: PropylonGateway['access']): string {
  if (access === undefined) return 'open: no policy is configured, so every request is let through';
  const { routes, publicRoutes, providers } = access;
  const named = providers.length === 0 ? 'no providers' : `providers ${providers.join(', ')}`;
  return `guarded: ${publicRoutes} of ${routes} routes public, ${named}`;
}

/** An address that can be pasted: "any" is reached through loopback. */
function urlOf(scheme: string, host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function portTrouble(error: unknown): number {
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
  const what = code === 'EADDRINUSE' ? 'is taken by another program' : 'may not be used by this user';
  process.stderr.write(
    `Port ${port} of ${address} ${what}. Choose others with --port and --admin-port; 0 picks free ones.\n`,
  );
  return exitCode.failed;
}

function definedListen(
  listen: { [K in keyof ListenFlags]?: ListenFlags[K] | undefined },
): Parameters<PropylonGateway['listen']>[0] {
  return Object.fromEntries(Object.entries(listen).filter(([, value]) => value !== undefined));
}

/** Resolves at the first signal; a second one ends the process, from that very moment on. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const impatient = (): never => process.exit(exitCode.interrupted);
    const stop = (): void => {
      process.once('SIGINT', impatient).once('SIGTERM', impatient);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}
