import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { echoImage, messageOf } from '../support/echo-gateway.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

/** A stream of 1 GB through a gateway in a process of its own, whose memory is the kernel's word. */

const gigabyte = 1e9;
const message = Buffer.from(messageOf({ text: 'x'.repeat(100_000) }));
const messages = Math.ceil(gigabyte / message.length);

const folder = mkdtempSync(join(tmpdir(), 'propylon-endless-'));
let backend: BytesBackend;
let gateway: PropylonProcess;
let sent = 0;

beforeAll(async () => {
  backend = await startBytesBackend({
    async ServerStream(call) {
      for (sent = 0; sent < messages && !call.cancelled; sent++) {
        if (!call.write(message)) await once(call, 'drain').catch(() => undefined);
      }
      call.end();
    },
  });
  const image = join(folder, 'echo.binpb');
  writeFileSync(image, echoImage);
  gateway = await startPropylon(['--descriptors', image, '--backend', `*=127.0.0.1:${backend.port}`]);
});
afterAll(async () => {
  await gateway?.stop();
  backend?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Resident memory of the gateway, in bytes. */
function residentBytes(): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

it.skipIf(process.platform !== 'linux')(
  'a stalled reader holds the backend, and 1 GB leaves memory flat',
  { timeout: 120_000 },
  async () => {
    const [response] = (await once(get(`${gateway.url}/v1/stream`), 'response')) as [IncomingMessage];
    let read = 0;
    response.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    // Enough for every buffer on the way, and for the compilers, to have their size.
    while (read < 100e6) await once(response, 'data');
    response.pause();
    // Every buffer fills up, at the pace of the machine; then nothing moves any more.
    let stalledAt = -1;
    while (sent !== stalledAt) {
      stalledAt = sent;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const before = residentBytes();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(sent).toBe(stalledAt);
    expect(residentBytes() - before).toBeLessThan(8e6);

    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, residentBytes());
    }, 50);
    response.resume();
    await once(response, 'end');
    clearInterval(watch);
    expect(read).toBeGreaterThan(gigabyte);
    expect(response.complete).toBe(true);
    console.log(
      `resident: ${Math.round(before / 1e6)} MB when stalled, at most ${Math.round(peak / 1e6)} MB later`,
    );
    expect(peak - before).toBeLessThan(64e6);
  },
);
