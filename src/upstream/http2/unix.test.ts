import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callOf } from '../../../test/support/torture.js';
import { createHttp2Transport } from './transport.js';

it('a unix socket carries calls, under the authority localhost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'propylon-unix-'));
  const path = join(folder, 'backend.sock');
  let seen: IncomingHttpHeaders | undefined;
  const server = createServer();
  server.on('stream', (stream, headers) => {
    seen = headers;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from('\0\0\0\0\x04fine', 'latin1'));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const transport = createHttp2Transport({ kind: 'unix', text: `unix:${path}`, path });
  const outcome = await transport.unary(callOf(), new Uint8Array());
  expect([outcome.status.code, outcome.message?.toString()]).toEqual([0, 'fine']);
  expect([seen?.[':authority'], seen?.[':scheme']]).toEqual(['localhost', 'http']);
  await transport.close();
  server.close();
  rmSync(folder, { recursive: true });
});
