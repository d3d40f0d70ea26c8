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

/** Indents by the depth of brackets, line by line, as a formatter would. */
export function layOut(source: Code): string {
  let depth = 0;
  const lines: string[] = [];
  for (const raw of source.text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    const words = line.startsWith('//') ? '' : line.replace(/\/\/.*$/, '');
    const closing = /^[})\]]*/.exec(words)?.[0].length ?? 0;
    lines.push('  '.repeat(Math.max(0, depth - closing)) + line);
    for (const character of words) {
      if (character === '{' || character === '(' || character === '[') depth++;
      else if (character === '}' || character === ')' || character === ']') depth--;
    }
  }
  return `${lines.join('\n')}\n`;
}
