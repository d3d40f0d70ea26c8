import type { DescField, DescMessage } from '../descriptor/index.js';
import type { Projection } from './projection.js';

/** JSON bytes ↔ protobuf bytes of one message type (ProtoJSON). Stateless. */
export interface Codec {
  /**
   * UTF-8 JSON → protobuf bytes.
   * Throws StatusError INVALID_ARGUMENT, with a field violation in the client's JSON names
   * (BODY_FIELD) or a line and column (BODY_MALFORMED).
   */
  toBinary(json: Uint8Array): Uint8Array;
  /**
   * Protobuf bytes → UTF-8 JSON without insignificant space, of the wanted fields only where a
   * projection is given (its unwanted fields are skipped, and not checked).
   * Throws StatusError INTERNAL (RESPONSE_UNREPRESENTABLE): the backend sent nonsense.
   */
  toJson(binary: Uint8Array, wanted?: Projection): Uint8Array;
}

/** A small closed record: one codec exists per message type and options. */
export interface CodecOptions {
  /** Print unset fields with their defaults. Default false, as ProtoJSON. */
  readonly emitDefaults: boolean;
  /** Print enums as numbers. Default false. */
  readonly enumsAsNumbers: boolean;
  /** Print proto field names instead of lowerCamel ones. Default false. */
  readonly protoNames: boolean;
  /** Accept and drop unknown fields and enum names in requests. Default false. */
  readonly ignoreUnknown: boolean;
}

export const defaultCodecOptions: CodecOptions = Object.freeze({
  emitDefaults: false,
  enumsAsNumbers: false,
  protoNames: false,
  ignoreUnknown: false,
});

/** Makes codecs; asked once per message type and options, at load or on first use. */
export interface CodecFactory {
  codec(message: DescMessage, options: CodecOptions): Codec;
  /**
   * Codec of one top-level field, for `body: "f"` and `response_body: "f"`: its JSON is the value
   * of the field alone, its binary the containing message with nothing but that field in it.
   * toBinary: `null` is an absent field (for google.protobuf.Value: null_value).
   * toJson reads any binary of the containing message: an absent message or wrapper is `null`, an
   * implicit-presence scalar its default, a repeated field `[]`, a map `{}`.
   */
  field(field: DescField, options: CodecOptions): Codec;
}
