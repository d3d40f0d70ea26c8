import type { WallClock } from '../../src/clock.js';
import { createLog, type LineStream, type Log, type LogOptions } from '../../src/telemetry/index.js';
import { handClock } from './hand-clock.js';

/** A log whose lines stay here. */
export interface MemoryLog {
  readonly log: Log;
  /** What has been written, without what waits. */
  text(): string;
  /** All lines, those that wait too, parsed. */
  lines(): Record<string, unknown>[];
}

export function memoryLog(
  options: LogOptions = {},
  { clock = handClock(), random = () => 0.5, isTerminal = false }: Partial<MemoryLogHost> = {},
): MemoryLog {
  let text = '';
  const stream: LineStream = {
    write(more) {
      text += more;
      return true;
    },
    on: () => undefined,
    once: () => undefined,
  };
  const log = createLog(options, {
    clock,
    random,
    stream,
    isTerminal,
    colours: isTerminal,
    pid: 7,
    version: '1.2.3',
  });
  return {
    log,
    text: () => text,
    lines() {
      log.flush();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
}

interface MemoryLogHost {
  readonly clock: WallClock;
  readonly random: () => number;
  readonly isTerminal: boolean;
}
