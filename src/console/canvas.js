import { hourAndMinute } from './format.js';

/** Room for labels: left of a plot, below it, and above for the upmost of them. */
export const gutter = { left: 52, bottom: 18, top: 7 };

/** @typedef {object} Paper
 * @property {CanvasRenderingContext2D} context
 * @property {number} width of the plot, in CSS pixels @property {number} height
 * @property {(name: string) => string} colour a colour of style.css, as "rgb(…)" */

/** The canvas, emptied, at the resolution of the screen. @param {HTMLCanvasElement} canvas @returns {Paper | undefined} undefined where it has no room */
export function paperOf(canvas) {
  const context = canvas.getContext('2d');
  const { clientWidth, clientHeight } = canvas;
  if (context === null || clientWidth <= gutter.left || clientHeight === 0) return undefined;
  const scale = devicePixelRatio;
  canvas.width = Math.round(clientWidth * scale);
  canvas.height = Math.round(clientHeight * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  context.font = `11px ${style.fontFamily}`;
  /** @type {Map<string, string>} */
  const colours = new Map();
  /** What light-dark() comes to is known of properties only. @param {string} name */
  const resolve = (name) => {
    canvas.style.color = `var(${name})`;
    colours.set(name, style.color);
    return style.color;
  };
  return {
    context,
    width: clientWidth - gutter.left,
    height: clientHeight - gutter.bottom - gutter.top,
    colour: (name) => colours.get(name) ?? resolve(name),
  };
}

/** A line across the plot with its label; `y` counts from the top of the plot. @param {Paper} paper @param {number} y @param {string} label */
export function gridLine({ context, width, colour }, y, label) {
  context.fillStyle = colour('--line');
  context.fillRect(gutter.left, Math.round(y + gutter.top), width, 1);
  context.fillStyle = colour('--muted');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(label, gutter.left - 8, y + gutter.top);
}

/** Times of day under a plot, at full minutes. @param {Paper} paper @param {number} start @param {number} end seconds since the epoch */
export function timeAxis({ context, width, height, colour }, start, end) {
  const step = end - start > 400 ? 120 : 60;
  context.fillStyle = colour('--muted');
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
    const x = ((at - start) / (end - start)) * width;
    if (x < 16 || x > width - 16) continue;
    context.fillText(hourAndMinute(at * 1000), gutter.left + x, height + gutter.top + gutter.bottom);
  }
}
