import { Cancellation } from '../../cancel-signal.js';
import type { Clock } from '../../clock.js';
import { Code, type Outcome } from '../../status/index.js';
import type { Count } from '../../telemetry/index.js';
import { callWith } from '../call-with.js';
import type { Method } from '../method.js';
import type { Call, Transport } from '../transport.js';
import type { RetryBudget } from './retry-budget.js';

/** When a call is sent again before the first attempt has been answered (gRFC A6, "Hedging Policy"). */
export interface HedgePolicy {
  /** Attempts at one call, the first included. */
  readonly attemptsMax: number;
  /** Pause between attempts; one that fails with a code below brings the next one forward. */
  readonly delayMs: number;
  /** Codes of one attempt after which the others may still succeed. */
  readonly codes: ReadonlySet<number>;
}

export interface HedgeOptions {
  readonly policy: HedgePolicy;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** Attempts after the first. Default: nobody counts. */
  readonly hedges?: Count | undefined;
}

/** Sends unary calls that may be processed twice several times, and takes the first answer; streams pass. */
export function hedged(transport: Transport, method: Method, options: HedgeOptions): Transport {
  return {
    unary(call, message) {
      options.budget.called();
      return method.isIdempotent(message)
        ? hedgeUnary(transport, options, call, message)
        : transport.unary(call, message);
    },
    stream: (call) => transport.stream(call),
    close: () => transport.close(),
  };
}

function hedgeUnary(
  transport: Transport,
  { policy, budget, clock, hedges }: HedgeOptions,
  call: Call,
  message: Uint8Array,
): Promise<Outcome> {
  return new Promise((resolve) => {
    // Ends the attempts that lost.
    const signal = new Cancellation();
    const abort = (): void => signal.abort();
    if (call.signal.aborted) abort();
    else call.signal.addEventListener('abort', abort);
    const tried = new Set<string>();
    let attempts = 0;
    let isDecided = false;
    let underWay = 0;
    let last: Outcome | undefined;
    let cancelTimer = (): void => {};

    const decide = (outcome: Outcome): void => {
      isDecided = true;
      cancelTimer();
      resolve(outcome);
      call.signal.removeEventListener('abort', abort);
      abort();
    };

    // The first one always: a client that has left is the transport's to notice.
    const mayAttempt = (): boolean =>
      attempts === 0 || (attempts < policy.attemptsMax && !signal.aborted && budget.take());

    function schedule(delayMs: number): void {
      cancelTimer();
      if (attempts < policy.attemptsMax) cancelTimer = clock.after(delayMs, attempt);
      else decideIfLast();
    }

    function decideIfLast(): void {
      if (underWay === 0 && last !== undefined) decide(last);
    }

    function attempt(): void {
      if (!mayAttempt()) {
        decideIfLast();
        return;
      }
      const metadata: Call['metadata'] =
        attempts === 0 ? call.metadata : [...call.metadata, ['grpc-previous-rpc-attempts', String(attempts)]];
      if (attempts > 0) hedges?.add();
      attempts += 1;
      underWay += 1;
      schedule(policy.delayMs);
      void transport.unary(callWith(call, { signal, tried, metadata }), message).then(ended);
    }

    function ended(outcome: Outcome): void {
      underWay -= 1;
      if (isDecided) return;
      budget.ended(policy.codes.has(outcome.status.code));
      last = outcome;
      const { status, localReason, retryPushbackMs } = outcome;
      const mayOthersSucceed = policy.codes.has(status.code) && localReason !== 'UPSTREAM_CIRCUIT_OPEN';
      if (status.code === Code.OK || !mayOthersSucceed) {
        decide(outcome);
        return;
      }
      if (retryPushbackMs !== undefined && retryPushbackMs < 0) attempts = policy.attemptsMax;
      schedule(retryPushbackMs ?? 0);
    }

    attempt();
  });
}
