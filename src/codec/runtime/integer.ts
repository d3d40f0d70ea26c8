/** Longest 64-bit integer: "-9223372036854775808" and "18446744073709551615" have 19 and 20 digits. */
const digitsMax = 20;

/**
 * Reads the text of a JSON number as an exact integer: `1.5e1` → 15n, `1.0` → 1n, `-0` → 0n.
 *
 * Returns undefined for what is not a JSON number (`+1`, `01`, `0x1`, blanks), has a fraction,
 * or has more digits than any 64-bit integer. Never builds a number of exponent size.
 */
export function parseInteger(text: string): bigint | undefined {
  const match = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = withoutZeros(whole + fraction);
  if (digits.text === '') {
    return 0n;
  }
  // A long exponent reads as a huge or infinite Number, which the two comparisons refuse as well.
  const shift = Number(exponent) - fraction.length + digits.trailing;
  if (shift < 0 || digits.text.length + shift > digitsMax) {
    return undefined;
  }
  const magnitude = BigInt(digits.text + '0'.repeat(shift));
  return sign === '-' ? -magnitude : magnitude;
}

/** Cuts leading and trailing zeros with two loops: a regular expression would be quadratic. */
function withoutZeros(digits: string): { readonly text: string; readonly trailing: number } {
  let start = 0;
  while (start < digits.length && digits[start] === '0') {
    start++;
  }
  let end = digits.length;
  while (end > start && digits[end - 1] === '0') {
    end--;
  }
  return { text: digits.slice(start, end), trailing: digits.length - end };
}
