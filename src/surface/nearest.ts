/** Longer names are not compared: the cost is quadratic, and nobody mistypes that much. */
const lengthMax = 64;

/** The candidate that is most like a mistyped name, or undefined when none is like it. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > lengthMax) {
    return undefined;
  }
  const wanted = fold(name);
  let best: string | undefined;
  // A third of the name may be wrong; beyond that a suggestion is a guess.
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** Levenshtein, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
