import type { Clock } from '../../clock.js';

/** Where lines go in the end: process.stderr. Anything of Node's that can be written to is one. */
export interface LineStream {
  write(text: string): boolean;
  /** Bytes that it could not hand on yet; undefined where it hands on at once. */
  readonly writableLength?: number;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'drain', listener: () => void): unknown;
}

/** Takes lines, and never lets anybody wait. */
export interface Sink {
  /** A whole line, with its end. */
  write(line: string): void;
  /** Hands on what has been collected. */
  flush(): void;
  /** Lines that were lost because the reader is slow or gone. */
  readonly dropped: number;
  /** Hands on what is left, as far as the reader takes it within a second. */
  close(): Promise<void>;
}

/** What is written at once to a pipe stays in one piece between the lines of others up to this size (POSIX, PIPE_BUF). */
const pipeBatchLength = 4_096;
/** A file that is appended to takes any size in one piece, and each write costs as much as several lines. */
const fileBatchLength = 64 * 1_024;
/** Lines wait this long for others to go with. */
const batchMs = 20;
/** What a reader may be behind. Beyond it lines are dropped: memory is for requests. */
const behindBytesMax = 1024 * 1024;
const lastWordsMs = 1_000;

/**
 * Collects lines and hands them on in few writes. `told` is called with the number of lines that are lost, once the
 * reader has caught up. `isFile` where the stream ends in a file, and nobody reads it meanwhile.
 */
export function createSink(
  stream: LineStream,
  clock: Clock,
  told: (lost: number) => void,
  isFile = false,
): Sink {
  const batchLength = isFile ? fileBatchLength : pipeBatchLength;
  let batch = '';
  let lines = 0;
  let dropped = 0;
  let untold = 0;
  let isGone = false;
  let stopTimer: (() => void) | undefined;
  // A reader that has gone away is no reason to end.
  stream.on('error', () => {
    isGone = true;
  });

  const flush = (): void => {
    stopTimer?.();
    stopTimer = undefined;
    if (batch === '') return;
    const [text, count] = [batch, lines];
    batch = '';
    lines = 0;
    if (isGone || (stream.writableLength ?? 0) > behindBytesMax) {
      dropped += count;
      untold += count;
      return;
    }
    try {
      stream.write(text);
    } catch {
      isGone = true;
      dropped += count;
      return;
    }
    if (untold === 0) return;
    const lost = untold;
    untold = 0;
    told(lost);
  };

  return {
    write(line) {
      if (batch.length + line.length > batchLength) flush();
      batch += line;
      lines += 1;
      stopTimer ??= clock.after(batchMs, flush);
    },
    flush,
    get dropped() {
      return dropped;
    },
    async close() {
      flush();
      if (isGone || (stream.writableLength ?? 0) === 0) return;
      await new Promise<void>((resolve) => {
        const stop = clock.after(lastWordsMs, resolve);
        stream.once('drain', () => {
          stop();
          resolve();
        });
        stream.on('error', () => {
          stop();
          resolve();
        });
      });
    },
  };
}
