import { addressOfKey } from './address.js';
import { type AddressRange, type AddressRanges, parsedRanges, searchBoth } from './ranges.js';

/** Who may call: all, or those of `allow`, but for those of `deny`. */
export interface AddressPolicy {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

/**
 * An address that may call by one policy and not by another: undefined where there is none, however the ranges are
 * written. Ranges that are none count for nothing: a load tells of them.
 */
export function lostAddress(before: AddressPolicy, after: AddressPolicy): string | undefined {
  const [was, is] = [networksOf(before), networksOf(after)];
  // Whatever two sets of ranges make of each other begins where a range begins, or behind one.
  const starts = [...was.ranges, ...is.ranges].flatMap(({ from, to }) => [from, next(to) ?? from]);
  const lost = [...starts, firstOfFour, firstOfSix].find((key) => was.isIn(key) && !is.isIn(key));
  return lost === undefined ? undefined : addressOfKey(lost);
}

const firstOfFour = '\0'.repeat(4);
const firstOfSix = '\0'.repeat(8);

interface Networks {
  readonly ranges: readonly AddressRange[];
  readonly isIn: AddressRanges;
}

function networksOf({ allow, deny = [] }: AddressPolicy): Networks {
  const rangesOf = (texts: readonly string[]): readonly AddressRange[] =>
    parsedRanges(texts).filter((range) => typeof range === 'object');
  const [allowed, denied] = [rangesOf(allow ?? []), rangesOf(deny)];
  const [isAllowed, isDenied] = [searchBoth(allowed), searchBoth(denied)];
  return {
    ranges: [...allowed, ...denied],
    // A list of none lets nobody through.
    isIn: (key) => (allow === undefined || isAllowed(key)) && !isDenied(key),
  };
}

/** The key of the address behind another; undefined behind the last. */
function next(key: string): string | undefined {
  const most = key.length === 4 ? 0xff : 0xffff;
  const parts = Array.from(key, (_, index) => key.charCodeAt(index));
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index] ?? most;
    if (part < most) {
      const raised = [...parts.slice(0, index), part + 1];
      return String.fromCharCode(...raised).padEnd(key.length, '\0');
    }
  }
  return undefined;
}
