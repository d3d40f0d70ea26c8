import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

const data = Buffer.from('data: ');
const error = Buffer.from('event: error\ndata: ');
const end = Buffer.from('event: end\ndata: {}\n\n');
const blankLine = Buffer.from('\n\n');
const comment = Buffer.from(':\n\n');

/**
 * Server-sent events (WHATWG HTML §9.2). `end` tells a client to close, since an EventSource
 * takes the end of a body for an accident and connects again.
 */
export function sseFraming(): Framing {
  return {
    contentType: 'text/event-stream',
    flushesEarly: true,
    heartbeat: comment,
    open: () => noBytes,
    item: (json) => joinBytes([data, json, blankLine]),
    close: () => end,
    fail: (statusJson) => joinBytes([error, statusJson, blankLine]),
  };
}
