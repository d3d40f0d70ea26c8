// Writes docs/reference/ out of what it describes: the commands, the schema of propylon.yaml, the annotations. Needs the
// build. With --check, says whether it is what they say.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { annotationsPage } from './reference/annotations.mjs';
import { cliPage } from './reference/cli.mjs';
import { configurationPage } from './reference/configuration.mjs';
import { rulesPage } from './reference/rules.mjs';

const folder = new URL('../docs/reference/', import.meta.url);
const pages = {
  'annotations.md': annotationsPage(),
  'cli.md': cliPage(),
  'configuration.md': configurationPage(),
  'rules.md': rulesPage(),
};

mkdirSync(folder, { recursive: true });
for (const [name, markdown] of Object.entries(pages)) {
  const file = new URL(name, folder);
  if (!process.argv.includes('--check')) writeFileSync(file, markdown);
  else if (readFileSync(file, 'utf8') !== markdown) {
    process.stderr.write(`docs/reference/${name} is not what it describes: npm run build\n`);
    process.exitCode = 1;
  }
}
