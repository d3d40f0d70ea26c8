import type { Clock } from '../clock.js';
import { codeName, type Outcome } from '../status/index.js';
import type { Meter } from '../telemetry/index.js';
import type { EndpointTransport } from './transport.js';

/** The transport to an endpoint of a target, each of whose calls is an attempt that is timed. */
export function metered(
  transport: EndpointTransport,
  target: string,
  meter: Meter,
  clock: Clock,
): EndpointTransport {
  const note = attemptsOf(target, meter);
  return {
    unary(call, message): Promise<Outcome> {
      const startedAt = clock.now();
      return transport.unary(call, message).then((outcome) => {
        note(call.path, outcome.status.code, clock.now() - startedAt);
        return outcome;
      });
    },
    stream(call) {
      const startedAt = clock.now();
      const stream = transport.stream(call);
      void stream.outcome.then(({ status }) => note(call.path, status.code, clock.now() - startedAt));
      return stream;
    },
    connectivity: () => transport.connectivity(),
    watch: (changed) => transport.watch(changed),
    connect: () => transport.connect(),
    load: () => transport.load(),
    close: () => transport.close(),
  };
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
