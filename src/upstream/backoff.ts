/** The pause after the first failure, and the longest there is (grpc, "Connection Backoff Protocol"). */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** What grpc recommends. */
export const defaultBackoff: BackoffOptions = { initialMs: 1_000, maxMs: 120_000 };

const multiplier = 1.6;
const jitter = 0.2;

/** The pause after a number of failures in a row, 1 or more; `random` from 0 to 1 spreads those who failed together. */
export function backoffMs(options: BackoffOptions, failures: number, random: number): number {
  const base = Math.min(options.maxMs, options.initialMs * multiplier ** (failures - 1));
  return base * (1 + jitter * (2 * random - 1));
}
