import type { Random } from '../../clock.js';
import { Code, type Outcome } from '../../status/index.js';

/** When a call is repeated that may have been processed (gRFC A6). */
export interface RetryPolicy {
  /** Attempts at one call, the first included. */
  readonly attemptsMax: number;
  readonly codes: ReadonlySet<number>;
  /** The first pause is drawn between 0 and this, each further one up to twice as much, up to the maximum. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  readonly backoffMultiplier: number;
  /** An attempt at a unary call that takes longer is given up, and counts as one that may be repeated. */
  readonly perTryTimeoutMs: number | undefined;
  /** Larger requests are not kept for repetition. */
  readonly requestBytesMax: number;
}

/** What has been tried so far. */
export interface Attempts {
  /** Attempts that may have been processed, the one that just ended included if it may. */
  counted: number;
  /** Repetitions of calls that were certainly not processed. */
  transparent: number;
}

/**
 * Unprocessed calls go on at once: one that met a connection about to close meets the next; with several
 * endpoints gone at the same time a second and a third chance find one that is left.
 */
const transparentMax = 3;

export interface RetryContext {
  readonly policy: RetryPolicy | undefined;
  readonly random: Random;
  /** Whether the request may be processed twice; asked only when that matters. */
  readonly isRepeatable: () => boolean;
  /** Takes a repetition out of the budget, if there is one left. */
  readonly take: () => boolean;
  /** Until the call's own deadline; Infinity where it has none. */
  readonly restMs: number;
}

/** How long to wait before the call is repeated, or undefined where its outcome stands. Counts in `attempts`. */
export function retryDelayMs(
  outcome: Outcome,
  attempts: Attempts,
  context: RetryContext,
): number | undefined {
  const { status, localReason, unprocessed, retryPushbackMs } = outcome;
  const { policy, restMs } = context;
  if (status.code === Code.OK || restMs <= 0) return undefined;
  if (localReason === 'CLIENT_CLOSED' || localReason === 'UPSTREAM_CIRCUIT_OPEN') return undefined;
  if (unprocessed === true && attempts.transparent < transparentMax) {
    attempts.transparent += 1;
    return 0;
  }
  if (policy === undefined || outcome.unanswered !== true) return undefined;
  attempts.counted += 1;
  if (attempts.counted >= policy.attemptsMax || (retryPushbackMs ?? 0) < 0) return undefined;
  // Its own deadline has not passed, so it was that of the attempt.
  const isTimeout = localReason === 'DEADLINE_EXCEEDED' && policy.perTryTimeoutMs !== undefined;
  if (!isTimeout && !policy.codes.has(status.code)) return undefined;
  if (unprocessed !== true && !context.isRepeatable()) return undefined;
  const delayMs = retryPushbackMs ?? backoffMs(policy, attempts.counted, context.random);
  // No time to wait and hear an answer: what is known now is worth more than a time-out later.
  if (delayMs >= restMs || !context.take()) return undefined;
  return delayMs;
}

function backoffMs(policy: RetryPolicy, attempt: number, random: Random): number {
  const most = policy.backoffMs * policy.backoffMultiplier ** (attempt - 1);
  return random() * Math.min(most, policy.backoffMsMax);
}
