// RESULTS.md: the machine, the versions and all tables of one run.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { root } from './cache.mjs';
import { nodeVersion } from './node.mjs';
import { scenarioTable, targetTable } from './report.mjs';

export function resultsPage({ results, installed, missing, options, goVersion }) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed =
    git('status', '--porcelain', '--', 'src', 'bench/go', 'bench/gateways') === '' ? '' : ', with changes';
  const peers = installed.map(({ peer }) => peer);
  return [
    '# What a request costs',
    '',
    'Written by `npm run bench`; not to be edited. How it is measured: [gateways/README.md](gateways/README.md).',
    'Absolute numbers mean something on this machine and day only; compare the ratios.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, commit ${git('rev-parse', '--short', 'HEAD')}${changed}`,
    `- ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node v${nodeVersion} (that of manifests/Dockerfile), Go ${goVersion}`,
    `- ${load()}`,
    `- ${options.rounds} alternating rounds of ${options.seconds} s, of scenario a twice as many; medians, in parentheses the least and the most; ratios round by round`,
    ...installed.map(({ peer, version }) => `- ${peer.title}: ${version}`),
    ...missing.map(({ peer, reason }) => `- ${peer.title}: **missing**, ${reason}`),
    '',
    '## Targets',
    '',
    targetTable(results),
    '## Scenarios',
    '',
    ...results.map((result) => scenarioTable(result, peers)),
  ].join('\n');
}

/** What else ran: the bench itself keeps two processes busy. */
function load() {
  const average = loadavg()[2].toFixed(1);
  return `load average ${average} over the last 15 minutes, of which the bench is about 2: latencies suffer from what is beyond`;
}
