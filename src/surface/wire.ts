/** No message, or one without fields. */
export const emptyBinary: Uint8Array = new Uint8Array(0);

const LEN = 2;

/** Joins fragments of one message; a single one is returned as it is. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const filled = pieces.filter((piece) => piece.length > 0);
  const [first] = filled;
  if (filled.length < 2) {
    return first ?? emptyBinary;
  }
  const joined = new Uint8Array(filled.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of filled) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

/** A length-delimited field: tag, length, content. */
export function lenField(fieldNumber: number, content: Uint8Array): Uint8Array {
  const head: number[] = [];
  // Multiplied, not shifted: a field number may use 29 bits, and `<<` would overflow at 32.
  pushVarint(head, fieldNumber * 8 + LEN);
  pushVarint(head, content.length);
  return concat([Uint8Array.from(head), content]);
}

/** The content of a length-delimited field given as tag, length, content: a view. */
export function lenContent(field: Uint8Array): Uint8Array {
  return field.subarray(skipVarint(field, skipVarint(field, 0)));
}

/** What is behind the tag of a field: a view. */
export function behindTag(field: Uint8Array): Uint8Array {
  return field.subarray(skipVarint(field, 0));
}

/** A field given as tag and value, under another number. */
export function retagged(field: Uint8Array, fieldNumber: number): Uint8Array {
  const tag: number[] = [];
  pushVarint(tag, fieldNumber * 8 + ((field[0] ?? 0) & 7));
  return concat([Uint8Array.from(tag), behindTag(field)]);
}

/** The key of a map entry given as tag, length, entry: a view of its tag and value, empty if left out. */
export function mapEntryKey(field: Uint8Array): Uint8Array {
  const entry = lenContent(field);
  const tag = entry[0];
  // The key is field 1 of its entry and, as every writer does, stands first.
  if (tag === undefined || tag >> 3 !== 1) {
    return emptyBinary;
  }
  switch (tag & 7) {
    case 0:
      return entry.subarray(0, skipVarint(entry, 1));
    case 1:
      return entry.subarray(0, 9);
    case 5:
      return entry.subarray(0, 5);
    default: {
      const start = skipVarint(entry, 1);
      return entry.subarray(0, start + readVarint(entry, 1));
    }
  }
}

/** Byte for byte. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readVarint(bytes: Uint8Array, offset: number): number {
  let value = 0;
  let factor = 1;
  for (let at = offset; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      break;
    }
    factor *= 0x80;
  }
  return value;
}

function skipVarint(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while ((bytes[at] ?? 0) >= 0x80) {
    at++;
  }
  return at + 1;
}
