import { gridLine, gutter, paperOf, timeAxis } from './canvas.js';

/** @import { Bin } from './bins.js' */

const perDoubling = 2;
/** Fewer rows would be bars. */
const rowsMin = 12;

/** Time × latency: the darker (at night, the lighter), the more requests. @param {HTMLCanvasElement} canvas @param {readonly Bin[]} bins @param {number} start @param {number} end */
export function drawHeat(canvas, bins, start, end) {
  const paper = paperOf(canvas);
  if (paper === undefined) return;
  const { context, width, height, colour } = paper;
  const { first, rows, most } = extentOf(bins);
  const rowHeight = height / rows;
  for (let ms = 0.1; ms <= 100_000; ms *= 10) {
    const row = perDoubling * (Math.log2(ms) + 4) - first;
    if (row >= 0 && row <= rows)
      gridLine(
        paper,
        height - row * rowHeight,
        ms < 1000 ? `${ms.toFixed(ms < 1 ? 1 : 0)}\u202fms` : `${ms / 1000}\u202fs`,
      );
  }
  timeAxis(paper, start, end);
  const shade = ramp(['--heat-low', '--heat-mid', '--heat-high'].map(colour));
  const scale = width / (end - start);
  for (const { from, to, sum } of bins) {
    const x = gutter.left + (from - start) * scale;
    const columnWidth = (to - from) * scale;
    const gap = columnWidth >= 4 ? 1 : 0;
    for (let at = 0; at < sum.latency.length; at += 2) {
      const requests = (sum.latency[at + 1] ?? 0) / (to - from);
      if (requests === 0) continue;
      const row = (sum.latency[at] ?? 0) - first;
      context.fillStyle = shade(Math.log1p(requests) / Math.log1p(most));
      context.fillRect(
        x,
        gutter.top + height - (row + 1) * rowHeight,
        columnWidth - gap,
        Math.ceil(rowHeight) - 1,
      );
    }
  }
}

/** Which rows there is something in, with one to spare, and the most in one cell, per second. @param {readonly Bin[]} bins */
function extentOf(bins) {
  let [low, high, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1];
  for (const { from, to, sum } of bins) {
    for (let at = 0; at < sum.latency.length; at += 2) {
      low = Math.min(low, sum.latency[at] ?? 0);
      high = Math.max(high, sum.latency[at] ?? 0);
      most = Math.max(most, (sum.latency[at + 1] ?? 0) / (to - from));
    }
  }
  if (high < low) [low, high] = [8, 8];
  const spare = Math.max(0, rowsMin - (high - low + 3));
  const first = Math.max(0, low - 1 - Math.floor(spare / 2));
  return { first, rows: Math.max(high + 2 - first, rowsMin), most };
}

/** 0…1 → a colour between those given. @param {readonly string[]} colours as "rgb(r, g, b)" */
function ramp(colours) {
  const stops = colours.map((text) => (text.match(/[\d.]+/g) ?? []).map(Number));
  /** @param {number} part */
  return (part) => {
    const at = Math.min(part, 0.9999) * (stops.length - 1);
    const [low = [], high = []] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
    const mixed = low.map((value, channel) => Math.round(value + ((high[channel] ?? 0) - value) * (at % 1)));
    return `rgb(${mixed.slice(0, 3).join(' ')})`;
  };
}
