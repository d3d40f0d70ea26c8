import type { Clock } from '../../clock.js';
import type { LogLevel } from './options.js';

/** How much is written, and for how long that has been asked for. */
export interface LogLevelState {
  readonly level: LogLevel;
  /** What it goes back to where it has been changed for some time. */
  readonly configured: LogLevel;
  /** For how much longer; undefined where it stays. */
  readonly forMs?: number | undefined;
}

/** How much is written, and the way to change it. */
export interface LogLevels {
  state(): LogLevelState;
  /** With `forMs` for so long, and then as configured again. */
  set(level: LogLevel, forMs?: number): void;
}

/** `apply` is told of every change. */
export function createLogLevels(
  configured: LogLevel,
  clock: Clock,
  apply: (level: LogLevel) => void,
): LogLevels {
  let level = configured;
  let stop: (() => void) | undefined;
  let backAt = 0;
  const change = (next: LogLevel): void => {
    level = next;
    apply(next);
  };
  return {
    state: () =>
      stop === undefined
        ? { level, configured }
        : { level, configured, forMs: Math.max(0, Math.round(backAt - clock.now())) },
    set(next, forMs) {
      stop?.();
      stop = undefined;
      change(next);
      if (forMs === undefined) return;
      backAt = clock.now() + forMs;
      stop = clock.after(forMs, () => {
        stop = undefined;
        change(configured);
      });
    },
  };
}
