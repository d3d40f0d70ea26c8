import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticsError } from '../../src/diagnostic/index.js';
import type { GateOptionsInput, PolicyInput } from '../../src/gate/index.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  ask,
  BackendStatus,
  type LibraryBackend,
  type LibraryCall,
  type LibraryGateway,
  type LibraryHandler,
  reasonOf,
  startGatewayTo,
  startLibraryBackend,
  startLibraryGateway,
} from '../support/library-gateway.js';
import { redisProgram, startRedis, type TestRedis } from '../support/redis.js';

/** Idempotency-Key over HTTP: a write is made once, whoever comes back for its answer. */

const open = { authentication: { mode: 'none' } } as const;
const settings = (idempotency: PolicyInput['idempotency']) =>
  gateSettings({
    '*': { ...open, idempotency },
    'lib.v1.Library.SendBooks': { idempotency: { mode: 'off' } },
  });
const key = (value: string) => ({ 'idempotency-key': value });
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function library(
  handler: LibraryHandler,
  idempotency: PolicyInput['idempotency'],
): Promise<LibraryGateway> {
  const started = await startLibraryGateway(
    { LendBook: handler, GetBook: handler, FindBooks: () => ({}), SendBooks: () => ({}) },
    settings({ requestId: false, ...idempotency }),
  );
  closers.push(started.close);
  return started;
}

/** A handler that waits until it is let go. */
function held() {
  let letGo = (): void => undefined;
  let begun = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const handler = async ({ count }: LibraryCall) => {
    begun();
    await gone;
    return { title: `lent ${count}` };
  };
  return { handler, letGo: () => letGo(), isBegun };
}

const lend = 'POST /v1/books/1:lend';
const counted: LibraryHandler = ({ count }) => ({ title: `lent ${count}` });

describe('a request with an Idempotency-Key', () => {
  it('is made once, and its answer given again', async () => {
    const { url, calls } = await library(counted, { mode: 'optional' });
    const first = await ask(url, lend, { body: { to: 'ann' }, headers: key('k-1') });
    const second = await ask(url, lend, { body: { to: 'ann' }, headers: key('"k-1"') });
    expect([first.status, first.text, first.headers.get('idempotent-replayed')]).toEqual([
      200,
      '{"title":"lent 1"}',
      null,
    ]);
    expect([second.status, second.text, second.headers.get('idempotent-replayed')]).toEqual([
      200,
      first.text,
      'true',
    ]);
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(calls.length).toBe(1);
  });

  it('is another one with another key, of another method, or of another message', async () => {
    const { url, calls } = await library(counted, { mode: 'optional' });
    await ask(url, lend, { body: {}, headers: key('k-1') });
    expect((await ask(url, lend, { body: {}, headers: key('k-2') })).text).toBe('{"title":"lent 2"}');
    expect((await ask(url, lend, { body: {} })).text).toBe('{"title":"lent 3"}');
    const other = await ask(url, lend, { body: { to: 'bob' }, headers: key('k-1') });
    expect([other.status, reasonOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const path = await ask(url, 'POST /v1/books/2:lend', { body: {}, headers: key('k-1') });
    expect([path.status, reasonOf(path)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(calls.length).toBe(3);
  });

  it('is the same one however its fields are ordered', async () => {
    const { url } = await library(counted, { mode: 'optional' });
    await ask(url, lend, { body: { to: 'ann', requestId: 'r' }, headers: key('k-1') });
    const again = await ask(url, lend, { body: { requestId: 'r', to: 'ann' }, headers: key('k-1') });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is refused while the first is under way', async () => {
    const { handler, letGo, isBegun } = held();
    const { url, calls } = await library(handler, { mode: 'optional' });
    const first = ask(url, lend, { body: {}, headers: key('k-1') });
    await isBegun;
    const second = await ask(url, lend, { body: {}, headers: key('k-1') });
    expect([second.status, reasonOf(second), second.headers.get('retry-after')]).toEqual([
      409,
      'IDEMPOTENCY_KEY_IN_USE',
      '1',
    ]);
    expect((await ask(url, lend, { body: { to: 'bob' }, headers: key('k-1') })).status).toBe(422);
    letGo();
    expect((await first).status).toBe(200);
    expect((await ask(url, lend, { body: {}, headers: key('k-1') })).text).toBe('{"title":"lent 1"}');
    expect(calls.length).toBe(1);
  });

  it('outlives its client, who may come back for the answer', async () => {
    const { handler, letGo, isBegun } = held();
    const { url, calls } = await library(handler, { mode: 'optional' });
    const leaving = new AbortController();
    const first = ask(url, lend, { body: {}, headers: key('k-1'), signal: leaving.signal });
    await isBegun;
    leaving.abort();
    await expect(first).rejects.toThrow();
    let again = await ask(url, lend, { body: {}, headers: key('k-1') });
    expect(again.status).toBe(409);
    expect(calls[0]?.isCancelled()).toBe(false);
    letGo();
    while (again.status === 409) again = await ask(url, lend, { body: {}, headers: key('k-1') });
    expect([again.status, again.text, calls.length]).toEqual([200, '{"title":"lent 1"}', 1]);
  });

  it.each<[code: keyof typeof status, httpStatus: number, calls: number]>([
    ['INVALID_ARGUMENT', 400, 1],
    ['NOT_FOUND', 404, 1],
    ['ALREADY_EXISTS', 409, 1],
    ['PERMISSION_DENIED', 403, 1],
    ['FAILED_PRECONDITION', 400, 1],
    ['INTERNAL', 500, 1],
    ['UNKNOWN', 500, 1],
    ['UNAVAILABLE', 503, 2],
    ['RESOURCE_EXHAUSTED', 429, 2],
    ['ABORTED', 409, 2],
    ['DEADLINE_EXCEEDED', 504, 2],
    ['UNAUTHENTICATED', 401, 2],
  ])('that ends with %s (%i) twice calls the backend %i times', async (code, httpStatus, expected) => {
    const { url, calls } = await library(
      () => {
        throw new BackendStatus(status[code], 'no');
      },
      { mode: 'optional' },
    );
    const first = await ask(url, lend, { body: {}, headers: key('k-1') });
    const second = await ask(url, lend, { body: {}, headers: key('k-1') });
    expect([first.status, second.status, calls.length]).toEqual([httpStatus, httpStatus, expected]);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('idempotent-replayed')).toBe(expected === 1 ? 'true' : null);
  });

  it('is forgotten after `remember`', async () => {
    const { url } = await library(counted, { remember: '50ms' });
    const send = () => ask(url, lend, { body: {}, headers: key('k-1') });
    expect((await send()).text).toBe('{"title":"lent 1"}');
    let last = await send();
    while (last.headers.has('idempotent-replayed')) last = await send();
    expect(last.text).toBe('{"title":"lent 2"}');
  });

  it.each<[value: string]>([[''], ['a b'], ['"a'], ['a"b'], ['"a\\b"'], ['ä'], ['a'.repeat(256)]])(
    'whose key is %j is refused',
    async (value) => {
      const { url, calls } = await library(counted, { mode: 'optional' });
      const answer = await ask(url, lend, { body: {}, headers: key(value) });
      expect([answer.status, reasonOf(answer), calls.length]).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED', 0]);
    },
  );
});

describe('idempotency.mode', () => {
  it('required: a write without a key is refused, a read is not', async () => {
    const { url, calls } = await library(counted, { mode: 'required' });
    const without = await ask(url, lend, { body: {} });
    expect([without.status, reasonOf(without), calls.length]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED', 0]);
    expect((await ask(url, 'GET /v1/books/1')).status).toBe(200);
    expect((await ask(url, 'POST /v1/books:find', { body: {} })).status).toBe(200);
    expect((await ask(url, lend, { body: {}, headers: key('k') })).status).toBe(200);
  });

  it('off, or nothing said: a key is not looked at', async () => {
    for (const mode of ['off', undefined] as const) {
      const { url, calls } = await library(counted, mode === undefined ? {} : { mode });
      await ask(url, lend, { body: {}, headers: key('k') });
      expect((await ask(url, lend, { body: {}, headers: key('k') })).text).toBe('{"title":"lent 2"}');
      expect(calls[0]?.metadata['idempotency-key']).toBe('k');
    }
  });

  it.each<[options: GateOptionsInput, problem: string]>([
    [{ idempotency: { store: 'redis' } }, 'no Redis is configured'],
    [{ idempotency: { whenUnavailable: 'closed' } }, 'has no store: redis'],
  ])('with the settings %j fails the start', async (options, problem) => {
    await expect((async () => startLibraryGateway({}, gateSettings({}, options)))()).rejects.toThrow(problem);
  });

  it('of a method that streams fails the start', async () => {
    const started = startLibraryGateway(
      {},
      gateSettings({ 'lib.v1.Library.SendBooks': { idempotency: { mode: 'optional' } } }),
    );
    await expect(started).rejects.toThrow(DiagnosticsError);
    await expect(started).rejects.toThrow(
      'The policy of lib.v1.Library.SendBooks cannot hold: idempotency.mode, said by policies.lib.v1.Library.SendBooks, is for methods with one answer',
    );
  });
});

describe.skipIf(redisProgram === undefined)('a fleet with Redis', () => {
  let redis: TestRedis;
  let backend: LibraryBackend;
  let handler: LibraryHandler = counted;
  beforeAll(async () => {
    redis = await startRedis();
    backend = await startLibraryBackend({ LendBook: (call) => handler(call) });
  });
  afterAll(async () => {
    backend?.close();
    await redis?.stop();
  });
  const gateway = async (whenUnavailable: 'open' | 'closed' = 'open') => {
    const { policies, gate } = gateSettings(
      {
        '*': open,
        'lib.v1.Library.LendBook': { idempotency: { mode: 'optional', requestId: false } },
      },
      { redis: { url: redis.url, timeout: '2s' }, idempotency: { store: 'redis', whenUnavailable } },
    );
    const started = await startGatewayTo(backend, { policies: policies ?? [], gate: gate ?? {} });
    closers.push(started.close);
    return started.url;
  };
  let serial = 0;
  const fresh = () => key(`fleet-${serial++}`);

  it('makes a request once, whichever gateway it comes to', async () => {
    const [one, other] = [await gateway(), await gateway()];
    const headers = fresh();
    const before = backend.calls.length;
    const first = await ask(one, lend, { body: { to: 'ann' }, headers });
    const second = await ask(other, lend, { body: { to: 'ann' }, headers });
    expect([second.text, second.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    expect((await ask(other, lend, { body: { to: 'bob' }, headers })).status).toBe(422);
    expect(backend.calls.length - before).toBe(1);
  });

  it('lets one of many that come at once begin', async () => {
    const urls = [await gateway(), await gateway()];
    const headers = fresh();
    const before = backend.calls.length;
    const { handler: waiting, letGo, isBegun } = held();
    handler = waiting;
    const answers = Array.from({ length: 20 }, (_, index) =>
      ask(urls[index % 2] ?? '', lend, { body: {}, headers }),
    );
    await isBegun;
    const refused = await Promise.race(answers);
    expect(refused.status).toBe(409);
    letGo();
    const codes = (await Promise.all(answers)).map(({ status: code }) => code);
    handler = counted;
    expect(backend.calls.length - before).toBe(1);
    expect(codes.filter((code) => code !== 409 && code !== 200)).toEqual([]);
  });

  it('remembers errors with their details', async () => {
    const [one, other] = [await gateway(), await gateway()];
    const headers = fresh();
    handler = () => {
      throw new BackendStatus(status.NOT_FOUND, 'no such book');
    };
    const first = await ask(one, lend, { body: {}, headers });
    handler = counted;
    const second = await ask(other, lend, { body: {}, headers });
    expect([second.status, second.text]).toEqual([404, first.text]);
  });

  it.each<['open' | 'closed', number]>([
    ['open', 200],
    ['closed', 503],
  ])(
    'with whenUnavailable: %s answers %i while Redis is away, and remembers again when it is back',
    async (whenUnavailable, code) => {
      const url = await gateway(whenUnavailable);
      await ask(url, lend, { body: {}, headers: fresh() });
      await redis.kill();
      const away = fresh();
      const answer = await ask(url, lend, { body: {}, headers: away });
      expect(answer.status).toBe(code);
      if (code === 503) {
        expect([reasonOf(answer), answer.headers.get('retry-after')]).toEqual([
          'IDEMPOTENCY_UNAVAILABLE',
          '1',
        ]);
      }
      expect((await ask(url, lend, { body: {} })).status).toBe(200);
      await redis.restart();
      const headers = fresh();
      const send = () => ask(url, lend, { body: {}, headers });
      let last = await send();
      while (!last.headers.has('idempotent-replayed')) last = await send();
      expect(last.status).toBe(200);
    },
  );
});
