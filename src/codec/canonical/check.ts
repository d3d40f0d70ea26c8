import { WireType } from '@bufbuild/protobuf/wire';
import type { Plan, Slot } from './plan.js';

/**
 * Whether the bytes are in canonical form already, without a copy of anything: most messages are,
 * or have their fields in another order only. False for what is no message.
 */
export function isCanonical(plan: Plan, bytes: Uint8Array, depthMax: number): boolean {
  return plan.isOpaque || isMessage(new Scanner(bytes), plan, bytes.length, depthMax);
}

/** A place in the bytes. What cannot be read, or could be shorter, takes it to NaN, which is behind everything. */
class Scanner {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A tag or a length: below 2^35. */
  number(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.bytes[this.at++] ?? Number.NaN;
      if (byte < 128) {
        if (byte === 0 && scale > 1) this.at = Number.NaN;
        return value + byte * scale;
      }
      value += (byte - 128) * scale;
    }
    this.at = Number.NaN;
    return Number.NaN;
  }

  /** Goes over a value; whether it is other than zero. */
  skip(wireType: number): boolean {
    const start = this.at;
    switch (wireType) {
      case WireType.Varint: {
        let byte = this.bytes[this.at++] ?? Number.NaN;
        while (byte >= 128) byte = this.bytes[this.at++] ?? Number.NaN;
        const isShortest = byte > 0 || this.at === start + 1;
        if (!isShortest || this.at - start > 10) this.at = Number.NaN;
        return byte !== 0;
      }
      case WireType.Bit64:
        this.at += 8;
        return this.#hasBits(start);
      case WireType.Bit32:
        this.at += 4;
        return this.#hasBits(start);
      case WireType.LengthDelimited: {
        const length = this.number();
        this.at += length;
        return length > 0;
      }
      default:
        this.at = Number.NaN;
        return false;
    }
  }

  #hasBits(start: number): boolean {
    for (let at = start; at < this.at; at++) if (this.bytes[at] !== 0) return true;
    return false;
  }
}

function isMessage(scanner: Scanner, plan: Plan, end: number, depthLeft: number): boolean {
  if (depthLeft < 1) return false;
  if (plan.isOpaque) {
    scanner.at = end;
    return true;
  }
  let before = 0;
  let oneofs = 0;
  // Of the entry before, where that was of a map.
  let keyStart = 0;
  let keyEnd = 0;
  while (scanner.at < end) {
    const tag = scanner.number();
    const number = Math.floor(tag / 8);
    const slot = plan.slots.get(number);
    const wireType = tag % 8;
    const isAgain = number === before;
    if (!(number >= before)) return false;
    before = number;
    if (slot === undefined || slot.kind === 'kept') {
      scanner.skip(wireType);
      continue;
    }
    if (wireType !== slot.wireType) return false;
    if (slot.oneof !== undefined) {
      // With more of them than bits, what is canonical is found out the long way.
      const bit = slot.oneof > 30 ? oneofs : 1 << slot.oneof;
      if ((oneofs & bit) !== 0 || slot.oneof > 30) return false;
      oneofs |= bit;
    }
    switch (slot.kind) {
      case 'strings':
        scanner.skip(wireType);
        continue;
      case 'messages':
        if (!isNested(scanner, slot, end, depthLeft)) return false;
        continue;
      case 'map': {
        const { entry } = slot;
        if (entry === undefined) return false;
        const entryEnd = lengthAt(scanner);
        const start = entryEnd <= end ? keyAt(scanner, entry.key) : Number.NaN;
        const stop = scanner.at;
        const isBehind = !isAgain || compare(scanner.bytes, keyStart, keyEnd, start, stop) < 0;
        if (!isBehind || !isValue(scanner, entry.value, entryEnd, depthLeft) || scanner.at !== entryEnd)
          return false;
        keyStart = start;
        keyEnd = stop;
        continue;
      }
    }
    if (isAgain) return false;
    if (slot.kind === 'message') {
      if (!isNested(scanner, slot, end, depthLeft)) return false;
    } else if (slot.kind === 'packed') {
      const stop = lengthAt(scanner);
      if (!(stop <= end) || stop === scanner.at) return false;
      while (scanner.at < stop) scanner.skip(slot.valueType);
      if (scanner.at !== stop) return false;
    } else if (!scanner.skip(wireType) && slot.isImplicit) return false;
  }
  return scanner.at === end;
}

/** Reads a length: where what it is the length of ends. */
function lengthAt(scanner: Scanner): number {
  const length = scanner.number();
  return scanner.at + length;
}

function isNested(scanner: Scanner, { plan }: Slot, end: number, depthLeft: number): boolean {
  const stop = lengthAt(scanner);
  return plan !== undefined && stop <= end && isMessage(scanner, plan(), stop, depthLeft - 1);
}

/** Goes over the key of an entry: where it starts. */
function keyAt(scanner: Scanner, key: Slot): number {
  if (scanner.number() !== key.number * 8 + key.wireType) return Number.NaN;
  if (key.wireType === WireType.LengthDelimited) {
    const end = lengthAt(scanner);
    const start = scanner.at;
    scanner.at = end;
    return start;
  }
  const start = scanner.at;
  scanner.skip(key.wireType);
  return start;
}

function isValue(scanner: Scanner, value: Slot, end: number, depthLeft: number): boolean {
  if (scanner.number() !== value.number * 8 + value.wireType) return false;
  if (value.kind === 'message') return isNested(scanner, value, end, depthLeft);
  scanner.skip(value.wireType);
  return true;
}

/** The order of two pieces, byte by byte; NaN where one is none. */
function compare(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): number {
  if (Number.isNaN(otherStart + otherEnd)) return Number.NaN;
  const length = Math.min(end - start, otherEnd - otherStart);
  for (let index = 0; index < length; index++) {
    const difference = (bytes[start + index] ?? 0) - (bytes[otherStart + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return end - start - (otherEnd - otherStart);
}
