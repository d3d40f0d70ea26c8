import { Code, type Outcome } from '../../status/index.js';

/** What the end of a call says about the backend: "neither" when it ended for reasons of ours. */
export type Verdict = 'good' | 'bad' | 'neither';

/** Codes that speak of the backend's state and not of the request. */
const bad: ReadonlySet<number> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS,
]);

/** NOT_FOUND and its like are answers of a backend that works. */
export function judge(outcome: Outcome): Verdict {
  switch (outcome.localReason) {
    case 'CLIENT_CLOSED':
    case 'SHUTTING_DOWN':
    case 'UPSTREAM_CIRCUIT_OPEN':
    case 'INTERNAL':
      return 'neither';
    case 'UPSTREAM_PROTOCOL':
      return 'bad';
    default:
      return bad.has(outcome.status.code) ? 'bad' : 'good';
  }
}
