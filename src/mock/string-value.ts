import type { Draw } from './draw.js';
import { patternText } from './pattern-text.js';
import { formats, plausibleText } from './plausible-text.js';
import { countIn, listIn, sectionOf, textIn } from './rules.js';
import type { Spot } from './spot.js';

/** A string by the rules of its field, plausible by the name of it. */
export function stringValue({ name, rules, draw, tries, literals }: Spot): string {
  const own = sectionOf(rules, 'string');
  const only = textIn(own, 'const');
  if (only !== undefined) return only;
  const allowed = listIn(own, 'in').map(String);
  if (allowed.length > 0) return draw.pick(allowed);
  if (literals.texts.length > 0 && tries > 0 && draw.unit() < 0.5) return draw.pick(literals.texts);
  const format = Object.keys(formats).find((known) => own[known] === true);
  const made = format === undefined ? undefined : formats[format]?.(draw);
  if (made !== undefined) return made;
  const known = own['well_known_regex'];
  if (known === 'KNOWN_REGEX_HTTP_HEADER_NAME') return `x-${draw.pick(['request', 'trace', 'tenant'])}-id`;
  if (known !== undefined) return draw.hex(8);
  const room = roomOf(own);
  const pattern = textIn(own, 'pattern');
  if (pattern !== undefined) {
    const found = matching(pattern, room, draw, tries);
    if (found !== undefined) return found;
  }
  const [prefix, inner, suffix] = ['prefix', 'contains', 'suffix'].map((part) => textIn(own, part) ?? '');
  const around = `${prefix}${inner}${suffix}`;
  const text = plausibleText(name, draw);
  return `${prefix}${fitted(text, lessOf(room, around))}${inner}${suffix}`;
}

/** Bounds of a text: code points, and bytes in UTF-8. */
interface Room {
  readonly low: number;
  readonly high: number;
}

function roomOf(own: Spot['rules']): Room {
  const count = (name: string): number | undefined => countIn(own, name);
  const length = count('len') ?? count('len_bytes');
  // What is made up is ASCII: a byte each.
  const low = Math.max(length ?? 0, count('min_len') ?? 0, count('min_bytes') ?? 0);
  const tops = [length, count('max_len'), count('max_bytes')].filter((top) => top !== undefined);
  return { low, high: Math.min(...tops, Number.POSITIVE_INFINITY) };
}

function lessOf({ low, high }: Room, around: string): Room {
  const taken = [...around].length;
  return { low: Math.max(0, low - taken), high: Math.max(0, high - taken) };
}

/** What is longest that anybody should be sent for a rule that wants more. */
const lengthMax = 100_000;

function fitted(text: string, { low, high }: Room): string {
  const least = Math.min(low, lengthMax);
  const filled = text.length < least ? text.padEnd(least, ` ${text}`) : text;
  // A cut at a space would be trimmed by those who trim.
  return filled.length > high ? filled.slice(0, high).replace(/ $/, 'x') : filled;
}

function matching(pattern: string, { low, high }: Room, draw: Draw, tries: number): string | undefined {
  let last: string | undefined;
  // With little repetition first: short texts read best.
  for (const more of [2 + tries, 6, 12, 0, 30, Math.min(low, 1_000)]) {
    for (let round = 0; round < 6; round++) {
      const text = patternText(pattern, draw, more);
      if (text === undefined) break;
      const length = [...text].length;
      if (length >= low && length <= high) return text;
      last = text;
    }
  }
  return last;
}
