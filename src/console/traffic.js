import { binsOf } from './bins.js';
import { gutter } from './canvas.js';
import * as cells from './cells.js';
import { byId, setText } from './dom.js';
import { amount, clockTime, count, duration, hourAndMinute } from './format.js';
import { drawHeat } from './heat-map.js';
import { usualPercentiles } from './history.js';
import { drawRate } from './rate-chart.js';
import { table } from './table.js';

/** @import { History, Sum } from './history.js' */
/** @typedef {{ at: number, sum: Sum, p: (number | undefined)[] }} Minute */

/** Every so often the words for charts are made anew: often enough to be true, seldom enough to be read. */
const wordsMs = 10_000;

/** The charts over time, and the same in words and figures. @param {History} history */
export function traffic(history) {
  const rate = byId('rate', HTMLCanvasElement);
  const heat = byId('heat', HTMLCanvasElement);
  const readout = byId('readout', HTMLElement);
  const cross = byId('cross', HTMLElement);
  const minutes = byId('minutes', HTMLDetailsElement);
  const showMinutes = minutesTable(minutes);
  let seconds = 120;
  /** @type {number | undefined} */
  let pointed;
  let wordsAt = 0;
  const bins = () => binsOf(history, seconds, rate.clientWidth - gutter.left);

  const point = () => {
    cross.hidden = pointed === undefined || history.end === 0;
    if (pointed === undefined || cross.hidden) return setText(readout, '');
    cross.style.left = `${gutter.left + pointed * (rate.clientWidth - gutter.left)}px`;
    const at = history.end - seconds + pointed * seconds;
    const bin = bins().find(({ from, to }) => from <= at && at < to);
    if (bin === undefined) return undefined;
    const { from, to, sum } = bin;
    const [p50, , p99] = usualPercentiles(sum);
    const errors = sum.clientErrors + sum.serverErrors;
    const rest =
      sum.requests === 0 ? '' : ` · ${count(errors)} errors · p50 ${duration(p50)} · p99 ${duration(p99)}`;
    return setText(readout, `${clockTime(from * 1000)} · ${amount(sum.requests / (to - from))}/s${rest}`);
  };
  const draw = () => {
    if (history.end === 0) return;
    const start = history.end - seconds;
    const columns = bins();
    drawRate(rate, columns, start, history.end);
    drawHeat(heat, columns, start, history.end);
    point();
    if (minutes.open) showMinutes(minutesOf(history));
    if (Date.now() - wordsAt < wordsMs) return;
    wordsAt = Date.now();
    describe(rate, heat, history, seconds);
  };

  for (const canvas of [rate, heat]) {
    canvas.addEventListener('pointermove', ({ offsetX }) => {
      pointed = Math.min(Math.max((offsetX - gutter.left) / (canvas.clientWidth - gutter.left), 0), 0.9999);
      point();
    });
    canvas.addEventListener('pointerleave', () => {
      pointed = undefined;
      point();
    });
  }
  byId('span', HTMLElement).addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) seconds = Number(target.value);
    wordsAt = 0;
    draw();
  });
  minutes.addEventListener('toggle', draw);
  new ResizeObserver(draw).observe(rate);
  return draw;
}

/** @param {HTMLElement} rate @param {HTMLElement} heat @param {History} history @param {number} seconds */
function describe(rate, heat, history, seconds) {
  const sum = history.last(seconds);
  const [p50, p95, p99] = usualPercentiles(sum);
  const during = `the last ${seconds / 60} minutes`;
  rate.setAttribute(
    'aria-label',
    `Requests per second in ${during}: ${amount(sum.requests / seconds)} on average, ${amount(history.last(10).requests / 10)} now. ` +
      `${count(sum.clientErrors)} client errors, ${count(sum.serverErrors)} server errors.`,
  );
  heat.setAttribute(
    'aria-label',
    sum.requests === 0
      ? `Latency: no requests in ${during}.`
      : `Latency in ${during}: half of the requests took up to ${duration(p50)}, 95% up to ${duration(p95)}, 99% up to ${duration(p99)}.`,
  );
}

/** @param {History} history @returns {Minute[]} the last one first */
function minutesOf(history) {
  const last = Math.floor((history.end - 1) / 60) * 60;
  return Array.from({ length: 10 }, (_, age) => {
    const at = last - age * 60;
    const sum = history.sum(at, Math.min(at + 60, history.end));
    return { at, sum, p: usualPercentiles(sum) };
  });
}

/** @param {HTMLElement} section */
function minutesTable(section) {
  /** @type {(title: string, textOf: (row: Minute) => string) => import('./table.js').Column<Minute>} */
  const column = (title, textOf) => ({ title, kind: 'num', show: cells.text(textOf) });
  return table(section, {
    caption: 'Traffic by minute',
    none: 'Nothing yet.',
    keyOf: ({ at }) => String(at),
    columns: [
      { title: 'Minute', show: cells.text((/** @type {Minute} */ { at }) => hourAndMinute(at * 1000)) },
      column('Requests', ({ sum }) => count(sum.requests)),
      column('4xx', ({ sum }) => count(sum.clientErrors)),
      column('5xx', ({ sum }) => count(sum.serverErrors)),
      column('p50', ({ p }) => duration(p[0])),
      column('p95', ({ p }) => duration(p[1])),
      column('p99', ({ p }) => duration(p[2])),
    ],
  });
}
