import type { Writable } from 'node:stream';

/** More would be written at once, and wait in memory until it is. */
const bytesMax = 64 * 1024;

/** Writes of one turn of the event loop, as one. */
export interface TurnWriter {
  /** Adds a chunk; false when the socket is full, and 'drain' to be waited for. */
  write(chunk: Uint8Array): boolean;
  /** Hands over what the turn has so far. */
  flush(): void;
}

/**
 * Gathers small chunks into one write per turn: each write of Node's costs as much as transcoding a
 * message of a stream, since it becomes three pieces with a callback. What stands alone in its turn
 * is written as it is.
 */
export function turnWriter(response: Writable): TurnWriter {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (chunks.length === 0) return;
    const [only = new Uint8Array()] = chunks;
    const all = chunks.length === 1 ? only : Buffer.concat(chunks, bytes);
    chunks = [];
    bytes = 0;
    if (!response.destroyed) response.write(all);
  };
  return {
    write(chunk) {
      // Runs once everything that is ready has had its turn.
      if (chunks.length === 0) process.nextTick(flush);
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bytesMax) flush();
      return !response.writableNeedDrain;
    },
    flush,
  };
}
