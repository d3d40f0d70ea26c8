// The tables: of one scenario, and of the targets.
import { median, ratio } from './statistics.mjs';
import { targets } from './targets.mjs';

/** A scenario as a Markdown table with a column per peer. */
export function scenarioTable({ scenario, rate, columns }, all) {
  const peers = all.filter(({ only }) => only === undefined);
  const reference = (key) => columns.find(({ peer }) => peer.key === key);
  const row = (title, cell) => {
    const cells = peers
      .map((peer) => columns.find((column) => column.peer === peer))
      .map((c) => c && cell(c));
    return `| ${title} | ${cells.map((text) => text ?? '–').join(' | ')} |`;
  };
  const relative = (key) => (column) =>
    reference(key) && ratio(column.cpuUs, reference(key).cpuUs).toFixed(2);
  const added = (key) => (column) =>
    column[key].length === 0 ? 'beyond it' : `${micros(median(column[key]))} (${range(column[key])})`;
  return [
    `### ${scenario.key}: ${scenario.title}`,
    '',
    `| | ${peers.map(({ title }) => title).join(' | ')} |`,
    `|---|${'---:|'.repeat(peers.length)}`,
    row('CPU µs per request (spread)', ({ cpuUs }) => `**${micros(median(cpuUs))}** (${range(cpuUs)})`),
    row('of grpc-gateway', relative('grpc-gateway')),
    row('of Envoy', relative('envoy')),
    row('requests per second, one worker', ({ perSecond }) => micros(median(perSecond))),
    row(`p50 added at ${rate}/s, µs`, added('p50Us')),
    row(`p99 added at ${rate}/s, µs`, added('p99Us')),
    row('resident MB', ({ residentMb }) => residentMb.toFixed(0)),
    '',
    `${scenario.connections} connections when saturated.${notes(scenario, peers)}${referenceNote(columns)}`,
    '',
  ].join('\n');
}

/** What is measured beside a scenario to compare with: Node's own share of a request, or fewer routes. */
function referenceNote(columns) {
  const references = columns.filter(({ peer }) => peer.only !== undefined);
  if (references.length === 0) return '';
  const each = references.map(
    ({ peer, cpuUs }) => `${peer.title} ${micros(median(cpuUs))} (${range(cpuUs)})`,
  );
  return ` For comparison, in the same rounds, CPU µs per request: ${each.join(', ')}.`;
}

function notes(scenario, peers) {
  const remarks = peers.flatMap(({ title, cannot, differs }) => {
    const remark = cannot?.[scenario.key] ?? differs?.[scenario.key];
    return remark === undefined ? [] : [` ${title}: ${remark}.`];
  });
  return remarks.join('');
}

function verdict(measured, met) {
  if (measured === undefined) return 'not measured';
  if (Number.isNaN(measured)) return 'lost in noise';
  return met(measured) ? 'met' : '**not met**';
}

/** The targets as a Markdown table; `–` where a peer is missing. */
export function targetTable(results) {
  const column = (scenario, peer) =>
    results.find((result) => result.scenario.key === scenario)?.columns.find((c) => c.peer.key === peer);
  const ours = (scenario) => column(scenario, 'propylon-http2') ?? column(scenario, 'propylon-grpc-js');
  const rows = targets.map(({ text, limit, value, met }) => {
    const measured = value({ ours, column });
    const number = measured === undefined || Number.isNaN(measured) ? '–' : measured.toFixed(2);
    return `| ${text} | ${limit} | ${number} | ${verdict(measured, met)} |`;
  });
  return ['| | target | measured | |', '|---|---:|---:|---|', ...rows, ''].join('\n');
}

export const micros = (value) =>
  Math.abs(value) < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
export const range = (values) => `${micros(Math.min(...values))}–${micros(Math.max(...values))}`;
