import { type LogLevel, type LogLevelState, logLevels } from '../../../telemetry/index.js';

/** A level to log at from now on; with `forMs` for so long. */
export interface LogLevelChange {
  readonly level: LogLevel;
  readonly forMs?: number | undefined;
}

/** Longer than that is for the configuration. */
const forMsMax = 24 * 3_600_000;

/** What was asked for as {"level": …, "forMs": …}, or what is wrong with it. */
export function readLogLevelChange(asked: unknown): LogLevelChange | { readonly problem: string } {
  if (typeof asked !== 'object' || asked === null) return { problem: 'it is no JSON object' };
  const { level: name, forMs, ...others } = asked as { readonly level?: unknown; readonly forMs?: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) return { problem: 'it has more than level and forMs' };
  const level = logLevels.find((known) => known === name);
  if (level === undefined) return { problem: `level must be one of ${logLevels.join(', ')}` };
  if (forMs === undefined) return { level };
  if (typeof forMs !== 'number' || !Number.isInteger(forMs) || forMs < 1 || forMs > forMsMax)
    return { problem: `forMs must be a whole number from 1 to ${forMsMax}` };
  return { level, forMs };
}

/** The one that writes the most; undefined where nobody has a log of the gateway's own. */
export function mergeLogLevels(all: readonly (LogLevelState | undefined)[]): LogLevelState | undefined {
  return all
    .filter((state) => state !== undefined)
    .toSorted((a, b) => logLevels.indexOf(a.level) - logLevels.indexOf(b.level))[0];
}
