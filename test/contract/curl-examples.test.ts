import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownReference } from '../../src/contract/index.js';
import type { JsonObject } from '../../src/contract/json.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { findServerProgram } from '../support/server-program.js';

const curl = findServerProgram('curl', 'curl');

describe.skipIf(curl === undefined)('the examples of the Markdown reference', () => {
  let directory = '';
  let gateway: PropylonProcess | undefined;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'curl-'));
    gateway = await startPropylon(['--demo', '--host', '127.0.0.1']);
  });
  afterAll(async () => {
    await gateway?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('succeed against the demo, one after another', { timeout: 120_000 }, async () => {
    const document = (await (await fetch(`${gateway?.url}/openapi.json`)).json()) as JsonObject;
    const markdown = markdownReference({ ...document, servers: [{ url: gateway?.url }] });
    const lines = [...markdown.matchAll(/^```sh\n(curl [\s\S]*?)\n```$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(40);
    const file = join(directory, 'picture.svg');
    writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const env = { ...process.env, API_KEY: 'demo-clerk', FILE: file, CONTENT_TYPE: 'image/svg+xml' };
    const failed = lines.flatMap((line) => {
      const { status, stdout, stderr } = spawnSync(
        'sh',
        ['-c', `${line} -sS --fail-with-body --max-time 20`],
        {
          env,
          encoding: 'utf8',
        },
      );
      return status === 0 ? [] : [`${line}\n${stdout}${stderr}`];
    });
    expect(failed).toEqual([]);
  });
});
