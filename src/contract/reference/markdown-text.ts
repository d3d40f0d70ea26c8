/**
 * Text of whoever wrote a comment as Markdown that says the same and does nothing: code, lists and links to http(s)
 * stay what they are; HTML, images, headings, tables and links of other schemes become the text that they are
 * written as.
 */
export function markdownText(text: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  let isInList = false;
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const [, marks] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== undefined) {
      const ends = marks?.startsWith(fence) === true && line.trim() === marks;
      lines.push(ends ? fence : line);
      if (ends) fence = undefined;
    } else if (marks !== undefined) {
      fence = marks;
      lines.push(marks);
    } else {
      const [, indent = '', mark, rest = ''] = /^(\s*)([-*+]|\d{1,9}[.)])\s+(\S.*)$/.exec(line) ?? [];
      if (mark === undefined) {
        const plain = inlineMarkdown(line.trim());
        isInList &&= plain === '' || /^\s/.test(line);
        lines.push(plain);
      } else {
        const depth = isInList ? Math.min(Math.floor(indent.length / 2), depthMax) : 0;
        lines.push(`${'  '.repeat(depth)}${/\d/.test(mark) ? '1.' : '-'} ${inlineMarkdown(rest.trim())}`);
        isInList = true;
      }
    }
  }
  if (fence !== undefined) lines.push(fence);
  return lines.join('\n').trim();
}

/** So deep lists go. */
const depthMax = 3;

/** The same in one line, as a cell of a table has it. */
export function markdownCell(text: string): string {
  return inlineMarkdown(text.replace(/\s+/g, ' ').trim(), codeCell);
}

/** A code span, whatever is in it. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const oneLine = text.replace(/\s+/g, ' ');
  return longest === 0 && !/^ | $/.test(oneLine) ? `\`${oneLine}\`` : `${fence} ${oneLine} ${fence}`;
}

/** A code span in a table: the table is read first, and a bar that is not escaped ends the cell. */
export function codeCell(text: string): string {
  return codeSpan(text).replace(/\\*\|/g, '\\|');
}

/** A block of code, whatever is in it. */
export function codeBlock(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

const code = /(?<!`)(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/y;
const link = /\[([^\][\n]+)\]\((https?:\/\/[^\s()<>\\|]+)\)/y;
const autolink = /<(https?:\/\/[^\s<>\\|]+)>/y;

function inlineMarkdown(line: string, span: (text: string) => string = codeSpan): string {
  let made = '';
  for (let at = 0; at < line.length; ) {
    const found = matchAt(code, line, at) ?? matchAt(link, line, at) ?? matchAt(autolink, line, at);
    if (found === undefined) {
      const char = String.fromCodePoint(line.codePointAt(at) ?? 0);
      made += escaped(char);
      at += char.length;
      continue;
    }
    const [whole, first = '', second] = found;
    if (first.startsWith('`')) made += span((second ?? '').trim());
    else if (second === undefined) made += whole;
    else made += `[${escaped(first)}](${second})`;
    at += whole.length;
  }
  // What begins a block at the start of a line only.
  return made.replace(/^(\d{1,9})([.)])/, '$1\\$2').replace(/^([-+=:])/, '\\$1');
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~!&$]/g, '\\$&').replace(/[\0-\x08\x0b-\x1f]/g, '');
}
