/** Names longer than this are not compared: a suggestion is not worth quadratic time. */
const lengthMax = 64;

/**
 * The candidate that the name was probably meant to be: at most a third of it mistyped, letter
 * case and underscores ignored. Undefined when nothing is near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > lengthMax) {
    return undefined;
  }
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = Math.floor(Math.max(wanted.length, 2) / 3) + 1;
  for (const candidate of candidates) {
    if (candidate.length > lengthMax) {
      continue;
    }
    const distance = editDistance(wanted, plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** Optimal string alignment: insertions, deletions, replacements and swapped neighbours count one each. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swap ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
