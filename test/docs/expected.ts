/**
 * Whether what a page shows is what was printed. A line `…` stands for any lines, `…` within a line for any text. JSON is
 * compared as values: `…` within a text stands for any text, a member `"…"` for any further members, an element `"…"` for
 * any further elements, and a value `"…"` for any value.
 */
export function isShown(language: string, shown: string, printed: string): boolean {
  if (language !== 'json') return linesMatch(linesOf(shown), linesOf(printed));
  try {
    return valueMatches(JSON.parse(shown), JSON.parse(printed));
  } catch {
    return false;
  }
}

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

function linesMatch(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first.trim() === '…') {
    return printed.some((_, skipped) => linesMatch(rest, printed.slice(skipped))) || rest.length === 0;
  }
  const [line, ...others] = printed;
  return line !== undefined && textMatches(first, line) && linesMatch(rest, others);
}

function textMatches(shown: string, printed: string): boolean {
  const pieces = shown.split('…').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(printed);
}

function valueMatches(shown: unknown, printed: unknown): boolean {
  if (shown === '…') return true;
  if (typeof shown === 'string') return typeof printed === 'string' && textMatches(shown, printed);
  if (Array.isArray(shown)) {
    if (!Array.isArray(printed)) return false;
    const isOpen = shown.at(-1) === '…';
    const wanted = isOpen ? shown.slice(0, -1) : shown;
    if (isOpen ? printed.length < wanted.length : printed.length !== wanted.length) return false;
    return wanted.every((element, index) => valueMatches(element, printed[index]));
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof printed !== 'object' || printed === null || Array.isArray(printed)) return false;
    const members = Object.entries(shown).filter(([name]) => name !== '…');
    const isOpen = '…' in shown;
    const known = new Set(members.map(([name]) => name));
    return (
      (isOpen || Object.keys(printed).every((name) => known.has(name))) &&
      members.every(([name, value]) => name in printed && valueMatches(value, Reflect.get(printed, name)))
    );
  }
  return shown === printed;
}
