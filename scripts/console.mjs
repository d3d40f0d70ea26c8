// Puts the console beside the built server. Nothing is compiled: browsers get what is written, without what only the
// type checker reads.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const source = new URL('../src/console/', import.meta.url);
const built = new URL('../dist/src/console/', import.meta.url);
rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
for (const name of readdirSync(source)) {
  if (name === 'tsconfig.json') continue;
  const text = readFileSync(new URL(name, source), 'utf8');
  const isScript = name.endsWith('.js');
  writeFileSync(
    new URL(name, built),
    isScript ? text.replaceAll(/^[ \t]*\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n/gm, '') : text,
  );
}
