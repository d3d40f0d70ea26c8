// Writes docs/metrics.md out of the built catalog; with --check, says whether it is what the catalog says.
import { readFileSync, writeFileSync } from 'node:fs';
import { catalog } from '../dist/src/telemetry/index.js';

const file = new URL('../docs/metrics.md', import.meta.url);
const groups = [
  ['Requests', (name) => name.startsWith('http_server_')],
  ['Backends', (name) => name.startsWith('rpc_client_') || name.startsWith('propylon_upstream_')],
  ['The gateway', (name) => name.startsWith('propylon_')],
  ['The process', () => true],
];

const left = new Set(Object.values(catalog));
const sections = groups.map(([title, belongs]) => {
  const metrics = [...left].filter(({ name }) => belongs(name));
  for (const metric of metrics) left.delete(metric);
  return `## ${title}\n\n${metrics.map(text).join('\n')}`;
});

function text({ name, kind, labels, help, buckets, merge }) {
  const merged =
    kind === 'gauge' && merge !== 'sum'
      ? `; of several workers the ${merge === 'max' ? 'largest' : 'smallest'}`
      : '';
  return [
    `### \`${name}\`\n`,
    `${help}\n`,
    `- ${kind}${merged}`,
    ...(labels.length === 0 ? [] : [`- labels: ${labels.map((label) => `\`${label}\``).join(', ')}`]),
    ...(buckets.length === 0 ? [] : [`- buckets: ${buckets.join(', ')}`]),
    '',
  ].join('\n');
}

const markdown = `# Metrics

What \`/metrics\` of the admin listener says. Written by \`npm run build\` out of \`src/telemetry/metrics/catalog.ts\`.
[Operations](operations.md#metrics) says how to scrape them, and what to ask of them.

${sections.join('\n')}`;

if (!process.argv.includes('--check')) writeFileSync(file, markdown);
else if (readFileSync(file, 'utf8') !== markdown) {
  process.stderr.write('docs/metrics.md is not what the catalog says: npm run build\n');
  process.exitCode = 1;
}
