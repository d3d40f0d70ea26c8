/**
 * Changes a file as the pieces of a diff say, without line numbers: what a piece keeps and takes away must be there once.
 * Pieces are parted by a line `…`.
 */
export function applyDiff(text: string, diff: string): string {
  return diff.split(/^…\n/m).reduce((changed, piece) => {
    const lines = piece.split('\n').slice(0, -1);
    const pick = (signs: string): string =>
      lines
        .filter((line) => signs.includes(line[0] ?? ' '))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const [before, after] = [pick(' -'), pick(' +')];
    const parts = changed.split(before);
    if (parts.length !== 2) throw new Error(`is there ${parts.length - 1} times:\n${before}`);
    return parts.join(after);
  }, text);
}
