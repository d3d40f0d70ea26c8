import { parseDurationMs } from '../duration.js';
import { Code, type CodeName } from '../status/index.js';
import type { UpstreamOptions } from './options.js';
import type { BreakerPolicy } from './resilience/breaker.js';
import type { FaultPolicy } from './resilience/fault.js';
import type { HedgePolicy } from './resilience/hedge.js';
import type { MirrorPolicy } from './resilience/mirror.js';
import type { OutlierPolicy } from './resilience/outlier.js';
import type { RetryBudgetOptions } from './resilience/retry-budget.js';
import type { RetryPolicy } from './resilience/retry-policy.js';

/** Options as the configuration has them → policies, with every default filled in. */

type OptionsOf<K extends keyof UpstreamOptions> = NonNullable<UpstreamOptions[K]>;

/** What is kept of a request for another attempt: most are far smaller, and thousands may be under way. */
export const retryRequestBytesMax = 64 * 1024;

export function retryPolicy(options: OptionsOf<'retry'>): RetryPolicy {
  return {
    attemptsMax: options.attempts ?? 3,
    codes: codes(options.codes),
    backoffMs: ms(options.backoff) ?? 50,
    backoffMsMax: ms(options.backoffMax) ?? 1_000,
    backoffMultiplier: 2,
    perTryTimeoutMs: ms(options.perTryTimeout),
    requestBytesMax: options.requestBytesMax ?? retryRequestBytesMax,
  };
}

export function hedgePolicy(options: OptionsOf<'hedge'>): HedgePolicy {
  return {
    attemptsMax: options.attempts ?? 2,
    delayMs: ms(options.delay) ?? 100,
    codes: codes(options.codes),
  };
}

/** A tenth of the load on top is what a backend in trouble can bear; the minimum lets quiet ones retry at all. */
export function retryBudgetOptions(options: OptionsOf<'retryBudget'> = {}): RetryBudgetOptions {
  return { ratio: (options.percent ?? 10) / 100, perSecondMin: options.perSecondMin ?? 10 };
}

export function breakerPolicy(options: OptionsOf<'breaker'>): BreakerPolicy {
  return {
    // More than one bad request that is repeated by hand, less than a second of trouble under load.
    failuresMax: options.failures ?? 20,
    openMs: ms(options.openFor) ?? 5_000,
    inFlightMax: options.inFlightMax ?? 1_024,
    pendingMax: options.pendingMax ?? 1_024,
  };
}

export function outlierPolicy(options: OptionsOf<'outlier'>): OutlierPolicy {
  return {
    failuresMax: options.failures ?? 5,
    intervalMs: ms(options.interval) ?? 10_000,
    endpointsMin: options.addressesMin ?? 5,
    callsMin: options.callsMin ?? 100,
    deviations: options.deviations ?? 1.9,
    ejectMs: ms(options.ejectFor) ?? 30_000,
    ejectMsMax: ms(options.ejectForMax) ?? 300_000,
    ejectPercentMax: options.ejectPercentMax ?? 50,
  };
}

export function mirrorPolicy(options: OptionsOf<'mirror'>): MirrorPolicy {
  return {
    percent: options.percent ?? 100,
    inFlightMax: options.inFlightMax ?? 100,
    timeoutMs: ms(options.timeout) ?? 5_000,
  };
}

export function faultPolicy(options: OptionsOf<'fault'>): FaultPolicy {
  return {
    when: options.when,
    delayMs: ms(options.delay) ?? 0,
    delayPercent: options.delayPercent ?? 100,
    abortCode: options.abort && Code[options.abort],
    abortPercent: options.abortPercent ?? 100,
  };
}

function ms(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDurationMs(duration);
}

function codes(names: readonly CodeName[] = ['UNAVAILABLE']): ReadonlySet<number> {
  return new Set(names.map((name) => Code[name]));
}
