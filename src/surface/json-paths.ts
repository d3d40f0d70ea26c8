import type { DescField, DescMessage } from '../descriptor/index.js';
import type { FieldNames } from './field-names.js';

const utf8 = new TextDecoder();

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Paths of the fields that a JSON object names, in proto names: `{"author":{"id":"a"},"title":""}` →
 * author.id, title. An object descends where its field is structured; everything else is a leaf, and
 * so is `{}`. Undefined where the JSON is no object.
 *
 * `json` must have been accepted by the codec of the message: it is valid, and nested within bounds.
 * Names are all that is decoded; values are skipped.
 */
export function jsonPaths(json: Uint8Array, message: DescMessage, names: FieldNames): string[] | undefined {
  const reader = new PathReader(json, names);
  return reader.object(message);
}

/** A singular message whose JSON form is an object of its fields. */
export function isStructured(field: DescField): field is DescField & { readonly message: DescMessage } {
  // Every message of google.protobuf is a well-known type with a JSON form of its own, or an
  // Empty or a descriptor, which nobody patches field by field.
  return field.fieldKind === 'message' && !field.message.typeName.startsWith('google.protobuf.');
}

class PathReader {
  readonly #json: Uint8Array;
  readonly #names: FieldNames;
  readonly #paths: string[] = [];
  #at = 0;

  constructor(json: Uint8Array, names: FieldNames) {
    this.#json = json;
    this.#names = names;
  }

  object(message: DescMessage): string[] | undefined {
    if (this.#next() !== openBrace) return undefined;
    this.#members(message, '');
    return this.#paths;
  }

  /** From an opening brace to behind its closing one. */
  #members(message: DescMessage, prefix: string): void {
    this.#at++;
    const fields = this.#names.of(message);
    while (this.#next() !== closeBrace) {
      const field = fields.get(this.#string());
      // The colon.
      this.#next();
      this.#at++;
      if (field === undefined) this.#skip();
      else this.#value(field, `${prefix}${field.name}`);
      if (this.#next() === comma) this.#at++;
    }
    this.#at++;
  }

  #value(field: DescField, path: string): void {
    if (isStructured(field) && this.#next() === openBrace && !this.#isEmptyObject()) {
      this.#members(field.message, `${path}.`);
    } else if (field.fieldKind === 'enum' && this.#next() === quote) {
      // A name that `ignoreUnknown` has dropped must not clear the field.
      const name = this.#string();
      if (field.enum.values.some((value) => value.name === name || value.jsonName === name))
        this.#paths.push(path);
    } else {
      this.#paths.push(path);
      this.#skip();
    }
  }

  #isEmptyObject(): boolean {
    const start = this.#at++;
    const isEmpty = this.#next() === closeBrace;
    this.#at = start;
    return isEmpty;
  }

  /** Decodes the string that stands here. */
  #string(): string {
    const start = this.#at;
    const isPlain = this.#skipString();
    const raw = utf8.decode(this.#json.subarray(start, this.#at));
    return isPlain ? raw.slice(1, -1) : String(JSON.parse(raw));
  }

  /** Moves behind the value that stands here. */
  #skip(): void {
    let depth = 0;
    for (this.#next(); this.#at < this.#json.length; ) {
      const byte = this.#json[this.#at];
      if (byte === quote) {
        this.#skipString();
      } else if (byte === openBrace || byte === openBracket) {
        depth++;
        this.#at++;
      } else if (byte === closeBrace || byte === closeBracket) {
        // The end of what is around a number or literal.
        if (depth === 0) return;
        depth--;
        this.#at++;
      } else if (byte === comma && depth === 0) {
        return;
      } else {
        this.#at++;
        continue;
      }
      if (depth === 0) return;
    }
  }

  /** Moves behind the string that stands here; whether it has no escapes. */
  #skipString(): boolean {
    let isPlain = true;
    for (this.#at++; this.#json[this.#at] !== quote; this.#at++) {
      if (this.#json[this.#at] !== backslash) continue;
      isPlain = false;
      this.#at++;
    }
    this.#at++;
    return isPlain;
  }

  /** The byte that stands behind white space. */
  #next(): number | undefined {
    for (;;) {
      const byte = this.#json[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
  }
}
