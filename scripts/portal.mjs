// Puts the portal beside the built server: its scripts as one file, the library that renders documents, and their
// licence. Files have a digest in their names, and are compressed as much as can be: they are asked for once.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [source, built, cache] = [at('src/portal'), at('dist/src/portal'), at('.cache/portal')];
const library = dirname(dirname(fileURLToPath(import.meta.resolve('@scalar/api-reference'))));

const bundle = await rolldown({ input: join(source, 'main.js') });
const { output } = await bundle.generate({ format: 'es', minify: true });
await bundle.close();

const { version, license } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
const assets = {
  'portal.js': output[0].code,
  'style.css': readFileSync(join(source, 'style.css')),
  'icon.svg': readFileSync(at('src/console/icon.svg')),
  'scalar.js': readFileSync(join(library, 'dist/browser/standalone.js')),
  'licences.txt': `scalar.js is @scalar/api-reference ${version} (${license}), https://github.com/scalar/scalar\n`,
};

/** Compressing the library takes seconds: what was compressed is kept. */
function compressed(bytes, digest) {
  const kept = join(cache, digest);
  if (existsSync(kept)) return readFileSync(kept);
  const made = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, made);
  return made;
}

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
let page = readFileSync(join(source, 'index.html'), 'utf8');
for (const [name, content] of Object.entries(assets)) {
  const bytes = Buffer.from(content);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const named = name.replace('.', `-${digest}.`);
  page = page.replaceAll(`{{base}}/${name}`, `{{base}}/${named}`);
  writeFileSync(join(built, `${named}.br`), compressed(bytes, digest));
}
writeFileSync(join(built, 'index.html'), page);
