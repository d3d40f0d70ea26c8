import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBytesBackend } from '../support/bytes-backend.js';
import { echoHandlers, echoImage } from '../support/echo-gateway.js';

/** The entry points of manifests/serverless, as the platforms load them: by Node, from the built package. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = (platform: string): string => join(root, 'manifests/serverless', platform, 'index.mjs');

let folder: string;
let env: NodeJS.ProcessEnv;
let close = (): void => {};
beforeAll(async () => {
  const backend = await startBytesBackend(echoHandlers);
  folder = mkdtempSync(join(tmpdir(), 'propylon-serverless-'));
  writeFileSync(join(folder, 'image.binpb'), echoImage);
  writeFileSync(
    join(folder, 'propylon.yaml'),
    `sources: { descriptors: [image.binpb] }\nbackends: { "*": "127.0.0.1:${backend.port}" }\n`,
  );
  env = { ...process.env, PROPYLON_CONFIG: join(folder, 'propylon.yaml') };
  close = () => backend.close();
});
afterAll(() => {
  close();
  rmSync(folder, { recursive: true });
});

async function run(script: string, ...argv: string[]): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...argv], { cwd: root, env });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out === '' ? err : out;
}

describe('entry points of functions', () => {
  it('AWS Lambda', async () => {
    const event = JSON.parse(readFileSync(new URL('events/http-api.json', import.meta.url), 'utf8'));
    const script = `
      const { handler } = await import(process.argv[1]);
      console.log(JSON.stringify(await handler(JSON.parse(process.argv[2]))));
      process.exit(0);`;
    const answer: unknown = JSON.parse(await run(script, entry('aws-lambda'), JSON.stringify(event)));
    expect(answer).toMatchObject({ statusCode: 200, body: '{"text":"Grüße"}' });
  });

  it('Azure Functions', async () => {
    // Outside of its host, @azure/functions takes registrations and says so.
    const script = `await import(process.argv[1]); console.log('registered'); process.exit(0);`;
    expect(await run(script, entry('azure'))).toContain('registered');
  });

  it('Google Cloud, under the command that its buildpack starts', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, 'close');
    const command = join(root, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
    const argv = [command, `--source=${entry('google-cloud')}`, '--target=gateway', `--port=${port}`];
    const child = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of child.stdout) if (String(line).includes('URL')) break;
      const response = await fetch(`http://127.0.0.1:${port}/v1/echo?text=x`);
      expect(await response.json()).toEqual({ text: 'x' });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
