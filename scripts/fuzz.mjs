// For a while, from a new seed each time: compares the compiled codec with the reference on random messages, and
// sends random messages through random HTTP rules.
//
//   npm run fuzz -- --minutes 10
//
// A failure prints its seed and the message, and puts the input into src/codec/differential.corpus, which every run
// begins with: make a row of src/codec/codec.contract.ts of it as well, or of src/surface/bind.test.ts.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } });
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    'src/codec/differential.test.ts',
    'src/surface/split.test.ts',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, PROPYLON_FUZZ_MINUTES: values.minutes } },
);
process.exitCode = status ?? 1;
