import * as cells from './cells.js';
import { count } from './format.js';
import { table } from './table.js';

/** @import { ConsoleData } from '../server/admin/console.js' */
/** @typedef {ConsoleData['upstreams'][number]} Upstream */
/** @typedef {{ upstream: Upstream, endpoint: Upstream['endpoints'][number] | undefined }} Row */

/** How an endpoint is, and how bad that is. @param {Row} row @returns {[string, string]} */
function stateOf({ endpoint }) {
  if (endpoint === undefined) return ['not called yet', ''];
  if (endpoint.ejected) return ['ejected', 'bad'];
  if (endpoint.connectivity === 'failed') return ['unreachable', 'bad'];
  if (endpoint.serving === false) return ['not serving', 'bad'];
  if (endpoint.leaving) return ['leaving', 'warn'];
  return [endpoint.connectivity, endpoint.connectivity === 'ready' ? 'good' : ''];
}

/** @type {(of: (row: Row) => [string, string]) => (row: Row, cell: HTMLElement) => void} */
const judged = (of) => (row, cell) => {
  const [text, kind] = of(row);
  cells.text(() => text)(row, cell);
  cell.className = kind;
};

const breakerKinds = { closed: '', 'half-open': 'warn', open: 'bad' };

/** @type {(of: (row: Row) => number | undefined) => (row: Row, cell: HTMLElement) => void} */
const number = (of) =>
  cells.text((row) => {
    const value = of(row);
    return value === undefined ? '–' : count(value);
  });

/** How backends are. @param {HTMLElement} section */
export function upstreamsTable(section) {
  const show = table(section, {
    caption: 'Backends and their addresses',
    none: 'No backends.',
    keyOf: ({ upstream, endpoint }) => `${upstream.role} ${upstream.target} ${endpoint?.endpoint}`,
    /** @type {import('./table.js').Column<Row>[]} */
    columns: [
      {
        title: 'Target',
        kind: 'mono',
        show: cells.text(({ upstream: { role, target } }) =>
          role === 'main' ? target : `${target} (${role})`,
        ),
      },
      { title: 'Address', kind: 'mono wide', show: cells.text(({ endpoint }) => endpoint?.endpoint ?? '–') },
      { title: 'State', show: judged(stateOf) },
      {
        title: 'Breaker',
        show: judged(({ upstream: { breaker } }) =>
          breaker === undefined ? ['–', ''] : [breaker.state, breakerKinds[breaker.state]],
        ),
      },
      { title: 'In flight', kind: 'num', show: number(({ endpoint }) => endpoint?.inFlight) },
      { title: 'Waiting', kind: 'num wide', show: number(({ endpoint }) => endpoint?.waitingCalls) },
      { title: 'Connections', kind: 'num wide', show: number(({ endpoint }) => endpoint?.connections) },
    ],
  });
  return (/** @type {ConsoleData} */ { upstreams }) => show(upstreams.flatMap(rowsOf));
}

/** @param {Upstream} upstream @returns {Row[]} */
function rowsOf(upstream) {
  const { endpoints } = upstream;
  return endpoints.length === 0
    ? [{ upstream, endpoint: undefined }]
    : endpoints.map((endpoint) => ({ upstream, endpoint }));
}
