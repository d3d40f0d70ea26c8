import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');

/** `[M,M,…]`. An error truncates the array: any text would look like one more element. */
export function jsonArrayFraming(): Framing {
  let separator = noBytes;
  return {
    contentType: 'application/json',
    flushesEarly: false,
    heartbeat: undefined,
    open: () => open,
    item(json) {
      const frame = joinBytes([separator, json]);
      separator = comma;
      return frame;
    },
    close: () => close,
    fail: () => noBytes,
  };
}
