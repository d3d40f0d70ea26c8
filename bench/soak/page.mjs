// SOAK.md: what ran, and whether it stayed flat.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { root } from '../gateways/cache.mjs';
import { median } from '../gateways/statistics.mjs';

const kinds = {
  a: 'small GET',
  b: 'POST of 1 KB',
  c: 'list of 100',
  e: 'stream of 10,000 messages',
  g: 'NOT_FOUND',
};

export function page({ samples, judged, rates, requests, minutes, share }) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  const cpu = median(samples.map(({ cpuShare }) => cpuShare));
  return [
    `# ${minutes.toFixed(0)} minutes at ${(100 * share).toFixed(0)}% load`,
    '',
    'Written by `npm run soak`; not to be edited. JWT, scopes, limits, validation, metrics and the access log are on; each',
    'answer has the status that it should, or the run fails.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
    `- ${requests.toLocaleString('en')} requests, none failed: ${Object.entries(rates)
      .map(([key, rate]) => `${kinds[key]} ${rate.toLocaleString('en')}/s`)
      .join(', ')}`,
    `- ${(100 * cpu).toFixed(0)}% of a core (median)`,
    '',
    '| | middle third | last third | |',
    '|---|---:|---:|---|',
    ...judged.map(
      ({ title, middle, end, met }) =>
        `| ${title} | ${middle.toFixed(1)} | ${end.toFixed(1)} | ${met ? 'flat' : '**not flat**'} |`,
    ),
    '',
    '![memory, sockets and event-loop delay over time](soak.svg)',
    '',
  ].join('\n');
}
