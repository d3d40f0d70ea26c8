import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegularFile, readRegularFileSync, unreadableReason } from './regular-file.js';

const folder = mkdtempSync(join(tmpdir(), 'propylon-file-'));
beforeAll(() => {
  writeFileSync(join(folder, 'file'), 'what it holds');
  mkdirSync(join(folder, 'folder'));
  spawnSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a configured file', () => {
  it('is read', async () => {
    expect((await readRegularFile(join(folder, 'file'))).toString()).toBe('what it holds');
    expect(readRegularFileSync(join(folder, 'file')).toString()).toBe('what it holds');
  });

  it.each([
    ['folder', 'it is a folder: name a file in it'],
    ['pipe', 'it is a named pipe: write what comes out of it to a file, and name that'],
    ['/dev/zero', 'it is a device or a socket: name a file'],
    ['none', 'ENOENT'],
  ])('is not waited for where it is none: %s', async (name, reason) => {
    const file = name.startsWith('/') ? name : join(folder, name);
    expect(unreadableReason(await readRegularFile(file).catch((error: unknown) => error))).toBe(reason);
    let thrown: unknown;
    try {
      readRegularFileSync(file);
    } catch (error) {
      thrown = error;
    }
    expect(unreadableReason(thrown)).toBe(reason);
  });
});
