import type { DescField } from '@bufbuild/protobuf';
import { anyKey, type Projection } from '../projection.js';
import type { Occurrences } from './occurrences.js';
import { lastScalar } from './occurrences.js';
import { zeroOf } from './scalar.js';

/** The key of a map entry, as the text that JSON has for it. */
export function keyOf(field: DescField & { readonly fieldKind: 'map' }, entry: Occurrences): string {
  return String(lastScalar(field.mapKey, entry.get(1) ?? []) ?? zeroOf(field.mapKey));
}

/** What is wanted of the entry of a map; undefined is everything, null nothing. */
export function wantedEntry(map: Projection, key: string): Projection | undefined | null {
  const general = map.has(anyKey) ? map.get(anyKey) : null;
  return general === undefined || !map.has(key) ? general : map.get(key);
}
