// One token of a regular expression of RE2: an escape, a class in brackets, a group's head, or a character.
const token =
  /\\(?:x\{[^}]*\}|p\{[^}]*\}|[\s\S])|\[\^?\]?(?:\[:[^\]]*:\]|\\[\s\S]|[^\]\\])*\]|\(\?P?<[^>]*>|\(\?[^)]{0,8}?[:)]|[\s\S]/gu;

/** Escapes that mean the same in both, outside and inside of classes. */
const sameEscapes = /^\\(?:[dDwW]|[fnrtv]|[\\^$.*+?()[\]{}|/]|p\{[A-Z][a-z]?\})$/;

/**
 * A regular expression of RE2 as one of ECMA-262 with the flag u, as JSON Schema reads patterns. Undefined where the
 * two mean different things by it, or where ECMA-262 has no word for it.
 */
export function ecmaPattern(pattern: string): string | undefined {
  let result = '';
  for (const [text] of pattern.matchAll(token)) {
    const translated = translate(text);
    if (translated === undefined) return undefined;
    result += translated;
  }
  try {
    new RegExp(result, 'u');
    return result;
  } catch {
    return undefined;
  }
}

function translate(text: string): string | undefined {
  if (text === '.') return '[^\\n]';
  if (text === '\\A') return '^';
  if (text === '\\z') return '$';
  if (text === '\\s') return '[\\t\\n\\f\\r ]';
  if (text === '\\-') return '-';
  if (/^\\["'#%&,:;<=>@_`~! -]$/.test(text)) return text.slice(1);
  if (text.startsWith('\\')) return sameEscapes.test(text) ? text : undefined;
  if (text.startsWith('[') && text.length > 1) return translateClass(text);
  if (/^\(\?P?</.test(text)) return '(';
  if (text.startsWith('(?')) return text === '(?:' ? text : undefined;
  return text === '(?' ? undefined : text;
}

function translateClass(text: string): string | undefined {
  if (text.includes('[:') || /\\(?![dDwWfnrtv\\^$.*+?()[\]{}|/-])/.test(text)) return undefined;
  const [, head = '', body = ''] = /^(\[\^?)(\]?[\s\S]*)\]$/u.exec(text) ?? [];
  // What RE2 takes for itself within a class, ECMA-262 wants escaped.
  return `${head}${body.replace(/^\]/, '\\]').replace(/(?<!\\)\[/g, '\\[')}]`;
}

/** Text that stands for itself in a pattern. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
