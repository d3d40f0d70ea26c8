import type { Clock } from '../../clock.js';
import { Code, type Outcome } from '../../status/index.js';
import { type Count, uncounted } from '../../telemetry/index.js';
import { endedStream } from '../late-stream.js';
import { localOutcome, unprocessedStatus } from '../local-outcome.js';
import type { BreakerReport } from '../report.js';
import type { Connectivity, Transport } from '../transport.js';
import { judge, type Verdict } from './judge.js';

export interface BreakerPolicy {
  /** Calls in a row that fail before calls are suspended. */
  readonly failuresMax: number;
  /** How long they are, before one call is let through to see. */
  readonly openMs: number;
  readonly inFlightMax: number;
  /** Calls that wait while there is no connection. */
  readonly pendingMax: number;
}

/**
 *     closed ── failuresMax in a row ──▶ open ── openMs ──▶ half-open ── good ──▶ closed
 *                                          ▲                   │
 *                                          └────── bad ────────┘
 */
type State =
  | { readonly kind: 'closed'; failures: number }
  | { readonly kind: 'open'; readonly until: number }
  | { readonly kind: 'half-open'; isProbing: boolean };

/** Decides whether calls go to a target at all. A state machine without input or output of its own. */
export interface Breaker {
  /** Whether a call may go; `ended` must be told of each that may. */
  admit(isConnected: boolean): Admission | undefined;
  /** What an admitted call says about the target, at its end or before. */
  judged(admission: Admission, verdict: Verdict): void;
  ended(admission: Admission): void;
  report(): BreakerReport;
}

/** One admitted call. */
export interface Admission {
  readonly isProbe: boolean;
  /** The time without a connection that it waits in, if it does. */
  readonly wait: number | undefined;
}

/** `openings` counts how often calls are suspended. */
export function createBreaker(policy: BreakerPolicy, clock: Clock, openings: Count = uncounted): Breaker {
  let state: State = { kind: 'closed', failures: 0 };
  let inFlight = 0;
  let pending = 0;
  /** Counts the times without a connection: when one ends, nobody waits any more. */
  let wait = 0;
  let wasConnected = false;

  function mayGo(): boolean {
    if (state.kind === 'open' && clock.now() >= state.until) state = { kind: 'half-open', isProbing: false };
    return state.kind === 'closed' || (state.kind === 'half-open' && !state.isProbing);
  }

  function suspend(): void {
    state = { kind: 'open', until: clock.now() + policy.openMs };
    openings.add();
  }

  function judged({ isProbe }: Admission, verdict: Verdict): void {
    if (state.kind === 'half-open' && isProbe) {
      if (verdict === 'good') state = { kind: 'closed', failures: 0 };
      else if (verdict === 'bad') suspend();
      else state.isProbing = false;
    } else if (state.kind === 'closed') {
      if (verdict === 'good') state.failures = 0;
      else if (verdict === 'bad') state.failures += 1;
      if (state.failures >= policy.failuresMax) suspend();
    }
  }

  return {
    admit(isConnected) {
      if (isConnected && !wasConnected) [wait, pending] = [wait + 1, 0];
      wasConnected = isConnected;
      if (inFlight >= policy.inFlightMax || (!isConnected && pending >= policy.pendingMax) || !mayGo()) {
        return undefined;
      }
      const isProbe = state.kind === 'half-open';
      if (state.kind === 'half-open') state.isProbing = true;
      inFlight += 1;
      if (!isConnected) pending += 1;
      return { isProbe, wait: isConnected ? undefined : wait };
    },
    judged,
    ended(admission) {
      inFlight -= 1;
      if (admission.wait === wait) pending -= 1;
    },
    report() {
      const isOver = state.kind === 'open' && clock.now() >= state.until;
      return { state: isOver ? 'half-open' : state.kind, inFlight, pending };
    },
  };
}

const suspended = unprocessedStatus(Code.UNAVAILABLE, 'UPSTREAM_CIRCUIT_OPEN');

/** Lets calls pass as a breaker says; those it does not, which `refusals` counts, end UPSTREAM_CIRCUIT_OPEN at once. */
export function broken(
  transport: Transport,
  breaker: Breaker,
  connectivity: () => Connectivity,
  refusals: Count = uncounted,
): Transport {
  const admit = (): Admission | undefined => {
    const admission = breaker.admit(connectivity() === 'ready');
    if (admission === undefined) refusals.add();
    return admission;
  };
  return {
    unary(call, message) {
      const admission = admit();
      if (admission === undefined) return Promise.resolve(localOutcome(suspended, undefined));
      return transport.unary(call, message).then((outcome: Outcome) => {
        breaker.judged(admission, judge(outcome));
        breaker.ended(admission);
        return outcome;
      });
    },
    stream(call) {
      const admission = admit();
      if (admission === undefined) return endedStream(suspended);
      const stream = transport.stream(call);
      let isOpen = true;
      void stream.outcome.then((outcome) => {
        isOpen = false;
        breaker.judged(admission, judge(outcome));
        breaker.ended(admission);
      });
      // Its end may be far away. Headers of a call that failed are settled together with its outcome.
      void stream.headers.then(() => setImmediate(() => isOpen && breaker.judged(admission, 'good')));
      return stream;
    },
    close: () => transport.close(),
  };
}
