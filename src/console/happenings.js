import * as cells from './cells.js';
import { count, duration } from './format.js';
import { table } from './table.js';

/** @import { ConsoleData } from '../server/admin/console.js' */

const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** What the gate has refused. @param {HTMLElement} section */
export function refusalsTable(section) {
  const show = table(section, {
    caption: 'Requests refused at the gate',
    none: 'Nothing has been refused.',
    rowsShown: 6,
    keyOf: ({ httpMethod, route, step, reason }) => `${httpMethod} ${step} ${reason} ${route}`,
    /** @type {import('./table.js').Column<ConsoleData['refusals'][number]>[]} */
    columns: [
      { title: 'Route', show: cells.route },
      { title: 'Step', kind: 'wide', show: cells.text(({ step }) => step) },
      { title: 'Reason', show: cells.text(({ reason }) => reason) },
      { title: 'Count', kind: 'num', show: cells.text((row) => count(row.count)) },
      { title: 'Last', kind: 'num', show: cells.ago(({ lastAt }) => lastAt) },
    ],
  });
  return (/** @type {ConsoleData} */ { refusals }) => show(refusals);
}

/** Requests that failed on our side or behind us. @param {HTMLElement} section */
export function failuresTable(section) {
  const show = table(section, {
    caption: 'Requests that failed',
    none: 'Nothing has failed.',
    rowsShown: 6,
    keyOf: ({ at, requestId, route }) => `${at} ${requestId} ${route}`,
    /** @type {import('./table.js').Column<ConsoleData['failures'][number]>[]} */
    columns: [
      { title: 'Route', show: cells.route },
      { title: 'Status', show: cells.text(({ httpStatus, code }) => `${httpStatus} ${codes[code] ?? code}`) },
      { title: 'Took', kind: 'num wide', show: cells.text(({ durationMs }) => duration(durationMs)) },
      { title: 'Request id', kind: 'mono', show: cells.text(({ requestId }) => requestId) },
      { title: 'Trace id', kind: 'mono wide', show: cells.text(({ traceId }) => traceId || '–') },
      { title: 'When', kind: 'num', show: cells.ago(({ at }) => at) },
    ],
  });
  return (/** @type {ConsoleData} */ { failures }) => show(failures);
}
