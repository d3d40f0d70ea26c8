import { Cancellation } from '../../cancel-signal.js';
import type { Clock, Random } from '../../clock.js';
import { callWith } from '../call-with.js';
import type { Transport } from '../transport.js';

export interface MirrorPolicy {
  /** Of all calls. */
  readonly percent: number;
  /** Copies under way at a time; calls beyond are not copied. */
  readonly inFlightMax: number;
  readonly timeoutMs: number;
}

/**
 * Sends copies of unary calls to another target and forgets them: their answers are discarded, their
 * deadline is their own, and nobody waits for them. Streams are not copied.
 */
export function createMirror(
  policy: MirrorPolicy,
  clock: Clock,
  random: Random,
): (transport: Transport, copies: Transport) => Transport {
  let inFlight = 0;
  return (transport, copies) => ({
    unary(call, message) {
      if (inFlight < policy.inFlightMax && random() * 100 < policy.percent) {
        inFlight += 1;
        const copy = callWith(call, {
          deadline: clock.now() + policy.timeoutMs,
          // The client may leave as soon as it has its answer.
          signal: new Cancellation(),
        });
        void copies.unary(copy, message).then(() => {
          inFlight -= 1;
        });
      }
      return transport.unary(call, message);
    },
    stream: (call) => transport.stream(call),
    close: () => transport.close(),
  });
}
