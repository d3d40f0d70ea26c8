import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startPropylon } from '../support/propylon.js';

/** What a command loads is what one waits for: judged by the list of modules, which no busy machine changes. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'dist/src/cli/main.js');

/** Rooms of src/, files of src/cli/commands, and packages, that were loaded while `run` ran with this environment. */
async function loadedBy(run: (env: Readonly<Record<string, string>>) => unknown): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-loaded-'));
  try {
    // Node writes down every script that has run, whatever has loaded it.
    await run({ NODE_V8_COVERAGE: folder });
    const urls = readdirSync(folder).flatMap((name) => {
      const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return result.map(({ url }) => url);
    });
    const names = urls.flatMap((url) => {
      const [, name] =
        /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url) ??
        /dist\/src\/cli\/(commands\/[^/]+)\.js$/.exec(url) ??
        /dist\/src\/([^/]+)/.exec(url) ??
        [];
      return name === undefined ? [] : [name];
    });
    return [...new Set(names)].sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const loadedByCommand = (...args: string[]): Promise<readonly string[]> =>
  loadedBy((env) =>
    spawnSync(process.execPath, [main, ...args], { cwd: root, env: { ...process.env, ...env } }),
  );

const commandsIn = (loaded: readonly string[]): readonly string[] =>
  loaded.filter((name) => name.startsWith('commands/'));

/** What no command needs that is not told to. */
const forOthers = [
  'prom-client',
  '@opentelemetry/api',
  'ioredis',
  '@grpc/grpc-js-xds',
  'demo',
  'mock',
  'replay',
];

describe('what is loaded', () => {
  it.each([['--version'], ['--help'], ['check', '--help'], ['serve', '--prot']])(
    '%s: names, flags and their summaries, and nothing that runs',
    async (...args) => {
      expect(await loadedByCommand(...args)).toEqual([
        'cli',
        'commander',
        'diagnostic',
        'duration.js',
        'replay-defaults.js',
        'version.js',
      ]);
    },
  );

  it.each([
    ['check', '--proto', 'proto'],
    ['call', '--proto', 'proto', '--list'],
  ])('%s: its own module, and nothing for metrics, traces, Redis or the demo', async (command, ...args) => {
    const loaded = await loadedByCommand(command, ...args);
    expect(commandsIn(loaded)).toEqual([`commands/${command}`]);
    expect(loaded).toContain('descriptor');
    expect(loaded.filter((name) => forOthers.includes(name))).toEqual([]);
  });

  it('serve: its own module, and nothing that nobody has configured or asked for', async () => {
    const loaded = await loadedBy(async (env) =>
      (await startPropylon(['--proto', join(root, 'proto')], env)).stop(),
    );
    expect(commandsIn(loaded)).toEqual(['commands/serve', 'commands/serve-workers']);
    expect(loaded).toContain('gateway');
    expect(loaded.filter((name) => forOthers.includes(name))).toEqual([]);
  });
});
