/**
 * Source text that was written by this program and nobody else. Built by the template tag only,
 * whose gaps take numbers and other Code: a name out of a descriptor cannot get into it.
 */
export class Code {
  readonly text: string;

  /** For this file. */
  private constructor(text: string) {
    this.text = text;
  }

  /** Joins the literal parts of a template with its gaps. */
  static build(parts: readonly string[], gaps: readonly Gap[]): Code {
    let text = parts[0] ?? '';
    gaps.forEach((gap, index) => {
      text += render(gap) + (parts[index + 1] ?? '');
    });
    return new Code(text);
  }

  /** An identifier: the prefix, and what of the text may stand in one. */
  static identifier(prefix: Code, text: string): Code {
    return new Code(`${prefix.text}_${text.replace(/\W/g, '_')}`);
  }

  /** An identifier as it is. Throws for any text that is none. */
  static word(text: string): Code {
    if (!/^[a-z]\w*$/i.test(text)) throw new RangeError(`${JSON.stringify(text)} is not an identifier`);
    return new Code(text);
  }

  /** A string literal: letters, digits, dots and spaces of the text as they are, all else as escapes. */
  static quoted(text: string): Code {
    const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return new Code(`'${text.replace(/[^\w. ]/g, escaped)}'`);
  }

  /** A number that need be no integer. */
  static double(value: number): Code {
    if (!(Number.isFinite(value) && value >= 0)) throw new RangeError(`${value} is not printed`);
    return new Code(String(value));
  }

  /** A comment: letters, digits, dots and arrows of the text, for people who read the source. */
  static comment(text: string): Code {
    return new Code(`// ${text.replace(/[^\w.[\]→ ]/g, '?')}`);
  }
}

/** What may stand in a gap: integers, code, or code line by line. */
export type Gap = number | Code | readonly Code[];

/** The only way to write source. */
export function code(parts: TemplateStringsArray, ...gaps: readonly Gap[]): Code {
  return Code.build(parts, gaps);
}

export const nothing: Code = code``;

function render(gap: Gap): string {
  if (typeof gap === 'number') {
    if (!Number.isSafeInteger(gap)) throw new RangeError(`${gap} is not an integer`);
    return gap < 0 ? `(${gap})` : String(gap);
  }
  return gap instanceof Code ? gap.text : gap.map((line) => line.text).join('\n');
}

/**
 * Source as a person would write it: a statement a line, indented by the brackets and labels around
 * it. For those who read it; what is evaluated stays as it was emitted.
 */
export function layOut(source: Code): string {
  return [...layOutLines([source])].join('');
}

/** The same line by line, of sources that follow each other, each of which begins a line. */
export function* layOutLines(sources: Iterable<Code>): Generator<string, void> {
  /** The brackets that are open, and whether a label stands before what comes next in them. */
  const open: { labelled: boolean }[] = [];
  for (const line of statementsOf(sources)) {
    const words = line.replace(/\/\/.*$/, '').trim();
    const closed = /^[})\]]*/.exec(words)?.[0].length ?? 0;
    open.splice(Math.max(0, open.length - closed));
    const outer = open.at(-1);
    const isLabel = /^(case .*|default):/.test(words);
    if (isLabel && outer !== undefined) outer.labelled = false;
    yield `${'  '.repeat(open.length + open.filter(({ labelled }) => labelled).length)}${line}\n`;
    for (const character of words.slice(closed)) {
      if (opening.has(character)) open.push({ labelled: false });
      else if (closing.has(character)) open.pop();
    }
    if (isLabel && outer !== undefined) outer.labelled = !words.endsWith('{');
  }
}

const opening = new Set('{([');
const closing = new Set('})]');

/**
 * Breaks lines behind `;` and `{` and around `}`, but neither in parentheses nor before `else`,
 * `while` and what belongs to the bracket. The emitter's strings hold none of these.
 */
function* statementsOf(sources: Iterable<Code>): Generator<string, void> {
  const open: string[] = [];
  for (const { text } of sources) {
    for (let from = 0; from <= text.length; ) {
      const end = text.indexOf('\n', from);
      const to = end < 0 ? text.length : end;
      yield* statementsOfLine(text.slice(from, to), open);
      from = to + 1;
    }
  }
}

function statementsOfLine(line: string, open: string[]): readonly string[] {
  const statements: string[] = [];
  const [, words = '', comment = ''] = /^(.*?)\s*(\/\/.*)?$/.exec(line.trim()) ?? [];
  let from = 0;
  const breakAt = (at: number): void => {
    const statement = words.slice(from, at).trim();
    if (statement !== '') statements.push(statement);
    from = at;
  };
  for (let at = 0; at < words.length; at++) {
    const character = words.charAt(at);
    if (opening.has(character)) open.push(character);
    else if (closing.has(character)) open.pop();
    if (open.at(-1) === '(' || open.at(-1) === '[') continue;
    if (character === '}') breakAt(at);
    if (character === '{') breakAt(at + 1);
    else if ((character === ';' || character === '}') && !continues(words, at + 1)) breakAt(at + 1);
  }
  const last = `${words.slice(from).trim()} ${comment}`.trim();
  // A comment stays on the line that it was written on.
  if (last === comment && from > 0 && comment !== '') statements.push(`${statements.pop() ?? ''} ${comment}`);
  else if (last !== '') statements.push(last);
  return statements;
}

/** Whether what follows belongs to the statement or bracket before it. */
function continues(words: string, at: number): boolean {
  const pattern = /\s*(else\b|while\b|[,;)}\]])/y;
  pattern.lastIndex = at;
  return pattern.test(words);
}
