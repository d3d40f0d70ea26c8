import { Code, reasons } from '../../status/index.js';
import { type Refusal, refusal } from '../verdict.js';
import type { Exceeded } from './counter.js';

/** 429, with everything that a client needs to do better (AIP-194, google/rpc/error_details.proto). */
export function tooMany({ limit, waitMs }: Exceeded): Refusal {
  const { requests, perMs } = limit.rate;
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const message = `Too many requests: the limit "${limit.name}" is ${requests} in ${perMs / 1_000} s.`;
  return refusal(Code.RESOURCE_EXHAUSTED, 'RATE_LIMITED', message, {
    headers: [['retry-after', String(seconds)]],
    info: { limit: limit.name },
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [{ subject: limit.name, description: `${requests} requests in ${perMs / 1_000} s` }],
      },
      retryInfo(waitMs),
    ],
  });
}

/** 503: nobody can say whether the request is one too many, and so none is let through. */
export function unknown(): Refusal {
  return refusal(Code.UNAVAILABLE, 'RATE_LIMIT_UNAVAILABLE', reasons.RATE_LIMIT_UNAVAILABLE, {
    headers: [['retry-after', '1']],
    details: [retryInfo(1_000)],
  });
}

function retryInfo(waitMs: number) {
  return {
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: `${(Math.ceil(waitMs) / 1_000).toFixed(3)}s`,
  } as const;
}
