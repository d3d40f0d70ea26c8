import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What becomes of what a command prints, where it cannot go. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = `${process.execPath} dist/src/cli/main.js`;

/** Runs a line of bash, in which `propylon` is the command; a command that does not end is ended. */
const shell = (line: string) =>
  spawnSync('bash', ['-c', `propylon() { ${main} "$@"; }\n${line}`], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  });

describe('what is printed', () => {
  it.each([
    ['a list that takes a while', 'propylon call --demo ListProducts {}'],
    ['a stream without end', 'propylon call --demo WatchOrders {}'],
  ])('may be read in part, which ends the command in peace: %s', (_, command) => {
    const { stdout, stderr } = shell(`${command} | true; echo "$\{PIPESTATUS[0]}"`);
    expect(stderr).toBe('');
    expect(stdout).toBe('0\n');
  });

  it('has a place to go to, or else the command says in a line why not', () => {
    const { status, stdout, stderr } = shell(
      'propylon surface --proto proto --out /nonexistent/surface.lock',
    );
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toBe(
      "propylon failed: ENOENT: no such file or directory, open '/nonexistent/surface.lock'\n",
    );
  });

  it('is not taken for written where the disk is full', () => {
    const { status, stderr } = shell('propylon --help >/dev/full');
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: 'propylon failed: ENOSPC: no space left on device, write\n',
    });
  });

  it('is compared with a file, and with nothing else', () => {
    const { status, stderr } = shell('propylon surface --proto proto --check proto');
    expect(status).toBe(2);
    expect(stderr).toBe('proto cannot be read: it is a folder: name a file in it\n');
  });
});
