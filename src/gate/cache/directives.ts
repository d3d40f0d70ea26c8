/** Directives of Cache-Control by their names in lower case; those without an argument have "". */
export type Directives = ReadonlyMap<string, string>;

/**
 * Reads the field lines of Cache-Control (RFC 9111 §5.2). Of a directive that is given twice the
 * lesser counts: whoever said it meant it.
 */
export function readDirectives(lines: readonly string[]): Directives {
  const directives = new Map<string, string>();
  for (const [, name = '', argument = ''] of lines.join().matchAll(directive)) {
    const key = name.toLowerCase();
    const value = argument.replaceAll('"', '');
    const known = directives.get(key);
    directives.set(key, known === undefined || isLess(value, known) ? value : known);
  }
  return directives;
}

const directive = /([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*=\s*("[^"]*"|[^\s,"]*))?/gi;

/** The milliseconds of a directive; undefined where it is not given. What is no number of seconds counts as none (§4.2.1). */
export function millisecondsOf(directives: Directives, name: string): number | undefined {
  const text = directives.get(name);
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Math.min(Number(text), secondsMax) * 1_000 : 0;
}

/** §1.2.2. */
const secondsMax = 2 ** 31;

function isLess(text: string, than: string): boolean {
  return !/^\d+$/.test(text) || Number(text) < Number(than);
}
