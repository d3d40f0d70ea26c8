import type { Binding, BoundVariable, Segment } from '../../httprule/index.js';
import type { Finding } from '../finding.js';
import { resourcePatterns } from '../schema/resource-name.js';
import { found, routeName } from './found.js';
import type { Scope } from './scope.js';

/**
 * RESOURCE_PATTERN_MISMATCH: variables that match what is no name of the resource that their field holds (AIP-123,
 * AIP-127). Where one binding of a method fits, the others are taken for patterns that the resource does not list.
 */
export function lintResourceNames({ methods, outline }: Scope): readonly Finding[] {
  return methods.flatMap(({ bindings }) => {
    const matches = bindings.flatMap((binding) =>
      binding.variables.map((variable, index) => {
        const patterns = resourcePatterns(variable.path.leaf, outline.resources);
        const segments = segmentsOf(binding, index);
        const isName = patterns.length === 0 || patterns.some((pattern) => fits(segments, pattern));
        return { binding, variable, patterns, segments, isName };
      }),
    );
    const named = new Set(matches.filter(({ isName }) => isName).map(({ variable }) => variable.path.text));
    return matches
      .filter(({ variable }) => !named.has(variable.path.text))
      .map(({ binding, variable, patterns, segments }) => mismatch(binding, variable, segments, patterns));
  });
}

function mismatch(
  binding: Binding,
  { path }: BoundVariable,
  segments: readonly Segment[],
  patterns: readonly string[],
): Finding {
  const name = routeName(binding);
  const known = patterns.map((pattern) => `"${pattern}"`).join(', ');
  const text = `{${path.text}=${segments.map(textOf).join('/')}} of "${name}" matches no name of its resource: ${known}.`;
  return found('RESOURCE_PATTERN_MISMATCH', name, text, binding.location);
}

function segmentsOf({ template }: Binding, index: number): readonly Segment[] {
  const { start = 0, end = 0 } = template.variables[index] ?? {};
  return template.segments.slice(start, end);
}

function textOf(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text;
  return segment.kind === 'any' ? '*' : '**';
}

/**
 * Whether something that the segments match is a name of the pattern. A wildcard may stand for a literal of it, since
 * one template is often for several patterns; a literal may not stand for another.
 */
function fits(segments: readonly Segment[], pattern: string): boolean {
  const [first, ...others] = segments;
  const [part = '', ...rest] = pattern.split('/');
  const isEnd = pattern === '';
  if (first === undefined) return isEnd;
  if (first.kind === 'rest') return true;
  if (isEnd) return false;
  if (part.endsWith('=**}')) return true;
  // "{project}~{zone}" is one segment too.
  if (first.kind === 'literal' && !part.includes('{') && first.text !== part) return false;
  return fits(others, rest.join('/'));
}
