import { gridLine, gutter, paperOf, timeAxis } from './canvas.js';
import { amount } from './format.js';

/** @import { Bin } from './bins.js' */

/** 37 → 40: the end of an axis that is divided by four. @param {number} value */
function roundUp(value) {
  const digit = 10 ** Math.floor(Math.log10(value));
  return digit * ([1, 2, 4, 6, 8].find((factor) => factor * digit >= value) ?? 10);
}

/** Requests per second, stacked by how they ended. @param {HTMLCanvasElement} canvas @param {readonly Bin[]} bins @param {number} start @param {number} end */
export function drawRate(canvas, bins, start, end) {
  const paper = paperOf(canvas);
  if (paper === undefined) return;
  const { context, width, height, colour } = paper;
  const highest = Math.max(...bins.map(({ from, to, sum }) => sum.requests / (to - from)), 0);
  const top = roundUp(Math.max(highest, 1));
  for (const part of [0, 0.5, 1]) gridLine(paper, height * (1 - part), amount(top * part));
  timeAxis(paper, start, end);
  const scale = width / (end - start);
  for (const { from, to, sum } of bins) {
    const x = gutter.left + (from - start) * scale;
    const columnWidth = (to - from) * scale;
    const gap = columnWidth >= 4 ? 1 : 0;
    let base = height + gutter.top;
    const good = sum.requests - sum.clientErrors - sum.serverErrors;
    for (const [name, requests] of /** @type {const} */ ([
      ['--ok', good],
      ['--client', sum.clientErrors],
      ['--server', sum.serverErrors],
    ])) {
      if (requests === 0) continue;
      // A single error among thousands is to be seen too.
      const tall = Math.max((requests / (to - from) / top) * height, 1.5);
      base -= tall;
      context.fillStyle = colour(name);
      context.fillRect(x, base, columnWidth - gap, tall);
    }
  }
  canvas.setAttribute('data-highest', amount(highest));
}
