import { randomFillSync } from 'node:crypto';

const bytesOfOne = 16;

/** Random bytes are cheap by the thousand, and dear by the dozen. */
const random = Buffer.allocUnsafeSlow(256 * bytesOfOne);
let used = random.length;

const digits = Buffer.from('0123456789abcdef');

/** The places of the sixteen bytes in the text: hyphens stand between. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** With a method that Node's types leave out: it costs half of what `toString` does. */
const text = Buffer.alloc(36, '-') as Buffer & { latin1Slice(): string };

/**
 * A new UUID of version 4 (RFC 9562 §5.4). As `randomUUID`, at half its cost: that one leaves a string of sixteen
 * pieces, which whoever reads it joins.
 */
export function newUuid(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  places.forEach(writeByte);
  used += bytesOfOne;
  return text.latin1Slice();
}

function writeByte(place: number, index: number): void {
  let byte = random[used + index] ?? 0;
  if (index === 6) byte = (byte & 0x0f) | 0x40;
  if (index === 8) byte = (byte & 0x3f) | 0x80;
  text[place] = digits[byte >> 4] ?? 0;
  text[place + 1] = digits[byte & 0x0f] ?? 0;
}
