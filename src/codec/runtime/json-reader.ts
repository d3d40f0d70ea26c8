import { isUtf8 } from 'node:buffer';
import { Code, StatusError } from '../../status/index.js';
import { depthError } from './body-error.js';

/**
 * A JSON value as it was written: numbers keep their text, so that 64-bit integers stay exact.
 *
 * An object remembers the first key that came twice instead of refusing it here, since only the
 * one who knows the message type can name its place; whoever walks the tree must look.
 */
export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | JsonObject;

/** A JSON object; members keep their order, and no key is special. */
export interface JsonObject {
  readonly kind: 'object';
  readonly members: ReadonlyMap<string, JsonValue>;
  readonly duplicateKey: string | undefined;
}

/**
 * Reads one JSON text (RFC 8259) strictly: UTF-8 without a byte order mark, no lone surrogates,
 * nothing after the value, arrays and objects nested at most `depthMax` deep.
 *
 * Throws StatusError INVALID_ARGUMENT: BODY_MALFORMED with line and column (both from 1, columns
 * in characters), or BODY_TOO_DEEP.
 */
export function readJson(json: Uint8Array, depthMax: number): JsonValue {
  if (!isUtf8(json)) {
    throw malformed('The body is not valid UTF-8.');
  }
  if (json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf) {
    throw malformed('The body begins with a byte order mark, which JSON does not allow.');
  }
  return readJsonText(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8'), depthMax);
}

/** As readJson, of a text that is decoded already. */
export function readJsonText(text: string, depthMax: number): JsonValue {
  const reader: Reader = { text, at: 0, depthMax };
  skipSpace(reader);
  const value = readValue(reader, 1);
  skipSpace(reader);
  if (reader.at < text.length) {
    throw unexpected(reader, 'the end of the body');
  }
  return value;
}

interface Reader {
  readonly text: string;
  at: number;
  readonly depthMax: number;
}

const nullValue: JsonValue = Object.freeze({ kind: 'null' });
const trueValue: JsonValue = Object.freeze({ kind: 'boolean', value: true });
const falseValue: JsonValue = Object.freeze({ kind: 'boolean', value: false });

function readValue(reader: Reader, depth: number): JsonValue {
  switch (reader.text[reader.at]) {
    case '{':
      return readObject(reader, depth);
    case '[':
      return readArray(reader, depth);
    case '"':
      return { kind: 'string', value: readString(reader) };
    case 't':
      return readWord(reader, 'true', trueValue);
    case 'f':
      return readWord(reader, 'false', falseValue);
    case 'n':
      return readWord(reader, 'null', nullValue);
    default:
      return readNumber(reader);
  }
}

function readObject(reader: Reader, depth: number): JsonValue {
  enter(reader, depth);
  const members = new Map<string, JsonValue>();
  let duplicateKey: string | undefined;
  if (!closes(reader, '}')) {
    do {
      skipSpace(reader);
      if (reader.text[reader.at] !== '"') {
        throw unexpected(reader, 'a key in double quotes');
      }
      const key = readString(reader);
      skipSpace(reader);
      if (reader.text[reader.at] !== ':') {
        throw unexpected(reader, '":"');
      }
      reader.at++;
      skipSpace(reader);
      if (members.has(key)) {
        duplicateKey ??= key;
      }
      members.set(key, readValue(reader, depth + 1));
    } while (continues(reader, '}'));
  }
  return { kind: 'object', members, duplicateKey };
}

function readArray(reader: Reader, depth: number): JsonValue {
  enter(reader, depth);
  const items: JsonValue[] = [];
  if (!closes(reader, ']')) {
    do {
      skipSpace(reader);
      items.push(readValue(reader, depth + 1));
    } while (continues(reader, ']'));
  }
  return { kind: 'array', items };
}

function enter(reader: Reader, depth: number): void {
  if (depth > reader.depthMax) {
    throw depthError(reader.depthMax);
  }
  reader.at++;
  skipSpace(reader);
}

function closes(reader: Reader, bracket: string): boolean {
  if (reader.text[reader.at] !== bracket) {
    return false;
  }
  reader.at++;
  return true;
}

function continues(reader: Reader, bracket: string): boolean {
  skipSpace(reader);
  if (closes(reader, bracket)) {
    return false;
  }
  if (reader.text[reader.at] !== ',') {
    throw unexpected(reader, `"," or "${bracket}"`);
  }
  reader.at++;
  return true;
}

function readWord(reader: Reader, word: string, value: JsonValue): JsonValue {
  if (!reader.text.startsWith(word, reader.at)) {
    throw unexpected(reader, 'a JSON value');
  }
  reader.at += word.length;
  return value;
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumber(reader: Reader): JsonValue {
  number.lastIndex = reader.at;
  const text = number.exec(reader.text)?.[0];
  if (text === undefined) {
    throw unexpected(reader, 'a JSON value');
  }
  reader.at += text.length;
  // `01`, `1.`, `1e` and `0x1` end too early; the complaint belongs to the number, not to what follows.
  if (/^[0-9.a-zA-Z+-]/.test(reader.text.slice(reader.at, reader.at + 1))) {
    throw unexpected(reader, 'a number as JSON writes it');
  }
  return { kind: 'number', text };
}

// Every character that a string may hold as it is: no quote, no backslash, no control character.
const plainCharacters = /[^"\\\u0000-\u001f]*/y;

function readString(reader: Reader): string {
  reader.at++;
  let value = '';
  for (;;) {
    plainCharacters.lastIndex = reader.at;
    const plain = plainCharacters.exec(reader.text)?.[0] ?? '';
    value += plain;
    reader.at += plain.length;
    const next = reader.text[reader.at];
    if (next === '"') {
      reader.at++;
      return value;
    }
    if (next !== '\\') {
      throw next === undefined
        ? unexpected(reader, 'a closing double quote')
        : malformedAt(reader, 'control characters in a string must be escaped');
    }
    value += readEscape(reader);
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function readEscape(reader: Reader): string {
  const letter = reader.text[reader.at + 1] ?? '';
  if (letter !== 'u') {
    const character = escapes.get(letter);
    if (character === undefined) {
      throw malformedAt(reader, 'a backslash must be followed by one of " \\ / b f n r t u');
    }
    reader.at += 2;
    return character;
  }
  const first = readUnit(reader);
  if (first < 0xd800 || first > 0xdfff) {
    reader.at += 6;
    return String.fromCharCode(first);
  }
  const start = reader.at;
  reader.at += 6;
  if (first < 0xdc00 && reader.text.startsWith('\\u', reader.at)) {
    const second = readUnit(reader);
    if (second >= 0xdc00 && second <= 0xdfff) {
      reader.at += 6;
      return String.fromCharCode(first, second);
    }
  }
  reader.at = start;
  throw malformedAt(reader, 'a surrogate escape must be one of a pair');
}

/** The unit of a `\uXXXX` escape at the reader's position, which stays. */
function readUnit(reader: Reader): number {
  const digits = reader.text.slice(reader.at + 2, reader.at + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    throw malformedAt(reader, '\\u must be followed by four hexadecimal digits');
  }
  return Number.parseInt(digits, 16);
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
      return;
    }
    reader.at++;
  }
}

function unexpected(reader: Reader, wanted: string): StatusError {
  const code = reader.text.codePointAt(reader.at);
  if (code === undefined) {
    return malformedAt(reader, `expected ${wanted}, but the body ends`);
  }
  // Invisible characters are shown by number.
  const visible = code > 0x20 && code < 0x7f ? `"${String.fromCodePoint(code)}"` : `U+${hex(code)}`;
  return malformedAt(reader, `expected ${wanted}, found ${visible}`);
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function malformedAt(reader: Reader, what: string): StatusError {
  let line = 1;
  let column = 1;
  for (let at = 0; at < reader.at; at++) {
    const code = reader.text.charCodeAt(at);
    if (code === 0x0a) {
      line++;
      column = 1;
    } else if (code < 0xdc00 || code > 0xdfff) {
      // The second half of a surrogate pair is no character of its own.
      column++;
    }
  }
  return malformed(`The body is not valid JSON: line ${line}, column ${column}: ${what}.`);
}

function malformed(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', message);
}
