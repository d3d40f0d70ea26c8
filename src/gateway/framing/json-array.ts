import { joinBytes, noBytes } from '../bytes.js';
import { errorOf, resultOf } from './envelope.js';
import type { Framing } from './framing.js';

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');

/**
 * `[M,M,…]`. An error is a last element `{"error":Status}`, and the array is not closed behind it:
 * whoever reads the body as a whole must not take it for complete. In envelopes nobody can take an
 * error for a message, and the array is closed.
 */
export function jsonArrayFraming(isEnveloped: boolean): Framing {
  let separator = noBytes;
  return {
    contentType: 'application/json',
    takesIds: false,
    flushesEarly: false,
    reconnects: false,
    heartbeat: undefined,
    open: () => open,
    item(json) {
      const frame = joinBytes([separator, isEnveloped ? resultOf(json) : json]);
      separator = comma;
      return frame;
    },
    close: () => close,
    fail({ json, isToldInArrays }) {
      if (isEnveloped) return joinBytes([separator, errorOf(json()), close]);
      return isToldInArrays ? joinBytes([separator, errorOf(json())]) : noBytes;
    },
  };
}
