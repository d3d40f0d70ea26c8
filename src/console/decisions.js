import * as cells from './cells.js';
import { byId, setText } from './dom.js';
import { bytesParts, count, percent } from './format.js';
import { table } from './table.js';

/** @import { ConsoleData } from '../server/admin/console.js' */
/** @typedef {ConsoleData['decisions']} Decisions */
/** @typedef {{ kind: string, name: string, counts: Map<string, number>, total: number }} Row */

/** What decides, and under which name. @type {readonly (readonly [Decisions[number]['metric'], string])[]} */
const deciders = [
  ['authentications', 'authentication'],
  ['rateLimits', 'rate limit'],
  ['concurrency', 'concurrency'],
  ['overload', 'overload'],
];

/** Counts by result of everything that has a name. @param {Decisions} decisions @param {string} metric @param {string} kind @returns {Row[]} */
function rowsOf(decisions, metric, kind) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const { labels, value } of decisions.find((one) => one.metric === metric)?.series ?? []) {
    const [name = '', result = ''] = labels;
    const row = rows.get(name) ?? { kind, name: name || '(none)', counts: new Map(), total: 0 };
    row.counts.set(result, (row.counts.get(result) ?? 0) + value);
    row.total += value;
    rows.set(name, row);
  }
  return [...rows.values()].filter(({ total }) => total > 0);
}

/** @param {Row} row @param {readonly string[]} results */
const sum = ({ counts }, ...results) =>
  results.reduce((total, result) => total + (counts.get(result) ?? 0), 0);

/** @type {(title: string, of: (row: Row) => string, kind?: string) => import('./table.js').Column<Row>} */
const column = (title, of, kind = 'num') => ({ title, kind, show: cells.text(of) });

/** @type {(title: string, of: (row: Row) => number) => import('./table.js').Column<Row>} */
const share = (title, of) => ({
  title,
  kind: 'num',
  show: cells.text((row) => percent(row.total === 0 ? 0 : of(row) / row.total)),
});

/** Who is let through by authentication and limits. @param {HTMLElement} section */
export function limitsTable(section) {
  /** @param {Row} row */
  const refused = (row) => sum(row, 'refused', 'failure');
  /** @param {Row} row */
  const passed = (row) => sum(row, 'allowed', 'success');
  const show = table(section, {
    caption: 'Decisions on requests since the start',
    none: 'Nothing has been decided.',
    keyOf: ({ kind, name }) => `${kind} ${name}`,
    columns: [
      column('By', ({ kind }) => kind, ''),
      column('Name', ({ name }) => name, 'mono'),
      column('Passed', (row) => count(passed(row))),
      column('Refused', (row) => count(refused(row))),
      column('Neither', (row) => count(row.total - passed(row) - refused(row)), 'num wide'),
      share('Share', refused),
    ],
  });
  return (/** @type {ConsoleData} */ { decisions }) => {
    const rows = deciders.flatMap(([metric, kind]) => rowsOf(decisions, metric, kind));
    section.hidden = rows.length === 0;
    show(rows);
  };
}

/** How caches do. @param {HTMLElement} section */
export function cacheTable(section) {
  /** @param {Row} row */
  const hits = (row) => sum(row, 'hit', 'stale', 'stale_error', 'joined');
  const show = table(section, {
    caption: 'Stored answers since the start',
    none: 'Nothing is stored.',
    keyOf: ({ name }) => name,
    columns: [
      column('Method', ({ name }) => name, 'mono'),
      share('Hit ratio', hits),
      column('Hit', (row) => count(sum(row, 'hit'))),
      column('Stale', (row) => count(sum(row, 'stale', 'stale_error')), 'num wide'),
      column('Joined', (row) => count(sum(row, 'joined')), 'num wide'),
      column('Miss', (row) => count(sum(row, 'miss'))),
      column('Bypass', (row) => count(sum(row, 'bypass')), 'num wide'),
    ],
  });
  return (/** @type {ConsoleData} */ { decisions }) => {
    const rows = rowsOf(decisions, 'cache', '');
    section.hidden = rows.length === 0;
    show(rows);
    /** @param {string} metric */
    const value = (metric) => decisions.find((one) => one.metric === metric)?.series[0]?.value ?? 0;
    const [used, most] = [value('cacheSize'), value('cacheSizeMax')].map((bytes) =>
      bytesParts(bytes).join(' '),
    );
    setText(
      byId('cache-size', HTMLElement),
      `${count(value('cacheEntries'))} stored, ${used} of ${most}, ${count(value('cacheEvictions'))} evicted`,
    );
  };
}
