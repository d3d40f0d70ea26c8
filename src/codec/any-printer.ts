import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { AnyBytes } from '../status/index.js';
import { type Codec, type CodecFactory, defaultCodecOptions } from './codec.js';

/** Packed message → the text of a JSON object. Never throws. */
export type AnyPrinter = (any: AnyBytes) => string;

const utf8 = new TextDecoder();

/**
 * Printer of error details (google.rpc.Status.details): the ProtoJSON of Any, or
 * `{"@type": …, "value": "<base64>"}` for a type that is unknown or bytes that are not a message
 * of it. An error is not lost because one of its details cannot be read.
 */
export function createAnyPrinter(codecs: CodecFactory): AnyPrinter {
  let codec: Codec | undefined;
  // Kept, since a new one makes a new array; `finish` copies and begins again.
  const writer = new BinaryWriter();
  return ({ typeUrl, value }) => {
    writer.tag(AnySchema.field.typeUrl.number, WireType.LengthDelimited).string(typeUrl);
    writer.tag(AnySchema.field.value.number, WireType.LengthDelimited).bytes(value);
    const any = writer.finish();
    try {
      // An Any that says no type may be empty and nothing else, and then prints as {}.
      if (typeUrl !== '') {
        codec ??= codecs.codec(AnySchema, defaultCodecOptions);
        return utf8.decode(codec.toJson(any));
      }
    } catch {
      // Told below.
    }
    return JSON.stringify({ '@type': typeUrl, value: Buffer.from(value).toString('base64') });
  };
}
