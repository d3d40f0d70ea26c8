import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');
const errorOpen = Buffer.from('{"error":');
const errorClose = Buffer.from('}');

/**
 * `[M,M,…]`. An error is a last element `{"error":Status}`, and the array is not closed behind it:
 * whoever reads the body as a whole must not take it for complete.
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
    fail: ({ json, isToldInArrays }) =>
      isToldInArrays ? joinBytes([separator, errorOpen, json(), errorClose]) : noBytes,
  };
}
