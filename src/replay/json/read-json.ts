import type { JsonMember, JsonValue } from './json-value.js';

/** What begins at some place of a text. */
export interface JsonRead {
  /** Where it is cut or malformed, as much of it as is whole, closed; undefined where that is nothing. */
  readonly value: JsonValue | undefined;
  /** Behind the value; where it is malformed, where that was seen. */
  readonly end: number;
  /** `cut`: the text ends inside of the value. */
  readonly state: 'whole' | 'cut' | 'malformed';
}

/** Deeper nesting counts as malformed: no gateway takes it. */
const depthMax = 500;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blanks = /[ \t\r\n]*/y;
const literals: readonly (readonly [string, JsonValue])[] = [
  ['true', { kind: 'bool', value: true }],
  ['false', { kind: 'bool', value: false }],
  ['null', { kind: 'null' }],
];

/** Behind white space (RFC 8259 §2). */
export function skipBlanks(text: string, at: number): number {
  blanks.lastIndex = at;
  return at + (blanks.exec(text)?.[0].length ?? 0);
}

/** Reads one value (RFC 8259), white space before it included. */
export function readJson(text: string, start = 0): JsonRead {
  let at = start;
  let state: JsonRead['state'] = 'whole';

  /** Ends the reading here. */
  function stop(): undefined {
    if (state === 'whole') state = at >= text.length ? 'cut' : 'malformed';
    return undefined;
  }

  function value(depth: number): JsonValue | undefined {
    at = skipBlanks(text, at);
    if (depth > depthMax) return stop();
    const first = text[at];
    if (first === '{') return object(depth);
    if (first === '[') return list(depth);
    if (first === '"') {
      const read = string();
      return read === undefined ? undefined : { kind: 'string', value: read };
    }
    for (const [name, literal] of literals) {
      if (text.startsWith(name, at)) {
        at += name.length;
        return literal;
      }
      if (at < text.length && name.startsWith(text.slice(at))) at = text.length;
    }
    number.lastIndex = at;
    const digits = number.exec(text)?.[0];
    if (digits === undefined) return stop();
    at += digits.length;
    return { kind: 'number', text: digits };
  }

  function string(): string | undefined {
    let end = text.indexOf('"', at + 1);
    while (end !== -1 && isEscaped(end)) end = text.indexOf('"', end + 1);
    if (end === -1) {
      at = text.length;
      return stop();
    }
    try {
      const read: unknown = JSON.parse(text.slice(at, end + 1));
      at = end + 1;
      return typeof read === 'string' ? read : stop();
    } catch {
      return stop();
    }
  }

  function isEscaped(quote: number): boolean {
    let before = quote;
    while (text[before - 1] === '\\') before--;
    return (quote - before) % 2 === 1;
  }

  /** Elements up to a bracket; `element` says whether there was one. */
  function elements(close: string, element: () => boolean): void {
    at = skipBlanks(text, at + 1);
    if (text[at] === close) {
      at++;
      return;
    }
    while (element() && state === 'whole') {
      at = skipBlanks(text, at);
      if (text[at] === close) {
        at++;
        return;
      }
      if (text[at] !== ',') {
        stop();
        return;
      }
      at++;
    }
  }

  function list(depth: number): JsonValue {
    const items: JsonValue[] = [];
    elements(']', () => {
      const item = value(depth + 1);
      if (item !== undefined) items.push(item);
      return item !== undefined;
    });
    return { kind: 'list', items };
  }

  function object(depth: number): JsonValue {
    const members: JsonMember[] = [];
    elements('}', () => {
      at = skipBlanks(text, at);
      const name = text[at] === '"' ? string() : stop();
      if (name === undefined) return false;
      at = skipBlanks(text, at);
      if (text[at] !== ':') {
        stop();
        return false;
      }
      at++;
      const member = value(depth + 1);
      if (member !== undefined) members.push([name, member]);
      return member !== undefined;
    });
    return { kind: 'object', members };
  }

  const read = value(0);
  return { value: read, end: at, state };
}

/** All values that stand one behind the other; `rest` is where something else begins, or the end. */
export function readJsonSequence(text: string): {
  readonly values: readonly JsonValue[];
  readonly state: JsonRead['state'];
} {
  const values: JsonValue[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const { value, end, state } = readJson(text, at);
    if (value !== undefined) values.push(value);
    if (state !== 'whole') return { values, state };
    at = skipBlanks(text, end);
  }
  return { values, state: 'whole' };
}
