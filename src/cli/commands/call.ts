import { Cancellation } from '../../cancel-signal.js';
import { systemClock } from '../../clock.js';
import { createAnyPrinter, defaultCodecOptions } from '../../codec/index.js';
import { type DescMethod, describedProto } from '../../descriptor/index.js';
import { pretty } from '../../gateway/index.js';
import { gatewayOptionsOf, type OpenCalls, openCalls } from '../../server/index.js';
import { Code, codeName, type Metadata, type Outcome, StatusError, statusJson } from '../../status/index.js';
import type { StreamCall, UpstreamOptions } from '../../upstream/index.js';
import { callMessages, onlyMessage } from '../call-messages.js';
import { metadataLines, readMetadata } from '../call-metadata.js';
import { startDemoShop, withDemo } from '../demo-shop.js';
import { exitCode } from '../exit-code.js';
import { findMethod } from '../find-method.js';
import type { CallFlags } from '../flags/call.js';
import { settingsOf } from '../settings.js';
import { printDiagnostics } from '../terminal.js';

/** `propylon call`: calls a method with JSON, or tells what methods and types there are. */
export async function call(
  methodName: string | undefined,
  data: string | undefined,
  flags: CallFlags,
): Promise<number> {
  const isAsking = flags.list !== undefined || flags.describe !== undefined;
  if (methodName === undefined && !isAsking)
    return refused('Name a method, or see with --list what there is.');
  const metadata = readMetadata(flags.header ?? []);
  if ('problem' in metadata) return refused(metadata.problem);
  const settings = settingsOf({ ...flags, backend: (flags.backend ?? []).map(forAll) });
  const given = gatewayOptionsOf(settings);
  if (flags.demo !== true && (given.sources?.length ?? 0) + (given.reflect?.length ?? 0) === 0)
    return refused('Name a source with --reflect, --descriptors, --proto or --config, or try --demo.');
  const demo = flags.demo === true ? await startDemoShop() : undefined;
  try {
    const calls = await openCalls(
      demo === undefined ? given : (await withDemo(demo.facts))(given),
      tlsOf(flags),
    );
    try {
      printDiagnostics(flags.verbose === true ? calls.diagnostics : [], true);
      if (flags.list !== undefined) return list(calls, flags.list);
      if (flags.describe !== undefined) return describe(calls, flags.describe);
      const method = findMethod(calls.registry, methodName ?? '');
      return 'problem' in method ? refused(method.problem) : await make(calls, method, data, metadata, flags);
    } finally {
      await calls.close();
    }
  } finally {
    await demo?.close();
  }
}

/** A target alone is that of all methods. */
const forAll = (backend: string): string => (backend.includes('=') ? backend : `*=${backend}`);

function tlsOf({ tls, ca, cert, key, serverName }: CallFlags): UpstreamOptions['tls'] {
  return tls === true || (ca ?? cert ?? key ?? serverName) !== undefined
    ? { ca, cert, key, serverName }
    : undefined;
}

function refused(text: string): number {
  process.stderr.write(`${text}\n`);
  return exitCode.usage;
}

function list({ registry }: OpenCalls, service: string | true): number {
  const { services } = registry;
  const found = services.find(({ typeName }) => typeName === service || typeName.endsWith(`.${service}`));
  if (service !== true && found === undefined)
    return refused(`There is no service ${JSON.stringify(service)}.`);
  const names =
    found === undefined
      ? services.map(({ typeName }) => typeName)
      : found.methods.map(({ name }) => `${found.typeName}/${name}`);
  process.stdout.write(names.map((name) => `${name}\n`).join(''));
  return exitCode.fine;
}

function describe({ registry }: OpenCalls, name: string): number {
  const { types } = registry;
  const type = types.getService(name) ?? types.getMessage(name) ?? types.getEnum(name);
  const found = type ?? findMethod(registry, name);
  if ('problem' in found)
    return refused(`There is no service, method, message or enum ${JSON.stringify(name)}.`);
  process.stdout.write(describedProto(types, found));
  return exitCode.fine;
}

/** What one call is made with. */
interface Making {
  readonly calls: OpenCalls;
  readonly method: DescMethod;
  readonly stream: StreamCall;
}

async function make(
  calls: OpenCalls,
  method: DescMethod,
  data: string | undefined,
  metadata: Metadata,
  { timeout, headers, pretty: wantsPretty }: CallFlags,
): Promise<number> {
  const transport = calls.transport(method);
  if (transport === undefined)
    return refused(`No backend is named for ${method.parent.typeName}: --backend host:port.`);
  const takesMany = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const requests = data === undefined ? undefined : callMessages(data, calls.limits);
  const codec = calls.codecs.codec(method.input, defaultCodecOptions);
  let first: Uint8Array | undefined;
  if (!takesMany) {
    try {
      const { message, isOnly } = await onlyMessage(requests ?? none());
      if (!isOnly) return refused(`${method.name} takes one message, and DATA has more.`);
      first = codec.toBinary(message ?? Buffer.from('{}'));
    } catch (error) {
      return refusedInput(error);
    }
  }
  const signal = new Cancellation();
  const interrupted = (): void => signal.abort();
  process.once('SIGINT', interrupted);
  let isHeard = true;
  const stream = transport.stream({
    path: `/${method.parent.typeName}/${method.name}`,
    metadata,
    deadline: timeout === undefined ? undefined : systemClock.now() + timeout,
    signal,
    responseMessageBytesMax: calls.limits.responseMessageBytesMax,
  });
  process.stdout.once('error', () => {
    isHeard = false;
    stream.cancel();
  });
  let wrong: unknown;
  const sending = send(stream, first, takesMany ? (requests ?? none()) : none(), codec).catch(
    (error: unknown) => {
      wrong = error;
      stream.cancel();
    },
  );
  const isPretty = wantsPretty ?? (method.methodKind === 'unary' || method.methodKind === 'client_streaming');
  if (headers === true)
    void stream.headers.then((leading) => printLines(metadataLines(leading).map((line) => `< ${line}`)));
  const outcome = await receive({ calls, method, stream }, isPretty);
  process.off('SIGINT', interrupted);
  if (headers === true) printLines(metadataLines(outcome.trailers).map((line) => `<< ${line}`));
  if (wrong !== undefined) {
    await sending;
    return refusedInput(wrong);
  }
  if (!isHeard) return exitCode.fine;
  return signal.aborted ? exitCode.interrupted : ended(outcome, calls);
}

async function* none(): AsyncGenerator<Uint8Array> {}

/** Until there is no more, or nobody to hear it. */
async function send(
  stream: StreamCall,
  first: Uint8Array | undefined,
  requests: AsyncIterable<Uint8Array>,
  codec: { toBinary(json: Uint8Array): Uint8Array },
): Promise<void> {
  let isOver = false;
  void stream.outcome.then(() => {
    isOver = true;
  });
  if (first !== undefined) await stream.send(first);
  for await (const json of requests) {
    if (isOver) return;
    await stream.send(codec.toBinary(json));
  }
  stream.end();
}

async function receive({ calls, method, stream }: Making, isPretty: boolean): Promise<Outcome> {
  const codec = calls.codecs.codec(method.output, defaultCodecOptions);
  for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
    const json = codec.toJson(message);
    process.stdout.write(isPretty ? pretty(json) : Buffer.concat([json, Buffer.from('\n')]));
  }
  return stream.outcome;
}

function printLines(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** How it ended, for people and for scripts. */
function ended({ status, localReason }: Outcome, { codecs }: OpenCalls): number {
  if (status.code === Code.OK) return exitCode.fine;
  printLines([`${codeName(status.code)} (${status.code}): ${visible(status.message)}`]);
  const { details = [] } = JSON.parse(Buffer.from(statusJson(status, createAnyPrinter(codecs))).toString());
  for (const detail of details) process.stderr.write(pretty(Buffer.from(JSON.stringify(detail))));
  const isMade = localReason === undefined || status.code === Code.DEADLINE_EXCEEDED;
  return isMade ? exitCode.findings : exitCode.failed;
}

/** What a server says, without what would steer the terminal; it may have several lines. */
function visible(text: string): string {
  return text.replaceAll(
    /(?![\n\t])\p{Cc}/gu,
    (control) => `\\x${Buffer.from(control, 'latin1').toString('hex')}`,
  );
}

function refusedInput(error: unknown): number {
  if (!(error instanceof StatusError))
    return refused(`DATA cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  const where = error.violations.map(({ field, description }) => `\n  ${field}: ${description}`).join('');
  return refused(`DATA is no request: ${error.message}${where}`);
}
