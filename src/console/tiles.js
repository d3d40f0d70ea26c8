import { element, setText } from './dom.js';
import { amount, bytesParts, count, durationParts, percent, span } from './format.js';
import { usualPercentiles } from './history.js';

/** @import { ConsoleData } from '../server/admin/console.js' */
/** @import { History } from './history.js' */

/** The figures at the top. @param {HTMLElement} list */
export function tiles(list) {
  /** @param {string} title */
  const tile = (title) => {
    const [value, unit, more] = [document.createTextNode(''), element('small'), element('dd')];
    const main = element('dd', {}, value, unit);
    list.append(element('div', { class: 'tile' }, element('dt', {}, title), main, more));
    /** @param {readonly [string, string]} parts @param {string} rest @param {string} [kind] */
    return (parts, rest, kind = '') => {
      setText(value, parts[0]);
      setText(unit, parts[1]);
      setText(more, rest);
      main.className = kind;
    };
  };
  const rate = tile('Requests per second');
  const errors = tile('Server errors');
  const latency = tile('Latency, p95');
  const inFlight = tile('In flight');
  const loop = tile('Event-loop delay');
  const memory = tile('Memory');

  /** @param {ConsoleData} live @param {History} history */
  return ({ processes }, history) => {
    const minute = history.last(60);
    const [p50, p95, p99] = usualPercentiles(minute);
    const of = (/** @type {number} */ errors) => (minute.requests === 0 ? 0 : errors / minute.requests);
    rate([amount(history.last(10).requests / 10), ''], `${count(history.last(600).requests)} in ten minutes`);
    errors(
      [percent(of(minute.serverErrors)), ''],
      `${percent(of(minute.clientErrors))} client errors`,
      minute.serverErrors > 0 ? 'bad' : '',
    );
    latency(durationParts(p95), `p50 ${durationParts(p50).join(' ')} · p99 ${durationParts(p99).join(' ')}`);
    const total = (/** @type {(process: ConsoleData['processes'][number]) => number} */ of) =>
      processes.reduce((sum, process) => sum + of(process), 0);
    const [first] = processes;
    inFlight(
      [count(total((process) => process.inFlight)), ''],
      `${count(first?.routes ?? 0)} routes, generation ${first?.generation ?? 0}`,
    );
    const delays = processes.flatMap(({ loopDelayMs }) => (loopDelayMs === undefined ? [] : [loopDelayMs]));
    loop(durationParts(delays.length === 0 ? undefined : Math.max(...delays)), 'p99 of the last second');
    memory(
      bytesParts(total((process) => process.memoryBytes)),
      `up ${span(Math.max(...processes.map(({ uptimeS }) => uptimeS)))}`,
    );
  };
}
