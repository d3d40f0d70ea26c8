import type { CancelSignal } from '../../cancel-signal.js';
import type { Clock, Random } from '../../clock.js';
import { pause } from '../../pause.js';
import { endedStream, lateStream } from '../late-stream.js';
import { type LocalStatus, localOutcome, unprocessedStatus } from '../local-outcome.js';
import { type RequestMatch, requestMatcher } from '../request-match.js';
import type { Call, Transport } from '../transport.js';

/** What is done to calls on purpose, to see how the rest takes it. */
export interface FaultPolicy {
  /** The calls it is done to; undefined for all. */
  readonly when: RequestMatch | undefined;
  readonly delayMs: number;
  readonly delayPercent: number;
  /** Code that calls end with; undefined ends none. */
  readonly abortCode: number | undefined;
  readonly abortPercent: number;
}

/** Delays calls, ends calls, each by its own chance; those that end have waited before. */
export function faulty(transport: Transport, policy: FaultPolicy, clock: Clock, random: Random): Transport {
  const isMeant = requestMatcher(policy.when);
  const isDrawn = (percent: number): boolean => random() * 100 < percent;
  const aborted =
    policy.abortCode === undefined ? undefined : unprocessedStatus(policy.abortCode, 'FAULT_INJECTED');

  function fate(call: Call): { readonly delayMs: number; readonly status: LocalStatus | undefined } {
    if (!isMeant(call)) return { delayMs: 0, status: undefined };
    return {
      delayMs: policy.delayMs > 0 && isDrawn(policy.delayPercent) ? policy.delayMs : 0,
      status: aborted !== undefined && isDrawn(policy.abortPercent) ? aborted : undefined,
    };
  }

  /** No longer than the call may take: its deadline and its client are the transport's to notice. */
  function delay(call: Call, delayMs: number, ...signals: readonly CancelSignal[]): Promise<void> {
    const restMs = call.deadline === undefined ? delayMs : Math.max(call.deadline - clock.now(), 0);
    return pause(clock, Math.min(delayMs, restMs), call.signal, ...signals);
  }

  return {
    async unary(call, message) {
      const { delayMs, status } = fate(call);
      if (delayMs > 0) await delay(call, delayMs);
      return status === undefined || isOver(call, clock)
        ? transport.unary(call, message)
        : localOutcome(status, undefined);
    },
    stream(call) {
      const { delayMs, status } = fate(call);
      const open = () =>
        status === undefined || isOver(call, clock) ? transport.stream(call) : endedStream(status);
      if (delayMs === 0) return open();
      return lateStream(async (given) => {
        await delay(call, delayMs, given);
        return open();
      });
    },
    close: () => transport.close(),
  };
}

function isOver(call: Call, clock: Clock): boolean {
  return call.signal.aborted || (call.deadline !== undefined && clock.now() >= call.deadline);
}
