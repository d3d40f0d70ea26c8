import type { PathTemplate } from './path-template.js';

/**
 * The path that a template matches with a value in its only variable; undefined where it has other
 * variables or wildcards, or does not match the value.
 *
 * "/v1/{name=operations/**}", "operations/a b" → "/v1/operations/a%20b"
 */
export function fillTemplate(template: PathTemplate, value: string): string | undefined {
  const { segments, variables, verb } = template;
  const [variable, ...others] = variables;
  if (variable === undefined || others.length > 0) return undefined;
  const filled = value.split('/');
  const free = filled.length - (variable.end - variable.start);
  const path: string[] = [];
  let at = 0;
  for (const [index, segment] of segments.entries()) {
    const isInside = index >= variable.start && index < variable.end;
    if (!isInside && segment.kind !== 'literal') return undefined;
    const count = !isInside ? 0 : segment.kind === 'rest' ? 1 + free : 1;
    const own = filled.slice(at, at + count);
    at += count;
    if (!isInside && segment.kind === 'literal') path.push(segment.text);
    else if (own.length !== count || own.some(isNoSegment)) return undefined;
    else if (segment.kind === 'literal' && own[0] !== decodeURIComponent(segment.text)) return undefined;
    else path.push(...own.map(encodeURIComponent));
  }
  return at === filled.length ? `/${path.join('/')}${verb === '' ? '' : `:${verb}`}` : undefined;
}

/** What no request can have as a segment. */
function isNoSegment(text: string): boolean {
  return text === '' || text === '.' || text === '..' || text.includes('\0');
}
