import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { type PropylonProcess, startPropylon } from '../support/propylon.js';

/** What two workers count and remember, they count and remember as one process would. */

const folder = mkdtempSync(join(tmpdir(), 'propylon-shared-'));
const proto = `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
service T {
  rpc Limited(M) returns (M) { option (google.api.http) = { get: "/v1/limited" }; }
  rpc Make(M) returns (M) { option (google.api.http) = { post: "/v1/made" body: "*" }; }
  rpc Stored(M) returns (M) { option (google.api.http) = { get: "/v1/stored" }; }
  rpc Held(M) returns (M) { option (google.api.http) = { get: "/v1/held" }; }
}
message M { string name = 1; }
`;
const clients = 20;

let backend: EchoBackend;
let gateway: PropylonProcess;
/** A backend that takes calls and never says anything. */
const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  writeFileSync(join(folder, 'image.binpb'), compileProtos({ ...httpAnnotations(), 't.proto': proto }));
  backend = await startEchoBackend(['Limited', 'Make', 'Stored'].map((method) => `/t.v1.T/${method}`));
  const config = join(folder, 'propylon.yaml');
  writeFileSync(
    config,
    `sources: { descriptors: [image.binpb] }
backends: { "t.*": "${backend.target}", t.v1.T.Held: "127.0.0.1:${port}" }
policies:
  "*": { authentication: { mode: none } }
  t.v1.T.Limited: { rateLimits: [{ requests: 100, per: 1d, by: all }] }
  t.v1.T.Make: { idempotency: { mode: required } }
  t.v1.T.Held: { concurrency: { max: 1 } }
  t.v1.T.Stored: { cache: { ttl: 1h, scope: shared } }
`,
  );
  gateway = await startPropylon(['--config', config, '--workers', '2']);
});
afterAll(async () => {
  await gateway?.stop();
  backend?.close();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Every connection goes to the next worker. */
async function ask(
  agent: Agent,
  path: string,
  options: { method?: string; headers?: object; body?: string } = {},
) {
  const { body = '', ...rest } = options;
  const sent = request(`${gateway.url}${path}`, { agent, method: 'GET', ...rest } as object);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text } satisfies Answer;
}

const all = <T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

describe('two workers', () => {
  it('let through what a limit lets through, under load, and not one request more', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const answers = await all(1_000, () => ask(agent, '/v1/limited'));
    agent.destroy();
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(900);
    // Each of those who came through was told of another rest.
    const rests = answers.flatMap(({ headers }) => /;r=(\d+)/.exec(String(headers['ratelimit']))?.[1] ?? []);
    expect(new Set(rests).size).toBe(100);
  });

  it('make a request with an Idempotency-Key once, and each gives its answer again', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const headers = { 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
    const make = () => ask(agent, '/v1/made', { method: 'POST', headers, body: '{"name":"a"}' });
    const first = await all(clients, make);
    expect(first.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    const later = await all(clients, make);
    agent.destroy();
    expect(new Set(later.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['200 {"name":"a"}']),
    );
    expect(later.every((answer) => answer.headers['idempotent-replayed'] === 'true')).toBe(true);
    expect(backend.calls.filter(({ path }) => path === '/t.v1.T/Make')).toHaveLength(1);
  });

  it('store answers each for itself, and are all purged', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const calls = () => backend.calls.filter(({ path }) => path === '/t.v1.T/Stored').length;
    await all(clients, () => ask(agent, '/v1/stored'));
    await all(clients, () => ask(agent, '/v1/stored'));
    expect(calls()).toBe(2);
    const purged = await fetch(`${gateway.adminUrl}/cache/purge?method=t.v1.T.Stored`, { method: 'POST' });
    expect(purged.status).toBe(200);
    await all(clients, () => ask(agent, '/v1/stored'));
    agent.destroy();
    expect(calls()).toBe(4);
  });

  it('give back at once what a killed one had under way', async () => {
    const agent = new Agent({ keepAlive: false });
    const held = (): Promise<string> => ask(agent, '/v1/held').then(({ text }) => text);
    const called = once(silent, 'connection');
    const lost = held().catch(() => 'lost');
    await called;
    expect(await held()).toContain('CONCURRENCY_EXHAUSTED');
    const calledAgain = once(silent, 'connection');
    const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8');
    for (const pid of children.trim().split(' ')) process.kill(Number(pid), 'SIGKILL');
    expect(await lost).toBe('lost');
    void held().catch(() => undefined);
    await calledAgain;
    agent.destroy();
  });
});
