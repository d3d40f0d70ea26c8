import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): {
  readonly code: number | null;
  readonly lines: string[];
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'key', 'new', ...args], {
    encoding: 'utf8',
  });
  return { code: status, lines: stdout.trimEnd().split('\n'), stderr };
}

describe('propylon key new', () => {
  it('makes a key, and the entry with which it opens the gate', async () => {
    const about = [
      '--scope',
      'a',
      '--scope',
      'b',
      '--label',
      'team=x=y',
      '--audience',
      'partner',
      '--expires',
      '2999-01-01',
    ];
    const { code, lines, stderr } = run('--subject', 'batch: "1"', ...about);
    expect([code, lines.length, stderr]).toEqual([0, 2, expect.stringContaining('keys:')]);
    const [key = '', entry = ''] = lines;
    expect(key).toMatch(/^propylon_[\w-]{43}$/);
    expect(JSON.parse(entry.slice(2))).toEqual({
      id: expect.stringMatching(/^key-[0-9a-f]{8}$/),
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      subject: 'batch: "1"',
      scopes: ['a', 'b'],
      labels: { team: 'x=y' },
      audience: 'partner',
      expires: '2999-01-01',
    });
    expect(entry).not.toContain(key);

    const keysFile = join(folder, 'keys.yaml');
    writeFileSync(keysFile, `keys:\n${entry}\n`);
    const policy = { '*': { authorization: { scopes: ['a', 'b'] } } };
    const providers = { keys: { type: 'apiKey', keysFile } } as const;
    const echo = await startEchoGateway(gateSettings(policy, { authentication: { providers } }));
    try {
      expect((await fetch(`${echo.url}/v1/echo`, { headers: { 'x-api-key': key } })).status).toBe(200);
    } finally {
      await echo.close();
    }
  });

  it('makes another one each time', () => {
    expect(run('--subject', 'a').lines[0]).not.toBe(run('--subject', 'a').lines[0]);
  });

  it.each<[string, string[]]>([
    ['without a subject', []],
    ['with a date that is none', ['--subject', 'a', '--expires', 'soon']],
    ['with an audience that is none', ['--subject', 'a', '--audience', 'all']],
    ['with a label without a value', ['--subject', 'a', '--label', 'team']],
  ])('%s, prints none', (_, args) => {
    const { code, lines, stderr } = run(...args);
    expect([code === 0, lines, stderr === '']).toEqual([false, [''], false]);
  });
});
