import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../../clock.js';
import type { Policy } from '../../gate/index.js';
import { createMock } from '../../mock/index.js';
import { configuredOptions, createGateway, type GatewayOptions, type Listener } from '../../server/index.js';
import { announce, announcementOf, logStart } from '../announcement.js';
import { earlySignals } from '../early-signals.js';
import { exitCode } from '../exit-code.js';
import { addAddressFlags, addSourceFlags, type ListenFlags, type SourceFlags, settingsOf } from '../flags.js';
import { definedListen, portTrouble } from '../ports.js';
import { logDiagnostics, logReload, openProcessLog } from '../process-log.js';
import { stopSignal } from '../stop-signal.js';

export interface MockFlags extends SourceFlags, ListenFlags {
  readonly seed: string;
  readonly open?: boolean;
}

/** Declares the flags of `mock`. */
export function addMockFlags(command: Command): Command {
  return addAddressFlags(addSourceFlags(command))
    .addOption(
      new Option('--seed <text>', 'another one makes other answers').default('propylon').argParser(seed),
    )
    .option('--open', 'ask nobody for credentials, and let everybody see and call everything')
    .addHelpText(
      'after',
      `
The gateway itself, with its validation, policies and errors; only what backends would say is made up, by the types, the
rules of buf.validate, google.api.resource and field_behavior, and the names and examples of fields. The same request
gets the same answer each time, on every machine. Backends are not called.

Clients steer it by header fields: x-mock-status: NOT_FOUND ends a call with that code, x-mock-delay: 250ms waits before
the answer.

Examples:
  propylon mock --proto ./proto
  propylon mock --descriptors image.binpb --port 3000 --seed monday
  propylon mock --proto ./proto --config propylon.yaml --open
  curl -H 'x-mock-status: UNAVAILABLE' http://127.0.0.1:8080/v1/products

Exit codes: 0 fine, 2 bad usage or configuration, 3 failed at run time.`,
    );
}

function seed(text: string): string {
  if (text === '' || text.length > 200)
    throw new InvalidArgumentError('A seed is a text of up to 200 characters.');
  return text;
}

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
