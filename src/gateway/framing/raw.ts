import { noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

/** google.api.HttpBody: the bytes end to end. The content type is that of the first message. */
export function rawFraming(contentType: string): Framing {
  return {
    contentType,
    takesIds: false,
    flushesEarly: false,
    reconnects: false,
    heartbeat: undefined,
    open: () => noBytes,
    item: (bytes) => bytes,
    close: () => noBytes,
    fail: () => noBytes,
  };
}
