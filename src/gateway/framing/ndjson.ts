import { joinBytes, noBytes } from '../bytes.js';
import { errorOf, resultOf } from './envelope.js';
import type { Framing } from './framing.js';

const newline = Buffer.from('\n');

/** One JSON text per line; an error is a last line `{"error":Status}`. */
export function ndjsonFraming(
  contentType: 'application/x-ndjson' | 'application/jsonl',
  isEnveloped: boolean,
): Framing {
  return {
    contentType,
    takesIds: false,
    flushesEarly: true,
    reconnects: false,
    heartbeat: undefined,
    open: () => noBytes,
    item: (json) => joinBytes([isEnveloped ? resultOf(json) : json, newline]),
    close: () => noBytes,
    fail: ({ json }) => joinBytes([errorOf(json()), newline]),
  };
}
