import type { DescField, DescMessage } from '../descriptor/index.js';
import { nearestName } from '../nearest.js';

/**
 * What a client wants of a message: by field number, or by key where it is a map, what it wants of
 * that; undefined is everything. Under `anyKey` stands what it wants of every entry of a map.
 */
export type Projection = ReadonlyMap<number | string, Projection | undefined>;

/** No field has this number. */
export const anyKey = 0;

/** A mask that is malformed or names what is not there. The message says what is wrong: `"pice" is no field of …`. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError';
}

type Growing = Map<number | string, Growing | undefined>;

/** Where a path stands: in a message, in a map, or in something without parts to choose from. */
type Place = DescMessage | (DescField & { readonly fieldKind: 'map' }) | undefined;

/** Messages whose JSON form is no object of their fields. */
const opaque = /^google\.protobuf\.(Any|Struct|Value|ListValue|Timestamp|Duration|FieldMask|\w+Value|Empty)$/;

/**
 * Compiles the mask of a partial response (Google's `$fields` and `X-Goog-FieldMask`): paths
 * separated by commas, their steps by "." or "/", several paths under one in parentheses; "*" is
 * everything, or every entry of a map; a map key that is no plain word stands between backquotes.
 * Names are JSON or proto names. Lists are stepped through.
 *
 *   Mask = Path {"," Path} ; Path = Step {("." | "/") Step} ["(" Mask ")"] ; Step = NAME | "*" | "`" KEY "`"
 *
 * "name,items(id,price/units)" → name, items.id, items.price.units. Undefined for a mask that
 * chooses everything. Throws ProjectionError, also for paths of more than `depthMax` steps.
 */
export function parseProjection(
  mask: string,
  root: DescMessage | DescField,
  depthMax: number,
): Projection | undefined {
  const parser = new Parser(mask, depthMax);
  return parser.mask(root.kind === 'message' ? placeOf(root) : placeIn(root));
}

class Parser {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  mask(place: Place): Growing | undefined {
    const root: Growing = new Map();
    let all = this.#text.trim() === '';
    if (!all) {
      all = this.#paths(root, place, 1);
      if (this.#at < this.#text.length) throw this.#malformed();
    }
    return all ? undefined : root;
  }

  /** Adds what is chosen of a place; true when that is everything. */
  #paths(into: Growing, place: Place, depth: number): boolean {
    let all = false;
    do {
      if (this.#path(into, place, depth)) all = true;
    } while (this.#takes(','));
    return all;
  }

  #path(into: Growing, place: Place, depth: number): boolean {
    if (depth > this.#depthMax) throw new ProjectionError(`a path has more than ${this.#depthMax} steps`);
    const step = this.#step();
    const goesOn = this.#takes('.', '/');
    const opens = !goesOn && this.#takes('(');
    const isLast = !goesOn && !opens;
    if (place === undefined)
      throw new ProjectionError(`"${step.text}" stands below a field without fields of its own`);
    const found = place.kind === 'message' ? this.#field(place, step) : this.#key(place, step);
    if (found === undefined) {
      if (isLast) return true;
      throw new ProjectionError('"*" stands for all fields, and nothing may follow it');
    }
    const isAll = into.has(found.key) && into.get(found.key) === undefined;
    const inner: Growing = into.get(found.key) ?? new Map();
    let all = isLast;
    if (goesOn) all = this.#path(inner, found.place, depth + 1);
    if (opens) {
      all = this.#paths(inner, found.place, depth + 1);
      if (!this.#takes(')')) throw this.#malformed();
    }
    into.set(found.key, all || isAll ? undefined : inner);
    return false;
  }

  /** Undefined for "*". */
  #field(message: DescMessage, step: Step): { key: number; place: Place } | undefined {
    if (step.text === '*' && !step.quoted) return undefined;
    const { fields } = message;
    const field =
      fields.find(({ jsonName }) => jsonName === step.text) ?? fields.find(({ name }) => name === step.text);
    if (field !== undefined) return { key: field.number, place: placeIn(field) };
    const nearest = nearestName(
      step.text,
      fields.map(({ jsonName }) => jsonName),
    );
    const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
    throw new ProjectionError(`"${step.text}" is no field of ${message.typeName}${hint}`);
  }

  #key(map: DescField & { readonly fieldKind: 'map' }, step: Step): { key: number | string; place: Place } {
    const place = map.mapKind === 'message' ? placeOf(map.message) : undefined;
    return { key: step.text === '*' && !step.quoted ? anyKey : step.text, place };
  }

  #step(): Step {
    this.#blanks();
    if (this.#text[this.#at] === '`') {
      const end = this.#text.indexOf('`', this.#at + 1);
      if (end < 0) throw this.#malformed();
      const text = this.#text.slice(this.#at + 1, end);
      this.#at = end + 1;
      return { text, quoted: true };
    }
    const name = /[^\s,./()`]+/y;
    name.lastIndex = this.#at;
    const [text] = name.exec(this.#text) ?? [];
    if (text === undefined) throw this.#malformed();
    this.#at += text.length;
    return { text, quoted: false };
  }

  #takes(...characters: readonly string[]): boolean {
    this.#blanks();
    const isNext = characters.includes(this.#text[this.#at] ?? '');
    if (isNext) this.#at++;
    return isNext;
  }

  #blanks(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #malformed(): ProjectionError {
    return new ProjectionError(
      `it is malformed at character ${this.#at + 1}: write paths such as "name,items(id,price.units)"`,
    );
  }
}

interface Step {
  readonly text: string;
  readonly quoted: boolean;
}

function placeIn(field: DescField): Place {
  if (field.fieldKind === 'map') return field;
  return field.message === undefined ? undefined : placeOf(field.message);
}

function placeOf(message: DescMessage): Place {
  return opaque.test(message.typeName) ? undefined : message;
}
