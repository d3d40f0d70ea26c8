/** Lines around a change. */
const contextMax = 3;

/**
 * The difference of two texts in the unified format (POSIX diff -u), without time stamps; "" where they are equal. The
 * texts are compared by longest common subsequence between what they have in common at both ends, which are most of it.
 */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const edits = editsOf(linesOf(before), linesOf(after));
  return `--- ${name}\n+++ ${name} (now)\n${hunksOf(edits).map(hunkText).join('')}`;
}

type Edit = readonly [mark: ' ' | '-' | '+', line: string];

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const kept = (lines: readonly string[]): Edit[] => lines.map((line) => [' ', line]);
  return [
    ...kept(before.slice(0, start)),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...kept(before.slice(before.length - end)),
  ];
}

/** More cells than these are not looked at: everything between is replaced then. */
const cellsMax = 25_000_000;

function changed(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const removed = before.map((line): Edit => ['-', line]);
  const added = after.map((line): Edit => ['+', line]);
  const width = after.length + 1;
  if ((before.length + 1) * width > cellsMax) return [...removed, ...added];
  // Lengths of the longest common subsequences of what is left from each place on.
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      edits.push([' ', before[i] ?? '']);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) edits.push(['-', before[i++] ?? '']);
    else edits.push(['+', after[j++] ?? '']);
  }
  return [...edits, ...removed.slice(i), ...added.slice(j)];
}

interface Hunk {
  /** Lines before it, on either side. */
  readonly before: number;
  readonly after: number;
  readonly edits: Edit[];
}

function hunksOf(edits: readonly Edit[]): readonly Hunk[] {
  const near = edits.map((_, index) =>
    edits.slice(Math.max(index - contextMax, 0), index + contextMax + 1).some(([mark]) => mark !== ' '),
  );
  const hunks: Hunk[] = [];
  let [before, after] = [0, 0];
  for (const [index, edit] of edits.entries()) {
    if (near[index] === true) {
      if (index === 0 || near[index - 1] !== true) hunks.push({ before, after, edits: [] });
      hunks.at(-1)?.edits.push(edit);
    }
    if (edit[0] !== '+') before++;
    if (edit[0] !== '-') after++;
  }
  return hunks;
}

function hunkText({ before, after, edits }: Hunk): string {
  const range = (start: number, other: Edit[0]): string => {
    const count = edits.filter(([mark]) => mark !== other).length;
    return `${count === 0 ? start : start + 1},${count}`;
  };
  const lines = edits.map(([mark, line]) => `${mark}${line}\n`).join('');
  return `@@ -${range(before, '+')} +${range(after, '-')} @@\n${lines}`;
}
