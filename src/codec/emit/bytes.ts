import { Code, code } from './code.js';

/**
 * Statements that write fixed bytes at `q` and go behind them: eight at a time as the double that
 * they are, which takes ASCII, or four. Room must be reserved, with spill.
 */
export function appendBytes(bytes: Uint8Array): Code {
  if (bytes.length === 1) return code`s.o[q++] = ${bytes[0] ?? 0};`;
  const stores: Code[] = [];
  for (let at = 0; at < bytes.length; ) {
    const eight = bytes.subarray(at, at + 8);
    if (eight.length > 4 && eight.every((byte) => byte < 127)) {
      stores.push(code`v.setFloat64(q + ${at}, ${doubleWord(eight)}, true);`);
      at += 8;
    } else {
      stores.push(code`v.setInt32(q + ${at}, ${word(bytes, at)}, true);`);
      at += 4;
    }
  }
  return code`{
    const v = s.ov;
    ${stores}
    q += ${bytes.length};
  }`;
}

/** The double whose bytes these are, and zeros behind the end; of ASCII it is neither negative nor NaN. */
function doubleWord(bytes: Uint8Array): Code {
  const view = new DataView(new ArrayBuffer(8));
  bytes.forEach((byte, at) => {
    view.setUint8(at, byte);
  });
  return Code.double(view.getFloat64(0, true));
}

/** Four bytes from `at` as a little-endian int32; zeros behind the end. */
export function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** Bytes of a varint below 2^32. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Bytes of a record's tag (Protocol Buffers encoding, "Message structure"). */
export function tagBytes(number: number, wireType: number): Uint8Array {
  return varintBytes(number * 8 + wireType);
}
