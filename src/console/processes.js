import * as cells from './cells.js';
import { bytesParts, count, duration, span } from './format.js';
import { table } from './table.js';

/** @import { ConsoleData } from '../server/admin/console.js' */

/** The processes that serve. @param {HTMLElement} section */
export function processesTable(section) {
  const show = table(section, {
    caption: 'Processes that serve',
    none: 'None.',
    keyOf: ({ pid }) => String(pid),
    /** @type {import('./table.js').Column<ConsoleData['processes'][number]>[]} */
    columns: [
      { title: 'Process', show: cells.text(({ pid }) => String(pid)) },
      { title: 'State', show: cells.text(({ isServing }) => (isServing ? 'serving' : 'shutting down')) },
      { title: 'Version', kind: 'wide', show: cells.text(({ version }) => version) },
      { title: 'Generation', kind: 'num wide', show: cells.text(({ generation }) => count(generation)) },
      { title: 'Up', kind: 'num tight', show: cells.text(({ uptimeS }) => span(uptimeS)) },
      {
        title: 'Memory',
        kind: 'num',
        show: cells.text(({ memoryBytes }) => bytesParts(memoryBytes).join(' ')),
      },
      { title: 'Loop delay', kind: 'num wide', show: cells.text(({ loopDelayMs }) => duration(loopDelayMs)) },
      { title: 'In flight', kind: 'num', show: cells.text(({ inFlight }) => count(inFlight)) },
    ],
  });
  return (/** @type {ConsoleData} */ { processes }) => show(processes);
}
