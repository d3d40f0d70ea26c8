import { element, setText } from './dom.js';

/**
 * A column of a table. `show` fills the cell, once new and then again and again.
 * @template T @typedef {object} Column
 * @property {string} title
 * @property {(row: T, cell: HTMLElement) => void} show
 * @property {((row: T) => number | string | undefined) | undefined} [order] makes the column one to sort by
 * @property {string} [kind] class of its cells
 */

/**
 * A table that stays what it is while its rows change: what is selected or focused in it stays so.
 * @template T
 * @param {HTMLElement} section with a heading
 * @param {{ caption: string, none: string, columns: readonly Column<T>[], keyOf: (row: T) => string, sortedBy?: number, rowsShown?: number }} options more rows are shown on demand
 */
export function table(section, { caption, none, columns, keyOf, sortedBy, rowsShown = 10 }) {
  /** @type {readonly T[]} */
  let rows = [];
  let sorted = sortedBy === undefined ? undefined : { column: sortedBy, isDown: true };
  let isWhole = false;
  /** @type {Map<string, HTMLTableRowElement>} */
  const shown = new Map();

  const heads = columns.map(({ title, order, kind = '' }, at) => {
    const head = element('th', { scope: 'col', class: kind });
    if (order === undefined) head.append(title);
    else {
      const button = element('button', { type: 'button' }, title);
      button.addEventListener('click', () => {
        sorted = { column: at, isDown: sorted?.column === at ? !sorted.isDown : true };
        draw();
      });
      head.append(button);
    }
    return head;
  });
  const body = element('tbody');
  const whole = element(
    'table',
    {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  );
  const scroll = element(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0' },
    whole,
  );
  const empty = element('p', { class: 'none' }, none);
  const more = element('button', { type: 'button', class: 'more' });
  more.addEventListener('click', () => {
    isWhole = !isWhole;
    draw();
  });
  section.append(scroll, empty, more);

  const draw = () => {
    heads.forEach((head, at) => {
      if (sorted?.column !== at) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', sorted.isDown ? 'descending' : 'ascending');
    });
    const all = sorted === undefined ? rows : sortRows(rows, columns[sorted.column]?.order, sorted.isDown);
    const some = isWhole ? all : all.slice(0, rowsShown);
    const keys = new Set(some.map(keyOf));
    for (const [key, row] of shown) {
      if (keys.has(key)) continue;
      row.remove();
      shown.delete(key);
    }
    some.forEach((row, at) => {
      const key = keyOf(row);
      const line = shown.get(key) ?? blankLine(columns);
      shown.set(key, line);
      if (body.children[at] !== line) body.insertBefore(line, body.children[at] ?? null);
      columns.forEach(({ show }, column) => {
        const cell = line.children[column];
        if (cell instanceof HTMLElement) show(row, cell);
      });
    });
    scroll.hidden = rows.length === 0;
    empty.hidden = rows.length > 0;
    more.hidden = rows.length <= rowsShown;
    setText(more, isWhole ? 'Show fewer' : `Show all ${rows.length}`);
  };
  draw();
  /** @param {readonly T[]} next */
  return (next) => {
    rows = next;
    draw();
  };
}

/** The first cell is the head of its row. @template T @param {readonly Column<T>[]} columns */
function blankLine(columns) {
  return element(
    'tr',
    {},
    ...columns.map(({ kind = '' }, at) =>
      element(at === 0 ? 'th' : 'td', { class: kind, ...(at === 0 ? { scope: 'row' } : {}) }),
    ),
  );
}

/** What has no value comes last. @template T @param {readonly T[]} rows @param {Column<T>['order']} order @param {boolean} isDown */
function sortRows(rows, order, isDown) {
  if (order === undefined) return rows;
  return rows.toSorted((a, b) => {
    const [x, y] = [order(a), order(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const ascending = x < y ? -1 : Number(x > y);
    return isDown ? -ascending : ascending;
  });
}
