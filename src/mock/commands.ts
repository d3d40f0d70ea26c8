import { parseDurationMs } from '../duration.js';
import { Code } from '../status/index.js';

/** What a client asks of the mock beside its request, to see what it does itself then. */
export interface Commands {
  /** Canonical code that the call ends with; 0 for an answer. */
  readonly code: number;
  /** Before the answer. */
  readonly delayMs: number;
}

/** No client waits longer for an answer that is made up. */
const delayMsMax = 60_000;

/**
 * Reads `x-mock-status` (a name of google.rpc.Code, such as NOT_FOUND) and `x-mock-delay` (a duration, such as 250ms)
 * off a request's header fields. A problem, for the client, where one is neither.
 */
export function readCommands(
  headers: readonly (readonly [name: string, value: unknown])[],
): Commands | { readonly problem: string } {
  const valuesOf = (wanted: string): unknown[] =>
    headers.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const [[status, ...statuses], [delay, ...delays]] = [valuesOf('x-mock-status'), valuesOf('x-mock-delay')];
  if (statuses.length + delays.length > 0)
    return { problem: 'x-mock-status and x-mock-delay may be given once.' };
  const code = status === undefined ? Code.OK : Object.entries(Code).find(([name]) => name === status)?.[1];
  if (code === undefined) return { problem: `x-mock-status is one of ${Object.keys(Code).join(', ')}.` };
  const delayMs = delay === undefined ? 0 : parseDurationMs(String(delay));
  if (delayMs === undefined || delayMs > delayMsMax)
    return { problem: 'x-mock-delay is a duration of at most 60s, such as 250ms or 2s.' };
  return { code, delayMs };
}
