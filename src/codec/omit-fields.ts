import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { holdingTypes } from '../descriptor/index.js';
import { concatBytes, MalformedBinaryError } from './runtime/records.js';

/** A message without some of its fields; the argument where it has none of them. Throws MalformedBinaryError. */
export type OmitFields = (binary: Uint8Array) => Uint8Array;

/** By field number: whether the field is left out, or what is left out of its messages. */
type Plan = Map<number, 'omit' | Plan>;

/**
 * Leaves fields out of messages, wherever in them, without decoding any. `keep` are paths of proto
 * names that stay whatever `isOmitted` says. Extensions and unknown fields stay, and nothing looks into an Any.
 *
 * Undefined for a type that has no such field at any depth. What is no message, or is nested deeper than
 * `depthMax`, throws MalformedBinaryError: another reader might find a field there.
 */
export function omitFields(
  message: DescMessage,
  isOmitted: (field: DescField) => boolean,
  keep: readonly string[],
  depthMax: number,
): OmitFields | undefined {
  const concerned = holdingTypes([message], ({ fields }) => fields.some(isOmitted));
  if (!concerned.has(message)) return undefined;
  const known = new Map<DescMessage, Plan>();
  const planOf = (type: DescMessage, path: string): Plan => {
    // Only on the way to what is kept is a type not the same everywhere.
    const isOnTheWay = path === '' || keep.some((kept) => kept.startsWith(path));
    const before = isOnTheWay ? undefined : known.get(type);
    if (before !== undefined) return before;
    const plan: Plan = new Map();
    if (!isOnTheWay) known.set(type, plan);
    for (const field of type.fields) {
      const own = `${path}${field.name}`;
      if (isOmitted(field) && !(isOnTheWay && keep.includes(own))) plan.set(field.number, 'omit');
      else if (field.message !== undefined && concerned.has(field.message)) {
        const inner = planOf(field.message, isOnTheWay ? `${own}.` : offTheWay);
        plan.set(field.number, field.fieldKind === 'map' ? new Map([[2, inner]]) : inner);
      }
    }
    return plan;
  };
  const plan = planOf(message, '');
  return (binary) => without(plan, binary, depthMax);
}

/** Begins no path of names. */
const offTheWay = '.';

function without(plan: Plan, bytes: Uint8Array, depthMax: number): Uint8Array {
  if (depthMax === 0) throw new MalformedBinaryError('nested too deep');
  const scan = new Scan(bytes);
  let pieces: Uint8Array[] | undefined;
  let kept = 0;
  while (scan.at < bytes.length) {
    const start = scan.at;
    scan.record();
    const action = plan.get(scan.number);
    if (action === undefined) continue;
    let inner: Uint8Array | undefined;
    if (action !== 'omit') {
      const content = scan.content();
      inner = content === undefined ? undefined : without(action, content, depthMax - 1);
      if (inner === content) continue;
    }
    pieces ??= [];
    pieces.push(bytes.subarray(kept, start));
    if (inner !== undefined) pieces.push(...scan.rewritten(start, inner));
    kept = scan.at;
  }
  if (pieces === undefined) return bytes;
  pieces.push(bytes.subarray(kept));
  return concatBytes(pieces);
}

/** Goes over the records of a message. */
class Scan {
  readonly #bytes: Uint8Array;
  /** Behind the record read last. */
  at = 0;
  /** Of the record read last. */
  number = 0;
  #wireType: number = WireType.Varint;
  #tagEnd = 0;
  #contentStart = 0;
  #contentEnd = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  record(): void {
    const tag = this.#varint();
    this.number = Math.floor(tag / 8);
    this.#wireType = tag % 8;
    this.#tagEnd = this.at;
    if (this.number < 1 || tag > 0xffff_ffff) throw new MalformedBinaryError('a field number');
    if (this.#wireType === WireType.StartGroup) this.#group();
    else this.#value();
  }

  #group(): void {
    const open = [this.number];
    while (open.length > 0) {
      this.#contentEnd = this.at;
      const inner = this.#varint();
      const number = Math.floor(inner / 8);
      if (inner % 8 === WireType.StartGroup) open.push(number);
      else if (inner % 8 !== WireType.EndGroup) this.#skip(inner % 8);
      else if (open.pop() !== number) throw new MalformedBinaryError('an end of another group');
    }
    this.#contentStart = this.#tagEnd;
  }

  /** The content of the record where it may be a message. */
  content(): Uint8Array | undefined {
    const isMessage = this.#wireType === WireType.LengthDelimited || this.#wireType === WireType.StartGroup;
    return isMessage ? this.#bytes.subarray(this.#contentStart, this.#contentEnd) : undefined;
  }

  /** The record, begun at `start`, with other content. */
  rewritten(start: number, content: Uint8Array): Uint8Array[] {
    const tag = this.#bytes.subarray(start, this.#tagEnd);
    return this.#wireType === WireType.StartGroup
      ? [tag, content, this.#bytes.subarray(this.#contentEnd, this.at)]
      : [tag, varint(content.length), content];
  }

  #value(): void {
    this.#contentStart = this.at;
    this.#skip(this.#wireType);
    this.#contentEnd = this.at;
  }

  #skip(wireType: number): void {
    switch (wireType) {
      case WireType.Varint:
        this.#varint();
        break;
      case WireType.Bit64:
        this.at += 8;
        break;
      case WireType.Bit32:
        this.at += 4;
        break;
      case WireType.LengthDelimited: {
        const length = this.#varint();
        this.#contentStart = this.at;
        this.at += length;
        break;
      }
      default:
        throw new MalformedBinaryError(`wire type ${wireType}`);
    }
    if (this.at > this.#bytes.length) throw new MalformedBinaryError('a value goes beyond the end');
  }

  /** Exact below 2^53, and beyond it still larger than anything that is allowed. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new MalformedBinaryError('a varint goes beyond the end');
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
    throw new MalformedBinaryError('a varint is longer than ten bytes');
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
