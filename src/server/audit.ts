import type { WallClock } from '../clock.js';
import { type Fields, type RequestEvent, refusalFields, refusalsLeftFields } from '../telemetry/index.js';

/** Where refusals of the gate are written down, a JSON line each. */
export interface AuditOptions {
  /** Each write opens it anew, so that it may be moved away at any time. Default: standard error. */
  readonly file?: string | undefined;
  /** Lines in ten seconds; what is beyond is summed up, and the first of each kind is always written. Default 100. */
  readonly linesMax?: number | undefined;
}

/** Appends whole lines to wherever they go; never rejects. */
export type AppendLines = (lines: string) => Promise<void>;

export interface Audit {
  readonly note: (event: RequestEvent) => void;
  /** Writes what is left. */
  close(): Promise<void>;
}

const linesMaxDefault = 100;

/** In which lines are counted, and behind which the rest is summed up. */
const windowMs = 10_000;

/** What the lines of one window have come to; kinds are few, since steps and reasons are. */
interface Window {
  written: number;
  /** By "step REASON": how many were not written. */
  readonly left: Map<string, number>;
}

/**
 * Writes down which requests the gate has refused, as many as may be: a flood of them must fill no
 * disk.
 */
export function createAudit(
  { linesMax = linesMaxDefault }: AuditOptions,
  append: AppendLines,
  clock: WallClock,
): Audit {
  let current: Window | undefined;
  let stopTimer = (): void => {};
  let pending = '';
  let writing = Promise.resolve();

  const write = (fields: Fields): void => {
    if (pending === '') {
      // What comes in one turn is one write; the next waits for it.
      writing = writing.then(() => {
        const lines = pending;
        pending = '';
        return append(lines);
      });
    }
    pending += `${JSON.stringify({ '@timestamp': new Date(clock.wall()).toISOString(), ...fields })}\n`;
  };

  const endWindow = (): void => {
    stopTimer();
    const left = current?.left ?? new Map<string, number>();
    current = undefined;
    const by = new Map([...left].filter(([, count]) => count > 0));
    if (by.size > 0) write(refusalsLeftFields(by, windowMs / 1000));
  };

  return {
    note(event) {
      const { refused } = event;
      if (refused === undefined) return;
      if (current === undefined) {
        current = { written: 0, left: new Map() };
        stopTimer = clock.after(windowMs, endWindow);
      }
      const kind = `${refused.step} ${refused.reason}`;
      const left = current.left.get(kind);
      if (left !== undefined && current.written >= linesMax) {
        current.left.set(kind, left + 1);
        return;
      }
      current.written += 1;
      current.left.set(kind, left ?? 0);
      write(refusalFields(event));
    },
    close() {
      endWindow();
      return writing;
    },
  };
}
