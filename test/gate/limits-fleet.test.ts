import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BytesBackend, startBytesBackend } from '../support/bytes-backend.js';
import { echoHandlers, echoImage } from '../support/echo-gateway.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';

/** Two gateways, each a process of its own, that count one key in one Redis. */

const clients = 1_000;
/** Every client asks this often: ten times what the limit lets through. */
const paceMs = 1_000;
const limit = { burst: 100, perSecond: 100 };

let redis: TestRedis;
let backend: BytesBackend;
let folder: string;
let gateways: PropylonProcess[];

describe.skipIf(redisProgram === undefined)('a fleet of two processes and one Redis', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'propylon-fleet-'));
    [redis, backend] = await Promise.all([startRedis(), startBytesBackend(echoHandlers)]);
    writeFileSync(join(folder, 't.binpb'), echoImage);
    const config = {
      sources: { descriptors: ['t.binpb'] },
      backends: { '*': `127.0.0.1:${backend.port}` },
      policies: {
        '*': {
          authentication: { mode: 'none' },
          rateLimits: [
            { requests: limit.perSecond, per: '1s', burst: limit.burst, by: 'header', header: 'x-client' },
          ],
        },
      },
      rateLimits: { store: 'redis' },
      // Processes of a busy machine wait for each other longer than those of a fleet.
      redis: { url: redis.url, timeout: '1s' },
    };
    const file = join(folder, 'propylon.yaml');
    writeFileSync(file, JSON.stringify(config));
    gateways = await Promise.all([startPropylon(['--config', file]), startPropylon(['--config', file])]);
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    backend.close();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets through within 1% of the limit while 1,000 clients hammer one key for 10 s', async () => {
    const answers = await hammer('accuracy', 10_000);
    expect(problems(answers)).toEqual([]);
    const passed = answers.filter(({ status }) => status === 200);
    // Limits are asked somewhere between a request and its answer: what is certain either way.
    const [first, last] = [passed[0], passed.at(-1)];
    const most = limit.burst + (limit.perSecond * ((last?.receivedAt ?? 0) - (first?.sentAt ?? 0))) / 1_000;
    const least = limit.burst + (limit.perSecond * ((last?.sentAt ?? 0) - (first?.receivedAt ?? 0))) / 1_000;
    console.log(
      `${answers.length} requests, ${passed.length} passed, between ${least} and ${most} should have`,
    );
    expect(answers.length).toBeGreaterThan(3 * passed.length);
    expect(passed.length).toBeLessThanOrEqual(most * 1.01);
    expect(passed.length).toBeGreaterThanOrEqual(least * 0.99);
  }, 60_000);

  it('answers every request while Redis is killed and comes back, and then counts together again', async () => {
    const under = hammer('outage', 6_000);
    await wait(1_500);
    await redis.kill();
    await Promise.all(gateways.map((gateway) => gateway.printed('Redis is away.')));
    await wait(1_000);
    await redis.restart();
    await Promise.all(gateways.map((gateway) => gateway.printed('Redis is back.')));
    const answers = await under;
    expect(problems(answers)).toEqual([]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(limit.burst);
    const again = await hammer('outage', 2_000);
    const passed = again.filter(({ status }) => status === 200);
    const tookMs = (passed.at(-1)?.receivedAt ?? 0) - (passed[0]?.sentAt ?? 0);
    expect(passed.length).toBeLessThanOrEqual((limit.burst + (limit.perSecond * tookMs) / 1_000) * 1.01);
  }, 60_000);
});

interface Answer {
  readonly status: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Everything but 200 and 429. */
function problems(answers: readonly Answer[]): number[] {
  return answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 429);
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers of all clients, half of them at each gateway, in the order in which they came. */
async function hammer(key: string, forMs: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  const ports = gateways.map(({ url }) => Number(new URL(url).port));
  const sockets = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const socket = connect(ports[index % 2] ?? 0, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const startAt = performance.now();
  await Promise.all(
    sockets.map((socket, index) =>
      client(socket, key, startAt + (index / clients) * paceMs, startAt + forMs, answers),
    ),
  );
  return answers.sort((a, b) => a.receivedAt - b.receivedAt);
}

/** Asks at its pace over one connection; a request that gets no answer is one of status 0. */
async function client(
  socket: Socket,
  key: string,
  startAt: number,
  endAt: number,
  answers: Answer[],
): Promise<void> {
  const request = `GET /v1/echo?name=a HTTP/1.1\r\nhost: g\r\nx-client: ${key}\r\n\r\n`;
  for (let at = startAt; at < endAt; at = Math.max(at + paceMs, performance.now())) {
    if (at > performance.now()) await wait(at - performance.now());
    const sentAt = performance.now();
    const status = await new Promise<number>((resolve) => {
      let text = '';
      const end = (value: number): void => {
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        resolve(value);
      };
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
        if (head > 0 && length !== undefined && text.length >= head + 4 + Number(length))
          end(Number(text.slice(9, 12)));
      });
      socket.on('error', () => end(0));
      socket.on('close', () => end(0));
      socket.write(request);
    });
    answers.push({ status, sentAt, receivedAt: performance.now() });
    if (status === 0) break;
  }
  socket.destroy();
}
