import { systemClock } from '../../clock.js';
import type { Policy } from '../../gate/index.js';
import { createMock } from '../../mock/index.js';
import { configuredOptions, createGateway, type GatewayOptions, type Listener } from '../../server/index.js';
import { announce, announcementOf, logStart } from '../announcement.js';
import { earlySignals } from '../early-signals.js';
import { exitCode } from '../exit-code.js';
import type { MockFlags } from '../flags/mock.js';
import { definedListen, portTrouble } from '../ports.js';
import { logDiagnostics, logReload, openProcessLog } from '../process-log.js';
import { settingsOf } from '../settings.js';
import { stopSignal } from '../stop-signal.js';

/** `propylon mock`: resolves with the exit code once a signal has ended it. */
export async function mock(flags: MockFlags): Promise<number> {
  const settings = settingsOf(flags);
  if (settings.descriptors.length + settings.protos.length + settings.reflect.length === 0) {
    process.stderr.write(
      'There is nothing to mock: name a source with --descriptors, --proto, --reflect or --config.\n',
    );
    return exitCode.usage;
  }
  const log = openProcessLog(settings.log);
  const onRequest = earlySignals();
  const adapt = (given: GatewayOptions): GatewayOptions => ({
    ...(flags.open === true ? opened(given) : given),
    backends: [],
    answering: (registry) => createMock(registry, { seed: flags.seed, clock: systemClock }),
  });
  const gateway = await createGateway({
    ...(await configuredOptions(settings, () => settingsOf(flags), flags.config, adapt)),
    log: log.request,
    warn: log.warn,
    info: log.info,
    logLevels: log.levels,
    watch: flags.watch !== false,
    onReload: (result) => logReload(log, result, flags.verbose === true),
  });
  let listener: Listener;
  try {
    listener = await gateway.listen(definedListen(settings.listen));
  } catch (error) {
    await gateway.close();
    return portTrouble(error);
  }
  const stopped = stopSignal(() => process.exit(exitCode.interrupted));
  onRequest('SIGHUP', () => void gateway.reload());
  const announcement = announcementOf(gateway, listener.scheme);
  logDiagnostics(log, announcement.diagnostics, flags.verbose === true);
  await announce(
    { ...announcement, serving: `${announcement.serving}, all answers made up` },
    listener,
    false,
  );
  logStart(log, announcement, listener);
  await stopped;
  await listener.close();
  await gateway.close();
  await log.close();
  return exitCode.fine;
}

/** Over whatever methods declare: nobody is asked who they are, and everybody may. */
const anybody: Policy = {
  authentication: { mode: 'none' },
  authorization: { scopes: [], anyScopes: [], rule: 'true' },
  visibility: 'public',
};

function opened({ policies = [], ...given }: GatewayOptions): GatewayOptions {
  // A more specific selector would win.
  const others = policies.map(({ selector, policy }) => {
    const { authentication: _, authorization: __, visibility: ___, ...rest } = policy;
    return { selector, policy: rest };
  });
  return { ...given, policies: [...others, { selector: '*', policy: anybody }] };
}
