import { element, setText } from './dom.js';
import { clockTime } from './format.js';

/** What several tables show in their cells. */

/** A text. @template T @param {(row: T) => string} textOf @returns {(row: T, cell: HTMLElement) => void} */
export function text(textOf) {
  return (row, cell) => setText(cell, textOf(row));
}

/** @param {{ readonly httpMethod: string, readonly route: string }} row @param {HTMLElement} cell */
export function route({ httpMethod, route }, cell) {
  if (cell.childElementCount === 0)
    cell.append(element('span', { class: 'verb' }), element('span', { class: 'path' }));
  const [verb, path] = cell.children;
  if (verb !== undefined) setText(verb, route === '' ? '' : httpMethod);
  if (path !== undefined) setText(path, route === '' ? 'no route matched' : route);
}

/** "3 s ago". @template T @param {(row: T) => number} msOf @returns {(row: T, cell: HTMLElement) => void} */
export function ago(msOf) {
  return (row, cell) => {
    const ms = msOf(row);
    const old = cell.firstElementChild;
    const time = old instanceof HTMLTimeElement ? old : cell.appendChild(element('time'));
    time.dateTime = new Date(ms).toISOString();
    time.title = clockTime(ms);
    setText(time, `${coarse(Math.max(0, (Date.now() - ms) / 1000))} ago`);
  };
}

/** @param {number} seconds */
function coarse(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}
