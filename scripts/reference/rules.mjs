import { compareRules, lintRules } from '../../dist/src/contract/index.js';

const row = ([id, { severity, what, why }]) =>
  `| <a id="${id.toLowerCase()}"></a>\`${id}\` | ${severity} | ${cell(what)} ${cell(why)} |`;
const cell = (text) => text.replaceAll('|', '\\|');

function table(rules) {
  return [
    '| rule | severity | what, and why |',
    '| --- | --- | --- |',
    ...Object.entries(rules).map(row),
  ].join('\n');
}

/** Every rule of `propylon check`, as the tables in src/contract say them. */
export function rulesPage() {
  return `# Rules of propylon check

Written by \`npm run build\` out of \`src/contract/lint/rules.ts\` and \`src/contract/compare/rules.ts\`.
[Check](../check.md) says how they are run, set and ignored.

## Lint

${table(lintRules)}

## Breaking changes

Of \`--against\`: what clients of the surface before would find changed.

${table(compareRules)}
`;
}
