import { singleField } from '../headers.js';
import { Code, StatusError } from '../status/index.js';
import type { HeaderFields } from './exchange.js';

/** Milliseconds of one unit of Grpc-Timeout (gRPC over HTTP/2, "TimeoutUnit"). */
const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * How long a call may take: the least of what the client and the route say. Undefined where neither
 * says anything.
 *
 * Throws StatusError INVALID_ARGUMENT (TIMEOUT_MALFORMED).
 */
export function timeoutMsOf(headers: HeaderFields, routeTimeoutMs: number | undefined): number | undefined {
  return lesser(lesser(grpcTimeoutMs(headers), serverTimeoutMs(headers)), routeTimeoutMs);
}

function lesser(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Timeout → "grpc-timeout" TimeoutValue TimeoutUnit; TimeoutValue → {1 to 8 ASCII digits}. */
function grpcTimeoutMs(headers: HeaderFields): number | undefined {
  const text = singleField(headers, 'grpc-timeout');
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw malformed('Grpc-Timeout must be 1 to 8 digits and one of H, M, S, m, u, n, such as 500m.');
  }
  return Number(digits) * (unitMs[unit] ?? 0);
}

/** X-Server-Timeout: decimal seconds, as Google's REST clients send it. */
function serverTimeoutMs(headers: HeaderFields): number | undefined {
  const text = singleField(headers, 'x-server-timeout');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(text)) {
    throw malformed('X-Server-Timeout must be seconds as a decimal number, such as 2.5.');
  }
  return Number(text) * 1_000;
}

function malformed(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'TIMEOUT_MALFORMED', message);
}
