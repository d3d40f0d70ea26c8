import type { Clock, Random } from '../../clock.js';
import { pause } from '../../pause.js';
import { Code, type Outcome } from '../../status/index.js';
import type { Count } from '../../telemetry/index.js';
import { callWith } from '../call-with.js';
import { localOutcome, localStatus } from '../local-outcome.js';
import type { Method } from '../method.js';
import { retryRequestBytesMax } from '../policies.js';
import type { Call, StreamCall, Transport } from '../transport.js';
import type { RetryBudget } from './retry-budget.js';
import { type Attempts, type RetryPolicy, retryDelayMs } from './retry-policy.js';
import { retriedStream } from './retry-stream.js';

export interface RetryOptions {
  /** Undefined repeats only what was certainly not processed. */
  readonly policy: RetryPolicy | undefined;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly random: Random;
  /** What may have been processed, and was sent again. Default: nobody counts, and so the next. */
  readonly retries?: Count | undefined;
  /** What certainly was not. */
  readonly transparent?: Count | undefined;
}

/** Repeats calls that failed before anything of an answer was seen. */
export function retried(transport: Transport, method: Method, options: RetryOptions): Transport {
  return {
    unary: (call, message) => retryUnary(transport, method, options, call, message),
    stream: (call) => retryStream(transport, method, options, call),
    close: () => transport.close(),
  };
}

async function retryUnary(
  transport: Transport,
  method: Method,
  options: RetryOptions,
  call: Call,
  message: Uint8Array,
): Promise<Outcome> {
  const { policy, budget, clock, random } = options;
  budget.called();
  const attempts: Attempts = { counted: 0, transparent: 0 };
  const tried = new Set<string>();
  for (;;) {
    const attempt = attemptAt(call, tried, attempts, policy?.perTryTimeoutMs, clock);
    const outcome = await transport.unary(attempt, message);
    budget.ended(isFailure(outcome, policy));
    // The usual end, before anything is made for the unusual ones.
    if (outcome.status.code === Code.OK) return outcome;
    const delayMs = retryDelayMs(outcome, attempts, {
      policy,
      random,
      isRepeatable: () => message.length <= (policy?.requestBytesMax ?? 0) && method.isIdempotent(message),
      take: () => budget.take(),
      restMs: restMs(call, clock),
    });
    if (delayMs === undefined) return outcome;
    counted(outcome, options);
    if (delayMs > 0) await pause(clock, delayMs, call.signal);
    if (call.signal.aborted) return localOutcome(localStatus(Code.CANCELLED, 'CLIENT_CLOSED'), undefined);
  }
}

function retryStream(transport: Transport, method: Method, options: RetryOptions, call: Call): StreamCall {
  const { policy, budget, clock, random } = options;
  budget.called();
  const attempts: Attempts = { counted: 0, transparent: 0 };
  const tried = new Set<string>();
  return retriedStream({
    open: () => transport.stream(attemptAt(call, tried, attempts, undefined, clock)),
    pause: (delayMs, signal) => pause(clock, delayMs, signal, call.signal),
    requestBytesMax: policy?.requestBytesMax ?? retryRequestBytesMax,
    delayMs(outcome, sent) {
      budget.ended(isFailure(outcome, policy));
      const delayMs = retryDelayMs(outcome, attempts, {
        policy,
        random,
        isRepeatable: () => method.isIdempotent(sent[0]),
        take: () => budget.take(),
        restMs: restMs(call, clock),
      });
      if (delayMs !== undefined) counted(outcome, options);
      return delayMs;
    },
  });
}

/** It is sent once more. */
function counted({ unprocessed }: Outcome, { retries, transparent }: RetryOptions): void {
  (unprocessed === true ? transparent : retries)?.add();
}

/** What spends a token of a throttle: a code of the policy, or a server that will not have the call again (gRFC A6). */
function isFailure({ status, retryPushbackMs }: Outcome, policy: RetryPolicy | undefined): boolean {
  return policy?.codes.has(status.code) === true || (retryPushbackMs ?? 0) < 0;
}

function restMs(call: Call, clock: Clock): number {
  return call.deadline === undefined ? Number.POSITIVE_INFINITY : call.deadline - clock.now();
}

/** The call as one attempt has it: its own deadline, and the number of attempts before it (gRFC A6). */
function attemptAt(
  call: Call,
  tried: Set<string>,
  { counted }: Attempts,
  perTryTimeoutMs: number | undefined,
  clock: Clock,
): Call {
  const deadline =
    perTryTimeoutMs === undefined
      ? call.deadline
      : Math.min(clock.now() + perTryTimeoutMs, call.deadline ?? Number.POSITIVE_INFINITY);
  const metadata: Call['metadata'] =
    counted === 0 ? call.metadata : [...call.metadata, ['grpc-previous-rpc-attempts', String(counted)]];
  return callWith(call, { tried, deadline, metadata });
}
