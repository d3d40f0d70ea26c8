import { addressKey } from './address.js';

/** Whether an address, by its key, is in one of some ranges. */
export type AddressRanges = (key: string) => boolean;

/** Words for ranges that everybody has to look up: RFC 1122 and 4291; RFC 1918 and 4193. */
const words: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** First and last address, by their keys. */
export interface AddressRange {
  readonly from: string;
  readonly to: string;
}

/**
 * Addresses, ranges (CIDR) and the words `loopback` and `private` → one search among sorted ranges.
 * IPv4 addresses are in no range of IPv6. All `problems` at once, for people, where there are any.
 */
export function addressRanges(
  texts: readonly string[],
): { readonly ranges: AddressRanges } | { readonly problems: readonly string[] } {
  const parsed = parsedRanges(texts);
  const problems = parsed.flatMap((range) => (typeof range === 'string' ? [range] : []));
  if (problems.length > 0) return { problems };
  return { ranges: searchBoth(parsed.filter((range) => typeof range === 'object')) };
}

/** Each of the ranges, or what is wrong with it. */
export function parsedRanges(texts: readonly string[]): readonly (AddressRange | string)[] {
  return texts.flatMap((text) => words[text] ?? [text]).map(parseRange);
}

export function searchBoth(ranges: readonly AddressRange[]): AddressRanges {
  const [four, six] = [4, 8].map((length) => searchIn(ranges.filter(({ from }) => from.length === length)));
  return (key) => (key.length === 4 ? four : six)?.(key) ?? false;
}

function searchIn(ranges: readonly AddressRange[]): AddressRanges {
  const sorted = merged([...ranges].sort((a, b) => (a.from < b.from ? -1 : 1)));
  return (key) => {
    // The last range that begins at or before the key.
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.from ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    return found !== undefined && key <= found.to;
  };
}

/** Without those that lie in others. Ranges of prefixes lie in each other or apart. */
function merged(sorted: readonly AddressRange[]): readonly AddressRange[] {
  let end = '';
  return sorted.filter(({ to }) => {
    const isNew = to > end;
    if (isNew) end = to;
    return isNew;
  });
}

/** A range, or what is wrong with it. */
function parseRange(text: string): AddressRange | string {
  const [address = '', prefix, ...more] = text.split('/');
  const from = addressKey(address);
  if (from === undefined || more.length > 0) return `${text} is neither an address nor a range (CIDR)`;
  if (prefix === undefined) return { from, to: from };
  const bitsPerPart = from.length === 4 ? 8 : 16;
  // "::ffff:10.0.0.0/104" is written for IPv6, and means 10.0.0.0/8.
  const given = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  const bits = from.length === 4 && address.includes(':') ? given - 96 : given;
  if (!(bits >= 0 && bits <= from.length * bitsPerPart)) return `${text} has a prefix of no such length`;
  const hostBits = (index: number): number =>
    2 ** Math.min(Math.max((index + 1) * bitsPerPart - bits, 0), bitsPerPart) - 1;
  const parts = Array.from(from, (_, index) => from.charCodeAt(index));
  if (parts.some((part, index) => (part & hostBits(index)) !== 0)) {
    return `${text} has bits of an address behind its prefix`;
  }
  return { from, to: String.fromCharCode(...parts.map((part, index) => part | hostBits(index))) };
}
