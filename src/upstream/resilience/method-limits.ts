import type { Clock } from '../../clock.js';
import { pause } from '../../pause.js';
import { Code } from '../../status/index.js';
import { callWith } from '../call-with.js';
import { lateStream } from '../late-stream.js';
import { localOutcome, unprocessedStatus } from '../local-outcome.js';
import type { MethodConfig } from '../service-config.js';
import type { Call, Connectivity, Transport } from '../transport.js';

/** How often a call that waits for a connection looks whether there is one; attempts are farther apart. */
const lookMs = 100;

const tooLarge = unprocessedStatus(Code.RESOURCE_EXHAUSTED, 'BODY_TOO_LARGE');

/** What a service config says of a method besides repetition: its time, its sizes, and whether calls wait for a connection. */
export function limited(
  transport: Transport,
  { timeoutMs, waitForReady, requestBytesMax, responseBytesMax }: MethodConfig,
  connectivity: () => Connectivity,
  clock: Clock,
): Transport {
  if (!waitForReady && timeoutMs === undefined && (requestBytesMax ?? responseBytesMax) === undefined) {
    return transport;
  }
  const within = (call: Call): Call =>
    callWith(call, {
      deadline:
        timeoutMs === undefined
          ? call.deadline
          : Math.min(clock.now() + timeoutMs, call.deadline ?? Number.POSITIVE_INFINITY),
      responseMessageBytesMax: Math.min(
        call.responseMessageBytesMax,
        responseBytesMax ?? Number.POSITIVE_INFINITY,
      ),
    });
  const isOver = ({ signal, deadline }: Call): boolean =>
    signal.aborted || (deadline !== undefined && clock.now() >= deadline);
  const mustWait = (): boolean => waitForReady && connectivity() === 'failed';
  async function ready(call: Call, isGivenUp: () => boolean = () => false): Promise<void> {
    while (mustWait() && !isOver(call) && !isGivenUp()) await pause(clock, lookMs, call.signal);
  }
  return {
    async unary(given, message) {
      if (message.length > (requestBytesMax ?? Number.POSITIVE_INFINITY))
        return localOutcome(tooLarge, undefined);
      const call = within(given);
      if (mustWait()) await ready(call);
      return transport.unary(call, message);
    },
    stream(given) {
      const call = within(given);
      if (!mustWait()) return transport.stream(call);
      return lateStream(async (signal) => {
        await ready(call, () => signal.aborted);
        return transport.stream(call);
      });
    },
    close: () => transport.close(),
  };
}
