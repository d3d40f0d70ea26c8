import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

const newline = Buffer.from('\n');
const errorOpen = Buffer.from('{"error":');
const errorClose = Buffer.from('}\n');

/** One JSON text per line; an error is a last line `{"error":Status}`. */
export function ndjsonFraming(contentType: 'application/x-ndjson' | 'application/jsonl'): Framing {
  return {
    contentType,
    takesIds: false,
    flushesEarly: true,
    heartbeat: undefined,
    open: () => noBytes,
    item: (json) => joinBytes([json, newline]),
    close: () => noBytes,
    fail: ({ json }) => joinBytes([errorOpen, json(), errorClose]),
  };
}
