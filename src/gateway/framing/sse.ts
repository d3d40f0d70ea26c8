import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

/** The id of the end: a client that comes back with it as Last-Event-ID has seen all there is. */
export const endEventId = 'propylon-end';

const data = Buffer.from('data: ');
const error = Buffer.from('event: error\ndata: ');
const end = Buffer.from(`id: ${endEventId}\nevent: end\ndata: {}\n\n`);
const blankLine = Buffer.from('\n\n');
const comment = Buffer.from(':\n\n');

/**
 * Server-sent events (WHATWG HTML §9.2). `end` tells a client to close, since an EventSource
 * takes the end of a body for an accident and connects again, after `retryMs` where that is given.
 */
export function sseFraming(retryMs: number | undefined): Framing {
  return {
    contentType: 'text/event-stream',
    takesIds: true,
    flushesEarly: true,
    reconnects: true,
    heartbeat: comment,
    open: () => (retryMs === undefined ? noBytes : Buffer.from(`retry: ${retryMs}\n\n`)),
    item: (json, id) =>
      joinBytes([...(id === undefined ? [] : [Buffer.from(`id: ${id}\n`)]), data, json, blankLine]),
    close: () => end,
    fail: ({ json, comeBackMs }) =>
      joinBytes([
        ...(comeBackMs === undefined ? [] : [Buffer.from(`retry: ${comeBackMs}\n`)]),
        error,
        json(),
        blankLine,
      ]),
  };
}
