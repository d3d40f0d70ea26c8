// Writes the JSON Schema of propylon.yaml for editors, out of the built configuration schema.
import { mkdirSync, writeFileSync } from 'node:fs';
import { configJsonSchema } from '../dist/src/config/index.js';

mkdirSync(new URL('../schema/', import.meta.url), { recursive: true });
const file = new URL('../schema/propylon.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
