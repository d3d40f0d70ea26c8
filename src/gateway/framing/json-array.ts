import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');
const errorOpen = Buffer.from('{"error":');
const errorClose = Buffer.from('}]');

/**
 * `[M,M,…]`. An error is a last element `{"error":Status}`, as Google's clients read it; the cut
 * connection tells the others that something went wrong.
 */
export function jsonArrayFraming(): Framing {
  let separator = noBytes;
  return {
    contentType: 'application/json',
    takesIds: false,
    flushesEarly: false,
    heartbeat: undefined,
    open: () => open,
    item(json) {
      const frame = joinBytes([separator, json]);
      separator = comma;
      return frame;
    },
    close: () => close,
    fail: ({ json }) => joinBytes([separator, errorOpen, json(), errorClose]),
  };
}
