import { beforeEach, describe, expect, it } from 'vitest';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import { type HandClock, handClock } from '../../../test/support/hand-clock.js';
import { defaultLimits } from '../../limits.js';
import { Code } from '../../status/index.js';
import { RequestMessage } from '../request-message.js';
import { createGateResources, type GateResources } from '../resources.js';
import { callThrough, inspect } from '../run.js';
import type { Gate, NextOptions } from '../step.js';
import type { GateAnswer } from '../verdict.js';
import { caching } from './caching.js';

/** What becomes of an answer as time goes by. */

const protos = `
message M { string name = 1; }
service S { rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{name}" }; } }
`;

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a stored answer', () => {
  let clock: HandClock;
  let wallOffset: number;
  let resources: GateResources;
  let gate: Gate;
  let calls: NextOptions[];
  /** What the backend does. */
  let backend: () => GateAnswer | Promise<GateAnswer>;

  const reply = (text: string, headers: readonly (readonly [string, string])[] = []): GateAnswer => ({
    kind: 'reply',
    httpStatus: 200,
    headers,
    contentType: 'application/json',
    body: Buffer.from(text),
  });
  const failure = (code: number, httpStatus: number): GateAnswer => ({
    kind: 'failure',
    status: { code, message: '', details: [] },
    httpStatus,
    headers: [],
  });

  beforeEach(() => {
    clock = handClock();
    wallOffset = 0;
    const wall = (): number => clock.wall() + wallOffset;
    resources = createGateResources(
      {},
      { clock: { ...clock, wall }, random: () => 0, limits: defaultLimits, warn: () => undefined },
    );
    calls = [];
    backend = () => reply(String(calls.length));
    ({ gate } = gateOf(
      protos,
      { cache: { ttl: '60s', staleWhileRevalidate: '30s', staleIfError: '10m', scope: 'shared' } },
      { httpMethod: 'GET', builders: [caching], resources },
    ));
  });

  /** What a request gets: "body cache-status". */
  async function ask(deadline = Number.POSITIVE_INFINITY, name = 'a'): Promise<string> {
    const view = viewOf();
    view.deadline = deadline;
    const message = new RequestMessage(Buffer.from(name), () => {
      throw new Error('not decoded');
    });
    const found = await inspect(gate.inspect, view, message);
    const answer =
      found ??
      (await callThrough(gate.around, view, message, async (options = {}) => {
        calls.push(options);
        return backend();
      }));
    if (answer.kind === 'refusal') return answer.reason;
    const status = answer.headers.find(([field]) => field === 'cache-status')?.[1].replace('propylon; ', '');
    const body = answer.kind === 'reply' ? Buffer.from(answer.body).toString() : String(answer.httpStatus);
    return `${body} ${status}`;
  }
  const seconds = (count: number): void => clock.moveTo(clock.now() + count * 1_000);

  it('is fresh for its time', async () => {
    expect(await ask()).toBe('1 fwd=uri-miss; stored');
    seconds(59);
    expect(await ask()).toBe('1 hit; ttl=1');
    seconds(1);
    // Beyond it the answer is stale.
    expect(await ask()).toBe('1 hit; ttl=0');
    await settled();
    expect(await ask()).toBe('2 hit; ttl=60');
  });

  it('is given on while one call fetches a new one', async () => {
    await ask();
    seconds(70);
    let answer = (_: GateAnswer): void => undefined;
    backend = () =>
      new Promise<GateAnswer>((resolve) => {
        answer = resolve;
      });
    expect([await ask(), await ask()]).toEqual(['1 hit; ttl=-10', '1 hit; ttl=-10']);
    expect(calls.length).toBe(2);
    // Nobody who leaves takes it along.
    expect(calls[1]).toMatchObject({ detached: true });
    answer(reply('new'));
    await settled();
    expect([await ask(), calls.length]).toEqual(['new hit; ttl=60', 2]);
  });

  it('is given on where the new one fails, and asked for again', async () => {
    await ask();
    seconds(70);
    backend = () => failure(Code.UNAVAILABLE, 503);
    await ask();
    await settled();
    expect([await ask(), calls.length]).toEqual(['1 hit; ttl=-10', 3]);
  });

  it('is waited for once it is staler than that', async () => {
    await ask();
    seconds(90);
    expect(await ask()).toBe('2 fwd=stale; stored');
  });

  it.each<[string, number, number, string]>([
    ['cannot be reached', Code.UNAVAILABLE, 503, '1 hit; ttl=-30; detail=stale-if-error'],
    ['takes too long', Code.DEADLINE_EXCEEDED, 504, '1 hit; ttl=-30; detail=stale-if-error'],
    ['is broken', Code.INTERNAL, 500, '1 hit; ttl=-30; detail=stale-if-error'],
    ['speaks no gRPC', Code.UNAVAILABLE, 502, '1 hit; ttl=-30; detail=stale-if-error'],
    ['says that it is gone', Code.NOT_FOUND, 404, '404 fwd=stale'],
    ['says no', Code.PERMISSION_DENIED, 403, '403 fwd=stale'],
  ])('stands for a backend that %s', async (_, code, httpStatus, expected) => {
    await ask();
    seconds(90);
    backend = () => failure(code, httpStatus);
    expect(await ask()).toBe(expected);
  });

  it('stands for a backend that does not answer in the time that the client has', async () => {
    await ask();
    seconds(90);
    backend = () => new Promise(() => undefined);
    const asked = ask(clock.now() + 500);
    await settled();
    seconds(1);
    expect(await asked).toBe('1 hit; ttl=-31; detail=stale-if-error');
  });

  it('does so for its time only', async () => {
    await ask();
    seconds(60 + 600);
    backend = () => failure(Code.UNAVAILABLE, 503);
    expect(await ask()).toBe('503 fwd=stale');
  });

  it('is new where the clock of the wall was set back since', async () => {
    await ask();
    wallOffset = -3_600_000;
    expect(await ask()).toBe('1 hit; ttl=60');
  });

  it('leaves when there is no room, the least recently used first', async () => {
    ({ gate } = gateOf(
      protos,
      { cache: { ttl: '60s' } },
      {
        httpMethod: 'GET',
        builders: [caching],
        resources: createGateResources(
          { cache: { memoryBytesMax: 4_096, entryBytesMax: 2_000 } },
          { clock, random: () => 0, limits: defaultLimits, warn: () => undefined },
        ),
      },
    ));
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await ask(undefined, name);
    const again = [];
    for (const name of [...names].reverse()) again.push(await ask(undefined, name));
    expect(again.map((text) => text.includes('hit'))).toEqual([true, true, true, false, false]);
  });

  it('is not stored where it is larger than one may be', async () => {
    backend = () => reply('x'.repeat(1024 * 1024 + 1));
    await ask();
    expect(await ask()).toContain('fwd=uri-miss');
  });

  it('is a copy: what the backend has sent may be written to again', async () => {
    const bytes = Buffer.from('good');
    backend = () => ({ ...reply(''), body: bytes.subarray(0, 4) }) as GateAnswer;
    await ask();
    bytes.fill('x');
    expect(await ask()).toContain('good hit');
  });
});
