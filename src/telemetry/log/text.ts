import { redact } from './redact.js';

/** Characters of one field, by what is in it: with all of them a line still goes into one write to a pipe. */
export const lengthMax = { name: 64, id: 200, value: 256, message: 500, stack: 1_200 } as const;

/** What would end a line, steer a terminal or turn the direction of reading: C0, DEL, C1, separators, bidi. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const everyUnprintable = new RegExp(unprintable, 'g');

/** A text as it may stand in a line: of bounded length, and with escapes for what a reader could not see. */
export function plain(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return unprintable.test(cut) ? cut.replace(everyUnprintable, escaped) : cut;
}

/** As `plain`, without credentials: for what somebody has put into words. */
export function safeText(text: string, max: number): string {
  // Cut first: no text that is long is searched through.
  return plain(redact(text.slice(0, 2 * max)), max);
}

/** As `safeText`, but with line ends: for stacks. */
export function safeLines(text: string, max: number): string {
  const clean = redact(text.slice(0, 2 * max)).slice(0, max);
  return clean.replace(everyUnprintable, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
