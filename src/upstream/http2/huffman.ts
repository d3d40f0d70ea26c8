import { ConnectionError, ErrorCode } from './error-code.js';

/**
 * Bits of the code of each symbol, 0 to 255 and end-of-string (RFC 7541 appendix B). The code is canonical:
 * sorted by length, then by symbol, the codes count upwards, so that lengths say everything.
 */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const endOfString = 256;

/** The decoder reads four bits at a time: no code is shorter than five, so that each step yields one symbol at most. */
const stepBits = 4;
const emits = 0x10000;
const fails = 0x20000;

/**
 * `steps[state * 16 + nibble]`: the next state in the low byte, the symbol in the byte above where `emits` is
 * set. States are inner nodes of the code's tree, of which there are as many as symbols: 256.
 */
const { steps, endsWell } = compile();

function compile(): { steps: Int32Array; endsWell: Uint8Array } {
  // Children of inner nodes; a leaf is ~symbol.
  const children: [number, number][] = [[0, 0]];
  let code = 0;
  let length = 0;
  const bySize = codeLengths.map((bits, symbol) => ({ bits, symbol })).sort((a, b) => a.bits - b.bits);
  for (const { bits, symbol } of bySize) {
    code *= 2 ** (bits - length);
    length = bits;
    plant(children, code, bits, symbol);
    code += 1;
  }
  const table = new Int32Array(children.length << stepBits);
  for (let state = 0; state < children.length; state++) {
    for (let nibble = 0; nibble < 1 << stepBits; nibble++) {
      table[(state << stepBits) | nibble] = step(children, state, nibble);
    }
  }
  // Padding is the beginning of end-of-string, all ones, and less than a byte (RFC 7541 §5.2).
  const ends = new Uint8Array(children.length);
  for (let node = 0, depth = 0; depth < 8; depth++) {
    ends[node] = 1;
    node = children[node]?.[1] ?? 0;
  }
  return { steps: table, endsWell: ends };
}

function plant(children: [number, number][], code: number, bits: number, symbol: number): void {
  let node = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    const side = Math.floor(code / 2 ** bit) % 2 === 0 ? 0 : 1;
    const pair = children[node];
    if (pair === undefined) throw new RangeError('not a tree');
    if (bit === 0) pair[side] = ~symbol;
    else if (pair[side] === 0) pair[side] = children.push([0, 0]) - 1;
    node = pair[side];
  }
}

function step(children: readonly [number, number][], state: number, nibble: number): number {
  let node = state;
  let result = 0;
  for (let bit = stepBits - 1; bit >= 0; bit--) {
    const next = children[node]?.[((nibble >> bit) & 1) === 0 ? 0 : 1] ?? 0;
    if (next >= 0) {
      node = next;
      continue;
    }
    if (~next === endOfString) return fails;
    result = emits | (~next << 8);
    node = 0;
  }
  return result | node;
}

/**
 * Decodes a Huffman-coded string of a header block to Latin-1 text (RFC 7541 §5.2).
 * Throws ConnectionError COMPRESSION_ERROR for an end-of-string symbol and for wrong padding.
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  // The shortest code has five bits.
  const text = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5));
  let length = 0;
  let state = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] ?? 0;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const found = steps[(state << stepBits) | ((byte >> shift) & 0xf)] ?? fails;
      if ((found & fails) !== 0) throw malformed();
      if ((found & emits) !== 0) text[length++] = (found >> 8) & 0xff;
      state = found & 0xff;
    }
  }
  if (endsWell[state] !== 1) throw malformed();
  return text.toString('latin1', 0, length);
}

function malformed(): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, 'Huffman code');
}
