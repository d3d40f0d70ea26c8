import { expect, it } from 'vitest';
import { ecmaPattern } from './re2-pattern.js';

it.each<readonly [re2: string, ecma: string | undefined]>([
  ['^[a-z0-9-]+$', '^[a-z0-9-]+$'],
  ['a.b', 'a[^\\n]b'],
  ['a\\.b', 'a\\.b'],
  ['\\Aa\\z', '^a$'],
  ['\\s', '[\\t\\n\\f\\r ]'],
  ['\\d{2,3}\\w*', '\\d{2,3}\\w*'],
  ['[\\w.+-]+@x', '[\\w.+-]+@x'],
  ['[]a]', '[\\]a]'],
  ['[[a]', '[\\[a]'],
  ['(?:a|b)(c)', '(?:a|b)(c)'],
  ['(?P<year>\\d+)', '(\\d+)'],
  ['\\p{Lu}', '\\p{Lu}'],
  ['a\\-b', 'a-b'],
  // What the two read otherwise, or only one of them reads.
  ['(?i)abc', undefined],
  ['(?s:a.b)', undefined],
  ['[[:alpha:]]', undefined],
  ['[\\s]', undefined],
  ['\\Qa.b\\E', undefined],
  ['\\C', undefined],
  ['\\pN', undefined],
  ['\\x{10FFFF}', undefined],
  ['\\b', undefined],
])('%s → %s', (re2, ecma) => {
  expect(ecmaPattern(re2)).toBe(ecma);
});
