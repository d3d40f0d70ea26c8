import type { Projection } from '../projection.js';
import type { Cursor } from './cursor.js';
import { wantedEntry } from './map-key.js';

const utf8 = new TextDecoder();

/**
 * What is wanted of the map entry whose key, as a JSON string, was printed from `entry` on;
 * undefined is everything, null nothing.
 */
export function keyProjection(s: Cursor, map: Projection, entry: number): Projection | undefined | null {
  return wantedEntry(map, String(JSON.parse(utf8.decode(s.o.subarray(entry, s.q)))));
}
