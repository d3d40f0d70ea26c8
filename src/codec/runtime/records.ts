import { WireType } from '@bufbuild/protobuf/wire';

/** The bytes are not a protobuf message. The text is for the log. */
export class MalformedBinaryError extends Error {
  override readonly name = 'MalformedBinaryError';
}

/** One tag and value of a message, as offsets into its bytes. */
export interface WireRecord {
  readonly number: number;
  readonly wireType: WireType;
  /** Of the tag. */
  readonly start: number;
  /** Of the value: after the tag, and after the length if there is one. */
  readonly contentStart: number;
  /** End of the value; of a group: before the end tag. */
  readonly contentEnd: number;
  readonly end: number;
}

/**
 * Splits a message into its records (Protocol Buffers encoding, "Message structure"). Nested
 * messages stay unread, groups are only skipped, and never by recursion.
 *
 * Throws MalformedBinaryError.
 */
export function readRecords(binary: Uint8Array): readonly WireRecord[] {
  const records: WireRecord[] = [];
  let at = 0;
  while (at < binary.length) {
    const record = readRecord(binary, at);
    if (record.wireType === WireType.EndGroup) {
      throw new MalformedBinaryError('an end group tag without a group');
    }
    const whole = record.wireType === WireType.StartGroup ? closeGroup(binary, record) : record;
    records.push(whole);
    at = whole.end;
  }
  return records;
}

/** Tag, then: varint | 8 bytes | length and bytes | group until its end tag | 4 bytes. */
function readRecord(binary: Uint8Array, start: number): WireRecord {
  const tag = readVarint(binary, start);
  const number = Number(tag.value >> 3n);
  const wireType = Number(tag.value & 7n);
  if (number < 1 || tag.value > 0xffff_ffffn) {
    throw new MalformedBinaryError(`field number ${number}`);
  }
  let contentStart = tag.end;
  let contentEnd = tag.end;
  switch (wireType) {
    case WireType.Varint:
      contentEnd = readVarint(binary, tag.end).end;
      break;
    case WireType.Bit64:
      contentEnd += 8;
      break;
    case WireType.Bit32:
      contentEnd += 4;
      break;
    case WireType.LengthDelimited: {
      const length = readVarint(binary, tag.end);
      contentStart = length.end;
      // Number() of a huge length is still huge, and refused below.
      contentEnd = length.end + Number(length.value);
      break;
    }
    case WireType.StartGroup:
    case WireType.EndGroup:
      break;
    default:
      throw new MalformedBinaryError(`wire type ${wireType}`);
  }
  if (contentEnd > binary.length) {
    throw new MalformedBinaryError('a value goes beyond the end');
  }
  return { number, wireType, start, contentStart, contentEnd, end: contentEnd };
}

function closeGroup(binary: Uint8Array, group: WireRecord): WireRecord {
  const open = [group.number];
  let at = group.contentStart;
  for (;;) {
    const inner = readRecord(binary, at);
    at = inner.end;
    if (inner.wireType === WireType.StartGroup) {
      open.push(inner.number);
    } else if (inner.wireType === WireType.EndGroup) {
      if (open.pop() !== inner.number) {
        throw new MalformedBinaryError('an end group tag of another group');
      }
      if (open.length === 0) {
        return { ...group, contentEnd: inner.start, end: inner.end };
      }
    }
  }
}

/** At most ten bytes, of which the last may hold one bit (64 bits in all). */
function readVarint(binary: Uint8Array, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = binary[start + index];
    if (byte === undefined) {
      throw new MalformedBinaryError('a varint goes beyond the end');
    }
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) {
      return { value: BigInt.asUintN(64, value), end: start + index + 1 };
    }
  }
  throw new MalformedBinaryError('a varint is longer than ten bytes');
}

/** The content of one record. A view. */
export function contentOf(binary: Uint8Array, record: WireRecord): Uint8Array {
  return binary.subarray(record.contentStart, record.contentEnd);
}

/** Puts pieces one after the other. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
