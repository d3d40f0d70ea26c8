import type { Limits } from '../../limits.js';
import { Code, StatusError } from '../../status/index.js';
import { bodyTooLarge } from '../body.js';
import { noBytes } from '../bytes.js';
import { Gather } from '../gather.js';

/**
 * Where the splitter stands. Between messages:
 *   start      nothing but white space so far: "[" opens an array, else messages follow one another
 *   element    in an array, after "[" or ",": a message, or "]" right after "["
 *   separator  in an array, after a message: "," or "]"
 *   done       after the array: white space only
 *   next       messages one after the other, white space between them or none (NDJSON, JSON lines)
 * Inside a message:
 *   nested     in an object or array
 *   string     in a string, of a message that is one or holds one
 *   escape     after "\" in a string
 *   scalar     in a number, true, false or null that is a message of its own
 */
type State = 'start' | 'element' | 'separator' | 'done' | 'next' | 'nested' | 'string' | 'escape' | 'scalar';

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const comma = 0x2c;

/**
 * Cuts a request body into messages: NDJSON, one JSON array, or JSON texts end to end. A body
 * whose first character is "[" is one array of messages. Finds ends only; whether a message is
 * valid JSON is for its codec to say.
 *
 * Holds no more than one message of `requestBodyBytesMax`, however the input is cut.
 * Throws StatusError: BODY_MALFORMED with a byte position, BODY_TOO_DEEP, BODY_TOO_LARGE (413).
 */
export class JsonSplitter {
  readonly #limits: Pick<Limits, 'requestBodyBytesMax' | 'nestingDepthMax'>;
  #state: State = 'start';
  #inArray = false;
  #arrayIsEmpty = true;
  /** Closing bytes that are waited for, innermost last. */
  readonly #open: number[] = [];
  /** What chunks before this one had of the current message. */
  readonly #begun = new Gather();
  /** Bytes of the body before this chunk. */
  #position = 0;

  constructor(limits: Pick<Limits, 'requestBodyBytesMax' | 'nestingDepthMax'>) {
    this.#limits = limits;
  }

  /** The messages that end in this chunk, as views into it where they lie in it whole. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isInside()) {
        const end = this.#inside(byte, at);
        if (end === 'goes on') continue;
        // A scalar ends before the byte that follows it, everything else with its last byte.
        yield this.#message(chunk.subarray(start, end === 'after' ? at + 1 : at));
        if (end === 'after') continue;
      }
      if (this.#between(byte, at)) start = at;
    }
    if (this.#isInside()) {
      const piece = chunk.subarray(start);
      this.#checkSize(piece);
      this.#begun.add(piece);
    }
    this.#position += chunk.length;
  }

  /** The end of the body: a last message that only the end can end. */
  *end(): Generator<Uint8Array, void> {
    if (this.#state === 'scalar' && !this.#inArray) yield this.#message(noBytes);
    if (this.#state !== 'start' && this.#state !== 'next' && this.#state !== 'done') {
      throw malformed(`The body ends within a message or array, after ${this.#position} bytes.`);
    }
  }

  #isInside(): boolean {
    const state = this.#state;
    return state === 'nested' || state === 'string' || state === 'escape' || state === 'scalar';
  }

  /** A byte between messages; true when a message begins with it. */
  #between(byte: number, at: number): boolean {
    if (isSpace(byte)) return false;
    switch (this.#state) {
      case 'start':
        if (byte !== openBracket) return this.#begin(byte, at);
        this.#inArray = true;
        this.#state = 'element';
        return false;
      case 'element':
        if (byte !== closeBracket || !this.#arrayIsEmpty) return this.#begin(byte, at);
        this.#state = 'done';
        return false;
      case 'separator':
        if (byte !== comma && byte !== closeBracket) throw this.#unexpected(at);
        this.#state = byte === comma ? 'element' : 'done';
        return false;
      case 'next':
        return this.#begin(byte, at);
      default:
        throw this.#unexpected(at);
    }
  }

  #begin(byte: number, at: number): boolean {
    this.#arrayIsEmpty = false;
    if (byte === openBrace || byte === openBracket) this.#descend(byte);
    else if (byte === quote) this.#state = 'string';
    else if (isScalarByte(byte)) this.#state = 'scalar';
    else throw this.#unexpected(at);
    return true;
  }

  /** A byte inside a message: whether the message ends after it, before it, or goes on. */
  #inside(byte: number, at: number): 'after' | 'before' | 'goes on' {
    switch (this.#state) {
      case 'escape':
        this.#state = 'string';
        return 'goes on';
      case 'string':
        // RFC 8259 §7: a raw control character would let one missing quote swallow all lines after it.
        if (byte < 0x20) throw this.#unexpected(at);
        if (byte === backslash) this.#state = 'escape';
        if (byte !== quote) return 'goes on';
        this.#state = 'nested';
        return this.#open.length === 0 ? 'after' : 'goes on';
      case 'scalar':
        return isScalarByte(byte) ? 'goes on' : 'before';
      default:
        return this.#nested(byte, at);
    }
  }

  #nested(byte: number, at: number): 'after' | 'goes on' {
    if (byte === quote) this.#state = 'string';
    else if (byte === openBrace || byte === openBracket) this.#descend(byte);
    else if (byte === closeBrace || byte === closeBracket) {
      if (this.#open.pop() !== byte) throw this.#unexpected(at);
      if (this.#open.length === 0) return 'after';
    }
    return 'goes on';
  }

  #descend(byte: number): void {
    this.#state = 'nested';
    // "{" and "[" stand two before their closing byte.
    if (this.#open.push(byte + 2) > this.#limits.nestingDepthMax) {
      throw new StatusError(
        Code.INVALID_ARGUMENT,
        'BODY_TOO_DEEP',
        `A message is nested deeper than ${this.#limits.nestingDepthMax} levels.`,
      );
    }
  }

  /** With this piece the message must not be larger than messages may be. */
  #checkSize(piece: Uint8Array): void {
    if (this.#begun.length + piece.length > this.#limits.requestBodyBytesMax) {
      throw bodyTooLarge(this.#limits.requestBodyBytesMax);
    }
  }

  #message(last: Uint8Array): Uint8Array {
    this.#checkSize(last);
    this.#state = this.#inArray ? 'separator' : 'next';
    return this.#begun.take(last);
  }

  #unexpected(at: number): StatusError {
    return malformed(`The body has an unexpected character at byte ${this.#position + at}, counted from 0.`);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Bytes of numbers, `true`, `false` and `null`: digits, letters, "+", "-", ".". */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

function malformed(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', message);
}
