import type { PathTemplate } from './path-template.js';

/** How many segments `**` stands for in examples, unless somebody asks for others. */
const usualLengths = [1, 0, 2, 3];

/**
 * Paths that a template matches, `word` in place of each segment that is open: one path, or one for each of several
 * lengths of `**`. The most usual one is first.
 *
 * "/v1/{name=things/*}:x", "a" → "/v1/things/a:x"
 */
export function examplePaths(
  { segments, verb, restIndex }: PathTemplate,
  word: string,
  restLengths: readonly number[] = usualLengths,
): readonly string[] {
  const lengths = restIndex < 0 ? [0] : restLengths;
  return lengths.flatMap((length) => {
    const filled = segments.flatMap((segment) => {
      if (segment.kind === 'literal') return [segment.text];
      return Array.from({ length: segment.kind === 'any' ? 1 : length }, () => word);
    });
    // No verb stands behind nothing.
    if (filled.length === 0 && (verb !== '' || restIndex >= 0)) return [];
    return [`/${filled.join('/')}${verb === '' ? '' : `:${verb}`}`];
  });
}

/** A segment that none of the templates has as a literal. */
export function freeWord(templates: Iterable<PathTemplate>): string {
  const used = new Set<string>();
  for (const { segments } of templates)
    for (const segment of segments) if (segment.kind === 'literal') used.add(segment.text);
  let word = 'x';
  for (let n = 1; used.has(word); n++) word = `x${n}`;
  return word;
}
