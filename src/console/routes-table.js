import * as cells from './cells.js';
import { amount, count, duration, percent } from './format.js';
import { percentiles } from './latency.js';
import { table } from './table.js';
import { trend } from './trend.js';

/** @import { ConsoleData } from '../server/admin/console.js' */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

/** @param {ConsoleData['routes'][number]} route @param {number} recentSeconds how much time its last two minutes have been so far */
function figuresOf(route, recentSeconds) {
  const { minutes, latency, clientErrors, serverErrors } = route;
  const requests = minutes.reduce((sum, minute) => sum + minute, 0);
  const [p50, p95, p99] = percentiles(latency, [0.5, 0.95, 0.99], 4);
  const rate = ((minutes.at(-1) ?? 0) + (minutes.at(-2) ?? 0)) / recentSeconds;
  return {
    ...route,
    requests,
    rate,
    p50,
    p95,
    p99,
    clientShare: clientErrors / requests,
    serverShare: serverErrors / requests,
  };
}

/** @type {(name: 'clientShare' | 'serverShare', bad: string) => (row: Figures, cell: HTMLElement) => void} */
const share = (name, bad) => (row, cell) => {
  cells.text((/** @type {Figures} */ row) => percent(row[name]))(row, cell);
  cell.classList.toggle(bad, row[name] > 0);
};

/** Routes with the slowest first. @param {HTMLElement} section */
export function routesTable(section) {
  /** @type {(name: 'p50' | 'p95' | 'p99', kind?: string) => import('./table.js').Column<Figures>} */
  const latency = (name, kind = 'num') => ({
    title: name,
    kind,
    order: (row) => row[name],
    show: cells.text((row) => duration(row[name])),
  });
  const show = table(section, {
    caption: 'Routes of the last ten minutes',
    none: 'No requests in the last ten minutes.',
    keyOf: ({ httpMethod, route }) => `${httpMethod} ${route}`,
    sortedBy: 5,
    /** @type {import('./table.js').Column<Figures>[]} */
    columns: [
      { title: 'Route', order: ({ route }) => route, show: cells.route },
      { title: 'Trend', kind: 'wide', show: ({ minutes }, cell) => trend(minutes, cell) },
      {
        title: 'Rate/s',
        kind: 'num',
        order: ({ rate }) => rate,
        show: cells.text(({ rate }) => amount(rate)),
      },
      {
        title: 'Requests',
        kind: 'num wide',
        order: ({ requests }) => requests,
        show: cells.text(({ requests }) => count(requests)),
      },
      latency('p50', 'num wide'),
      latency('p95'),
      latency('p99', 'num wide'),
      {
        title: '4xx',
        kind: 'num wide',
        order: ({ clientShare }) => clientShare,
        show: share('clientShare', 'warn'),
      },
      {
        title: '5xx',
        kind: 'num',
        order: ({ serverShare }) => serverShare,
        show: share('serverShare', 'bad'),
      },
    ],
  });
  /** @param {ConsoleData} live */
  return ({ routes, next, processes }) => {
    const uptimeS = Math.max(...processes.map((process) => process.uptimeS));
    const recentSeconds = Math.max(1, Math.min(60 + (next % 60), uptimeS));
    show(routes.map((route) => figuresOf(route, recentSeconds)));
  };
}
