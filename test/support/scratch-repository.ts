import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** A git repository in a folder of its own, and the command line of this package in it. */
export interface ScratchRepository {
  readonly folder: string;
  write(file: string, text: string | Uint8Array): void;
  git(...args: readonly string[]): string;
  /** Adds everything. */
  commit(message: string): void;
  propylon(...args: readonly string[]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  remove(): void;
}

export function scratchRepository(): ScratchRepository {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'repository-'));
  const env = {
    ...process.env,
    NO_COLOR: '1',
    // Of the machine nothing counts: no signing, no hooks, no other default branch.
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'Somebody',
    GIT_CONFIG_KEY_1: 'user.email',
    GIT_CONFIG_VALUE_1: 'somebody@example.com',
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  git('init', '--quiet', '--initial-branch=main');
  return {
    folder,
    git,
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    commit(message) {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
    },
    propylon: (...args) =>
      spawnSync(process.execPath, [main, ...args], { cwd: folder, env, encoding: 'utf8' }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
