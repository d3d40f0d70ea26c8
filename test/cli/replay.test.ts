import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { recordAll, startPeer } from '../support/recording.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propylon-record-'));
const traffic = join(folder, 'traffic.ndjson');
const env = { ...process.env, NO_COLOR: '1' };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  rmSync(traffic, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function peer(answer: Parameters<typeof startPeer>[0]): Promise<string> {
  const { url, close } = await startPeer(answer);
  closing.push(close);
  return url;
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      said[name] += String(chunk);
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

/** `propylon record` in front of a gateway; `end` is Ctrl-C, and gives what it printed. */
async function recording(to: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    [main, 'record', '--to', to, '--listen', '127.0.0.1:0', '--out', traffic, ...args],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  while (!output.includes('\n')) await once(child.stdout, 'data');
  const [, url = ''] = /listening (http:\S+),/.exec(output) ?? [];
  return {
    url,
    async end(): Promise<string> {
      child.kill('SIGINT');
      await once(child, 'close');
      return output;
    },
  };
}

describe('propylon record', () => {
  it('writes down no credentials, wherever clients and gateway put them, and everything until Ctrl-C', async () => {
    const secret = 'PLANTED0815';
    const to = await peer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': `sid=${secret}`,
          'x-auth-token': secret,
          location: `/cb?code=${secret}`,
        });
        const owner = { email: `${secret}@a.example` };
        response.end(JSON.stringify({ accessToken: secret, message: `you are ${secret}`, owner }));
      });
    });
    const recorder = await recording(to, '--redact', 'owner.email', '--redact', 'X-Tenant');
    const headers = {
      authorization: `Bearer ${secret}`,
      cookie: `a=${secret}`,
      'x-api-key': secret,
      'x-tenant': secret,
    };
    const json = { 'content-type': 'application/json' };
    const form = new FormData();
    form.set('password', secret);
    await fetch(`${recorder.url}/v1/${secret}?key=${secret}&access_token=${secret}`, { headers });
    await fetch(recorder.url, { method: 'POST', headers: json, body: `{"user":{"password":"${secret}"}}` });
    await fetch(recorder.url, { method: 'POST', body: new URLSearchParams({ client_secret: secret }) });
    await fetch(recorder.url, { method: 'POST', body: form });
    const output = await recorder.end();
    const file = readFileSync(traffic, 'utf8');
    expect(output).toContain('4 exchanges recorded');
    expect(file.split('\n')).toHaveLength(6);
    expect(file).not.toContain(secret);
    expect(file).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4));
  });

  it('overwrites nothing', async () => {
    writeFileSync(traffic, 'precious');
    const { code, stderr } = await run(
      'record',
      '--to',
      'http://127.0.0.1:1',
      '--listen',
      '127.0.0.1:0',
      '--out',
      traffic,
    );
    expect([code, stderr]).toEqual([3, `${traffic} is there already: a recording is a new file.\n`]);
  });

  it('ends with exit code 2 for what it cannot understand', async () => {
    const { code, stderr } = await run('record', '--to', 'http://a', '--out', traffic, '--sample', '10');
    expect([code, stderr]).toEqual([2, expect.stringContaining('A share is a number from 0 to 1.')]);
  });
});

describe('propylon replay', () => {
  it('says for people what differs, and why it may; with exit code 1, or 0 where that is ignored', async () => {
    const to = await peer((_, response) => response.end('{"a":0,"b":"12"}'));
    await recordAll(to, traffic, [['/v1/a?x=1'], ['/v1/b'], ['/v1/b', { method: 'POST' }]]);
    const against = await peer((_, response) => response.end('{"b":12}'));
    expect(await run('replay', traffic, '--against', against, '--ignore', 'int64-form')).toEqual({
      code: 1,
      stderr: '',
      stdout: `2 sent: 0 the same, 2 different
1 not sent by --methods
2 differences ignored

defaults: unset fields with their defaults, or left out (2 in 2 answers)
  grpc-gateway prints them unless EmitUnpopulated is off, Envoy with always_print_primitive_fields; Propylon with json.emitDefaults.
       2  $.a  0 → (absent)
          GET /v1/a?x=1 (line 2)
`,
    });
    const ignoring = ['--ignore', 'int64-form', '--ignore', '$.a', '--rate', '20', '--json'];
    const { code, stdout } = await run('replay', traffic, '--against', against, ...ignoring);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { sent: 2, same: 2, different: 0, ignored: 4, classes: [] },
    ]);
  });

  it('ends with exit code 3 where nobody answers, and 2 for what it cannot understand', async () => {
    const to = await peer((_, response) => response.end('{}'));
    await recordAll(
      to,
      traffic,
      Array.from({ length: 20 }, (): [string] => ['/a']),
    );
    const there = ['replay', traffic, '--against', 'http://127.0.0.1:1'];
    const failed = await run(...there);
    expect([failed.code, failed.stderr]).toEqual([3, expect.stringMatching(/^Given up: .*ECONNREFUSED/)]);
    expect(await run(...there, '--ignore', 'defualts')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'There is no class of differences "defualts"; did you mean defaults? Fields are written as $.items[].etag, or $..etag.\n',
    });
  });
});
