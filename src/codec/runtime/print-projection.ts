import type { Projection } from '../projection.js';
import type { Cursor } from './cursor.js';
import { wantedEntry } from './map-key.js';

const utf8 = new TextDecoder();

/**
 * What is wanted of the map entry whose key was printed as a JSON string from `entry` to `q`;
 * undefined is everything, null nothing.
 */
export function keyProjection(
  s: Cursor,
  map: Projection,
  entry: number,
  q: number,
): Projection | undefined | null {
  return wantedEntry(map, String(JSON.parse(utf8.decode(s.o.subarray(entry, q)))));
}
