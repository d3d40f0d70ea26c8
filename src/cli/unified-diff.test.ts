import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.js';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 30 });
const textOf = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** The text that a difference makes of another, where its context and line numbers are right. */
function applied(before: readonly string[], difference: string): string {
  const result: string[] = [];
  let at = 0;
  for (const hunk of difference.split(/^(?=@@ )/m).slice(1)) {
    const [head = '', ...edits] = hunk.replace(/\n$/, '').split('\n');
    const [, start = '', count = '', startNow = '', countNow = ''] =
      /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(head) ?? [];
    const first = Number(start) - (Number(count) === 0 ? 0 : 1);
    result.push(...before.slice(at, first));
    expect(result.length).toBe(Number(startNow) - (Number(countNow) === 0 ? 0 : 1));
    at = first;
    for (const edit of edits) {
      if (edit[0] !== '+') expect(before[at++]).toBe(edit.slice(1));
      if (edit[0] !== '-') result.push(edit.slice(1));
    }
    expect(at - first).toBe(Number(count));
  }
  return textOf([...result, ...before.slice(at)]);
}

it('a difference makes one text of the other, with three lines around each change', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const difference = unifiedDiff('f', textOf(before), textOf(after));
      expect(applied(before, difference)).toBe(textOf(after));
      for (const hunk of difference.split(/^(?=@@ )/m).slice(1)) expect(hunk).not.toMatch(/(^ .*\n){8}/m);
    }),
  );
});

it('equal texts have none', () => {
  expect(unifiedDiff('f', 'a\n', 'a\n')).toBe('');
});
