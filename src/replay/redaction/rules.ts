import { isSecretField, isSecretHeader, isSecretParameter, looksRandom } from './secret-names.js';

/** What counts as a secret, by where it stands. */
export interface RedactionRules {
  /** A field of a body, by the names that lead to it; those of lists are left out. */
  isField(path: readonly string[]): boolean;
  /** A parameter of a query or form. */
  isParameter(name: string): boolean;
  isHeader(name: string): boolean;
  /** A segment of a path, by the one before it. */
  isSegment(text: string, before: string): boolean;
}

/**
 * The usual names, and `also`: names ("ssn"), which count everywhere and however they are spelt, and paths of fields from
 * the root of a body or message ("customer.email", "$.items[].note").
 */
export function redactionRules(also: Iterable<string>): RedactionRules {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const one of also) {
    const path = one.replace(/^\$\.?/, '').replaceAll('[]', '');
    if (path.includes('.')) paths.add(path.split('.').map(folded).join('.'));
    else names.add(folded(path));
  }
  return {
    isField(path) {
      const name = path.at(-1) ?? '';
      return isSecretField(name) || names.has(folded(name)) || paths.has(path.map(folded).join('.'));
    },
    isParameter(name) {
      const steps = name.replace(/\[.*\]$/, '').split('.');
      return (
        isSecretParameter(name) ||
        steps.some((step) => names.has(folded(step))) ||
        paths.has(steps.map(folded).join('.'))
      );
    },
    isSegment: (text, before) =>
      text !== '' && (names.has(folded(before)) || (isSecretField(before) && looksRandom(text))),
    isHeader: (name) => isSecretHeader(name) || names.has(folded(name)),
  };
}

/** clientSecret, client_secret and Client-Secret are one name. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
