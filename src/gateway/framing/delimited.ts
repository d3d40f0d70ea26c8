import { joinBytes, noBytes } from '../bytes.js';
import type { Framing } from './framing.js';

/**
 * A length that no message has: 2 GiB − 1, which parsers refuse or wait for in vain. A Status
 * behind its own length follows, for clients that know this sign.
 */
const errorSign = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07);

/** Each message behind its length as a varint, as protobuf's own delimited readers take them. */
export function delimitedFraming(contentType: string): Framing {
  return {
    contentType,
    takesIds: false,
    flushesEarly: true,
    reconnects: false,
    heartbeat: undefined,
    open: () => noBytes,
    item: (message) => joinBytes([lengthOf(message), message]),
    close: () => noBytes,
    fail: ({ binary }) => {
      const status = binary();
      return joinBytes([errorSign, lengthOf(status), status]);
    },
  };
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}
