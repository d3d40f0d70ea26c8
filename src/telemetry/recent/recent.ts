import type { Reason } from '../../status/index.js';
import type { Histogram } from './latency.js';

/** What has happened in the last ten minutes, as plain data. */
export interface Recent {
  /** Seconds from here on (since the epoch) are not in here: what to ask for the next time. */
  readonly next: number;
  /** Whole seconds in which requests ended, oldest first. */
  readonly seconds: readonly RecentSecond[];
  /** Routes with requests in the last ten minutes. */
  readonly routes: readonly RecentRoute[];
  /** Kinds of refusals by the gate, the last one first. */
  readonly refusals: readonly RecentRefusals[];
  /** Requests that failed on our side or behind us, the last one first. */
  readonly failures: readonly RecentFailure[];
}

/** One second of requests; they count when they end. */
export interface RecentSecond {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly ok: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** Durations, in buckets that are twice as wide as elsewhere: two to each doubling. */
  readonly latency: Histogram;
}

/** A route by what it is bound to, and its requests. */
export interface RecentRoute {
  readonly httpMethod: string;
  /** The template; "" for all requests that no route matched, whose `httpMethod` is "" too. */
  readonly route: string;
  /** Requests in each of the last ten minutes, the present one last. */
  readonly minutes: readonly number[];
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly latency: Histogram;
}

/** Refusals of one kind, since the process started or the kind was last forgotten. */
export interface RecentRefusals {
  readonly httpMethod: string;
  readonly route: string;
  readonly step: string;
  readonly reason: Reason;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
}

/** A failed request, and how to find it in logs and traces. */
export interface RecentFailure {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly httpMethod: string;
  readonly route: string;
  readonly httpStatus: number;
  readonly code: number;
  readonly durationMs: number;
  readonly requestId: string;
  /** "" where there is no tracer. */
  readonly traceId: string;
}
