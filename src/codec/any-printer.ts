import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { AnyBytes } from '../status/index.js';
import { type Codec, type CodecFactory, defaultCodecOptions } from './codec.js';

/** Packed message → a JSON object, as UTF-8. Throws for a type that is unknown, or bytes that are no message of it. */
export type AnyPrinter = (any: AnyBytes) => Uint8Array;

/** Backends may write any prefix before the slash: what is remembered is bounded. */
const urlsMax = 1_000;

/** Printer of error details (google.rpc.Status.details): the ProtoJSON of Any. */
export function createAnyPrinter(codecs: CodecFactory): AnyPrinter {
  let codec: Codec | undefined;
  const heads = new Map<string, Uint8Array>();
  const headOf = (typeUrl: string): Uint8Array => {
    const known = heads.get(typeUrl);
    if (known !== undefined) return known;
    const made = headOfAny(typeUrl);
    if (heads.size < urlsMax) heads.set(typeUrl, made);
    return made;
  };
  return ({ typeUrl, value }) => {
    // An Any that says no type may be empty and nothing else, and then prints as {}.
    if (typeUrl === '') throw new TypeError('an Any has no type');
    codec ??= codecs.codec(AnySchema, defaultCodecOptions);
    return codec.toJson(packed(headOf(typeUrl), value));
  };
}

/** A google.protobuf.Any up to the length of its value. */
function headOfAny(typeUrl: string): Uint8Array {
  return new BinaryWriter()
    .tag(AnySchema.field.typeUrl.number, WireType.LengthDelimited)
    .string(typeUrl)
    .tag(AnySchema.field.value.number, WireType.LengthDelimited)
    .finish();
}

/** BinaryWriter would do the same for 0.3 µs more, a fiftieth of a whole request. */
function packed(head: Uint8Array, value: Uint8Array): Uint8Array {
  const any = Buffer.allocUnsafe(head.length + 5 + value.length);
  any.set(head);
  let end = head.length;
  let rest = value.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) any[end++] = (rest % 128) | 128;
  any[end++] = rest;
  any.set(value, end);
  return any.subarray(0, end + value.length);
}
