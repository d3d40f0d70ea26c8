import type { Draw } from './draw.js';

/** A regular expression taken apart. */
type Node =
  | { readonly kind: 'text'; readonly from: readonly string[] }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'one'; readonly choices: readonly Node[] }
  | { readonly kind: 'times'; readonly part: Node; readonly low: number; readonly high: number };

const span = (first: string, last: string): string[] => {
  const [low, high] = [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
  // Of a wide range a part is enough to choose from.
  return Array.from({ length: Math.min(high - low + 1, 256) }, (_, at) => String.fromCodePoint(low + at));
};

const digits = span('0', '9');
const words = [...span('a', 'z'), ...digits, ...span('A', 'Z'), '_'];
/** What is chosen from where a class says what it does not hold. */
const usual = [...words, ...' -.,:;!?+*/=@#$%&()[]{}<>|~^'];
const spaces = [' '];
const classes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  w: words,
  s: spaces,
  D: usual.filter((character) => !digits.includes(character)),
  W: usual.filter((character) => !words.includes(character)),
  S: usual.filter((character) => character !== ' '),
};
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', a: '\x07' };
const posix: Readonly<Record<string, readonly string[]>> = {
  alnum: words.filter((character) => character !== '_'),
  alpha: [...span('a', 'z'), ...span('A', 'Z')],
  digit: digits,
  lower: span('a', 'z'),
  upper: span('A', 'Z'),
  space: spaces,
  word: words,
  xdigit: [...digits, ...span('a', 'f')],
  punct: usual.filter((character) => !words.includes(character) && character !== ' '),
};
const unicode: Readonly<Record<string, readonly string[]>> = {
  L: posix['alpha'] ?? [],
  Ll: span('a', 'z'),
  Lu: span('A', 'Z'),
  N: digits,
  Nd: digits,
  P: posix['punct'] ?? [],
  Z: spaces,
};

/** What is written for one text at most: repetition within repetition would have no end. */
const stepsMax = 50_000;

/**
 * A text that a regular expression of RE2 matches; what repeats without end does so up to `more` times beyond its
 * least. Undefined for one that is not understood, and where the text would be too long for anybody.
 */
export function patternText(pattern: string, draw: Draw, more: number): string | undefined {
  try {
    const node = new Parser(pattern).parse();
    return written(node, draw, more, { left: stepsMax });
  } catch {
    return undefined;
  }
}

function written(node: Node, draw: Draw, more: number, steps: { left: number }): string {
  if (--steps.left < 0) throw new RangeError('too long');
  switch (node.kind) {
    case 'text':
      return node.from.length === 0 ? '' : draw.pick(node.from);
    case 'all':
      return node.parts.map((part) => written(part, draw, more, steps)).join('');
    case 'one':
      return written(draw.pick(node.choices), draw, more, steps);
    case 'times': {
      const times = draw.whole(node.low, Math.max(node.low, Math.min(node.high, node.low + more)));
      return Array.from({ length: times }, () => written(node.part, draw, more, steps)).join('');
    }
  }
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  parse(): Node {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new SyntaxError('unexpected )');
    return node;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new SyntaxError('unexpected end');
    return character;
  }

  #takes(text: string): boolean {
    const found = this.#characters.slice(this.#at, this.#at + text.length).join('') === text;
    if (found) this.#at += text.length;
    return found;
  }

  #choice(): Node {
    const choices = [this.#sequence()];
    while (this.#takes('|')) choices.push(this.#sequence());
    return { kind: 'one', choices };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek())
      parts.push(this.#repeated(this.#atom()));
    return { kind: 'all', parts };
  }

  #repeated(part: Node): Node {
    let node = part;
    for (;;) {
      const times = this.#times();
      if (times === undefined) return node;
      // Greedy or not, the same texts match.
      this.#takes('?');
      node = { kind: 'times', part: node, low: times[0], high: times[1] };
    }
  }

  #times(): [low: number, high: number] | undefined {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#takes('?')) return [0, 1];
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const [whole, low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    this.#at += whole.length;
    const least = Number(low);
    return [least, comma === '' ? least : high === '' ? Number.POSITIVE_INFINITY : Number(high)];
  }

  #atom(): Node {
    const character = this.#next();
    switch (character) {
      case '(': {
        if (this.#takes('?')) {
          // Names and flags; those that look around are not RE2's.
          while (this.#peek() !== ':' && this.#peek() !== '>') {
            if (!/[P<\w]/.test(this.#next())) throw new SyntaxError('an unknown group');
          }
          this.#next();
        }
        const node = this.#choice();
        if (!this.#takes(')')) throw new SyntaxError('a group without an end');
        return node;
      }
      case '[':
        return { kind: 'text', from: this.#class() };
      case '.':
        return { kind: 'text', from: words };
      case '^':
      case '$':
        return { kind: 'text', from: [] };
      case '\\':
        return { kind: 'text', from: this.#escape() };
      default:
        return { kind: 'text', from: [character] };
    }
  }

  #escape(): readonly string[] {
    const character = this.#next();
    if (character === 'A' || character === 'z' || character === 'b' || character === 'B') return [];
    if (character === 'x') return [this.#codePoint()];
    if (character === 'p' || character === 'P') return this.#property(character === 'P');
    const known = classes[character];
    if (known !== undefined) return known;
    const control = controls[character];
    if (control !== undefined) return [control];
    if (/[a-zA-Z0-9]/.test(character)) throw new SyntaxError('an unknown escape');
    return [character];
  }

  #codePoint(): string {
    let digits = '';
    if (this.#takes('{')) while (!this.#takes('}')) digits += this.#next();
    else digits = this.#next() + this.#next();
    return String.fromCodePoint(Number.parseInt(digits, 16));
  }

  #property(isNegated: boolean): readonly string[] {
    let name = '';
    if (this.#takes('{')) while (!this.#takes('}')) name += this.#next();
    else name = this.#next();
    const known = unicode[name];
    if (known === undefined) throw new SyntaxError('an unknown property');
    return isNegated ? usual.filter((character) => !known.includes(character)) : known;
  }

  #class(): readonly string[] {
    const isNegated = this.#takes('^');
    const held: string[] = [];
    let isFirst = true;
    while (isFirst || this.#peek() !== ']') {
      isFirst = false;
      held.push(...this.#classItem());
    }
    this.#next();
    return isNegated ? usual.filter((character) => !held.includes(character)) : held;
  }

  #classItem(): readonly string[] {
    if (this.#takes('[:')) {
      let name = '';
      while (!this.#takes(':]')) name += this.#next();
      const known = posix[name];
      if (known === undefined) throw new SyntaxError('an unknown class');
      return known;
    }
    const character = this.#next();
    const first = character === '\\' ? this.#escape() : [character];
    const [low, ...others] = first;
    const isRange = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']';
    if (low === undefined || others.length > 0 || !isRange) return first;
    this.#next();
    const end = this.#next();
    const [high = low] = end === '\\' ? this.#escape() : [end];
    return span(low, high);
  }
}
