import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { echoImage, messageOf } from '../support/echo-gateway.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

/** Streams of a gigabyte through a gateway in a process of its own, whose memory is the kernel's word. */

const gigabyte = 1e9;
const text = 'x'.repeat(100_000);
const message = Buffer.from(messageOf({ text }));

/** What the buffers of sockets hold between a gateway and both its sides, at most. */
const betweenBytesMax = 40e6;
/** What garbage may come and go. A buffer of the stream would be ten times as much. */
const swingBytesMax = 64e6;

const folder = mkdtempSync(join(tmpdir(), 'propylon-endless-'));
let backend: BytesBackend;
let gateway: PropylonProcess;
/** What the backend has sent, or received. */
let backendBytes = 0;
let letRead: () => void = () => undefined;

beforeAll(async () => {
  backend = await startBytesBackend({
    async ServerStream(call) {
      while (backendBytes < gigabyte && !call.cancelled) {
        backendBytes += message.length;
        if (!call.write(message)) await once(call, 'drain').catch(() => undefined);
      }
      call.end();
    },
    async ClientStream(call, callback) {
      await new Promise<void>((resolve) => {
        letRead = resolve;
      });
      call.on('data', (received: Buffer) => {
        backendBytes += received.length;
      });
      call.on('end', () => callback(null, Buffer.alloc(0)));
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

/** The value that a count comes to rest at. */
async function rest(count: () => number): Promise<number> {
  let [last, same] = [-1, 0];
  while (same < 15) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    same = count() === last ? same + 1 : 0;
    last = count();
  }
  return last;
}

describe.skipIf(process.platform !== 'linux')('memory stays flat', () => {
  let peak = 0;
  let watch: NodeJS.Timeout;
  beforeEach(() => {
    backendBytes = 0;
    watch = setInterval(() => {
      peak = Math.max(peak, residentBytes());
    }, 50);
  });
  afterEach(() => clearInterval(watch));

  it('while a reader takes 1 GB and stalls every 300 MB', { timeout: 120_000 }, async () => {
    const [response] = (await once(get(`${gateway.url}/v1/stream`), 'response')) as [IncomingMessage];
    let read = 0;
    response.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    // Enough for every buffer on the way, and for the compilers, to have their size.
    while (read < 100e6) await once(response, 'data');
    const before = residentBytes();
    peak = before;
    for (const stallAt of [100e6, 400e6, 700e6]) {
      while (read < stallAt) await once(response, 'data');
      response.pause();
      const sent = await rest(() => backendBytes);
      expect(sent - read).toBeLessThan(betweenBytesMax);
      response.resume();
    }
    await once(response, 'end');
    expect(read).toBeGreaterThan(gigabyte);
    expect(response.complete).toBe(true);
    console.log(
      `resident: ${Math.round(before / 1e6)} MB after 100 MB, at most ${Math.round(peak / 1e6)} MB later`,
    );
    expect(peak - before).toBeLessThan(swingBytesMax);
  });

  it('while a client sends 500 MB of lines to a backend that stalls first', {
    timeout: 120_000,
  }, async () => {
    const line = `{"text":"${text}"}\n`;
    const sent = request(`${gateway.url}/v1/collect`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    let written = 0;
    const all = (async () => {
      for (; written < gigabyte / 2; written += line.length) {
        if (!sent.write(line)) await once(sent, 'drain');
      }
      sent.end();
    })();
    expect(await rest(() => written)).toBeLessThan(betweenBytesMax);
    letRead();
    while (backendBytes < 100e6) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = residentBytes();
    peak = before;
    await all;
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    expect(backendBytes).toBeGreaterThan(0.49 * gigabyte);
    console.log(
      `resident: ${Math.round(before / 1e6)} MB after 100 MB, at most ${Math.round(peak / 1e6)} MB later`,
    );
    expect(peak - before).toBeLessThan(swingBytesMax);
    response.resume();
  });
});
