// Puts the console beside the built server: what browsers run is what is written, so that nothing is compiled.
import { cpSync, rmSync } from 'node:fs';

const folder = new URL('../dist/src/console/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
cpSync(new URL('../src/console/', import.meta.url), folder, {
  recursive: true,
  filter: (path) => !path.endsWith('tsconfig.json'),
});
