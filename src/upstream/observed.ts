import type { Clock } from '../clock.js';
import { codeName, type Outcome, type Status } from '../status/index.js';
import type { AttemptSpan, Meter } from '../telemetry/index.js';
import { callWith } from './call-with.js';
import type { Call, EndpointTransport } from './transport.js';

/** Who watches over the attempts to an endpoint. */
export interface Observers {
  /** Told how long each took, and how it ended; undefined where nobody counts. */
  readonly meter: Meter | undefined;
  /** The target that it belongs to. */
  readonly target: string;
  readonly endpoint: string;
  readonly clock: Clock;
}

/**
 * The transport to an endpoint, each of whose calls is an attempt that its trace is told of, and that is timed: in one
 * place, since each promise that is looked at costs as much as either.
 */
export function observed(
  transport: EndpointTransport,
  { meter, target, endpoint, clock }: Observers,
): EndpointTransport {
  const note = meter === undefined ? () => undefined : attemptsOf(target, meter);
  const attemptOf = (call: Call): AttemptSpan | undefined =>
    call.trace?.attempt({ path: call.path, endpoint });
  const ended = (path: string, startedAt: number, attempt: AttemptSpan | undefined, status: Status): void => {
    note(path, status.code, clock.now() - startedAt);
    attempt?.end(status);
  };
  return {
    unary(call, message): Promise<Outcome> {
      const startedAt = clock.now();
      const attempt = attemptOf(call);
      return transport.unary(withMetadata(call, attempt), message).then((outcome) => {
        ended(call.path, startedAt, attempt, outcome.status);
        return outcome;
      });
    },
    stream(call) {
      const startedAt = clock.now();
      const attempt = attemptOf(call);
      const stream = transport.stream(withMetadata(call, attempt));
      void stream.outcome.then(({ status }) => ended(call.path, startedAt, attempt, status));
      return stream;
    },
    connectivity: () => transport.connectivity(),
    watch: (changed) => transport.watch(changed),
    connect: () => transport.connect(),
    load: () => transport.load(),
    close: () => transport.close(),
  };
}

function withMetadata(call: Call, attempt: AttemptSpan | undefined): Call {
  if (attempt === undefined || attempt.metadata.length === 0) return call;
  return callWith(call, { metadata: call.metadata.concat(attempt.metadata) });
}

/** Keeps the series of each method and code, of which there are as many as the descriptors have. */
function attemptsOf(target: string, meter: Meter): (path: string, code: number, durationMs: number) => void {
  const byPath = new Map<string, ReturnType<Meter['histogram']>[]>();
  return (path, code, durationMs) => {
    const byCode = byPath.get(path) ?? [];
    if (byCode.length === 0) byPath.set(path, byCode);
    const series = byCode[code] ?? meter.histogram('attemptDuration', target, path.slice(1), codeName(code));
    byCode[code] = series;
    series.observe(durationMs / 1_000);
  };
}
