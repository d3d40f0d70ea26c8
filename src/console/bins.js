/** @import { History, Sum } from './history.js' */
/** @typedef {object} Bin @property {number} from @property {number} to seconds; not included @property {Sum} sum */

/** The narrowest column that can be told from its neighbours. */
const columnPixels = 3;

/**
 * The last seconds in columns. They begin at multiples of their length, so that they move and do not change.
 * @param {History} history @param {number} seconds @param {number} width in pixels @returns {Bin[]}
 */
export function binsOf(history, seconds, width) {
  const length = Math.max(1, Math.ceil((seconds * columnPixels) / width));
  const { end } = history;
  const start = end - seconds;
  const bins = [];
  for (let from = Math.floor(start / length) * length; from < end; from += length) {
    const [first, to] = [Math.max(from, start), Math.min(from + length, end)];
    bins.push({ from: first, to, sum: history.sum(first, to) });
  }
  return bins;
}
