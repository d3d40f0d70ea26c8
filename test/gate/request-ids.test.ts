import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/index.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  ask,
  BackendStatus,
  type LibraryGateway,
  type LibraryHandler,
  reasonOf,
  startLibraryGateway,
} from '../support/library-gateway.js';

/** AIP-155: request_id, from Idempotency-Key or from the gateway, and what may be repeated because of it. */

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const given = '8e03978e-40d5-43e8-bc93-6894a57f9324';
const key = (value: string) => ({ 'idempotency-key': value });
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function library(
  options: Partial<GatewayOptions> = {},
  handler: LibraryHandler = () => ({}),
  upstream: Parameters<typeof startLibraryGateway>[2] = {},
): Promise<LibraryGateway> {
  const started = await startLibraryGateway(
    { CreateBook: handler, LendBook: handler, GetBook: handler },
    options,
    upstream,
  );
  closers.push(started.close);
  return started;
}

const create = 'POST /v1/books';
const lend = 'POST /v1/books/1:lend';

describe('an empty request_id', () => {
  it('is filled by the gateway, anew for each request', async () => {
    const { url, calls } = await library();
    for (const request of [create, create, lend])
      expect((await ask(url, request, { body: {} })).status).toBe(200);
    const ids = calls.map(({ request }) => String(request['requestId']));
    for (const id of ids) expect(id).toMatch(uuid4);
    expect(new Set(ids).size).toBe(3);
  });

  it.each<[request: string, key: string, id: string]>([
    [create, given, given],
    [create, `"${given}"`, given],
    [create, given.toUpperCase(), given.toUpperCase()],
    [lend, 'order 7', ''],
    [lend, '"order 7"', 'order 7'],
    [lend, 'order-7', 'order-7'],
  ])('of %s with Idempotency-Key: %s is %s', async (request, value, id) => {
    const { url, calls } = await library();
    const answer = await ask(url, request, { body: {}, headers: key(value) });
    expect(answer.status).toBe(id === '' ? 400 : 200);
    expect(calls[0]?.request['requestId']).toBe(id === '' ? undefined : id);
  });

  it.each(['order-7', '0190b6a1-7b0c-7cc0-9f4b-5b7a4f7c2b11', '00000000-0000-0000-0000-000000000000'])(
    'that must be a UUID of version 4 is not filled with %s: 400',
    async (value) => {
      const { url, calls } = await library();
      const answer = await ask(url, create, { body: {}, headers: key(value) });
      expect([answer.status, reasonOf(answer), calls.length]).toEqual([400, 'IDEMPOTENCY_KEY_MALFORMED', 0]);
    },
  );

  it('stays empty where a policy says so', async () => {
    const { url, calls } = await library(
      gateSettings({ '*': { authentication: { mode: 'none' }, idempotency: { requestId: false } } }),
    );
    await ask(url, create, { body: {}, headers: key('order-7') });
    expect(calls[0]?.request).toEqual({ book: {} });
  });
});

it('a request_id of the client is kept', async () => {
  const { url, calls } = await library();
  await ask(url, lend, { body: { requestId: 'mine' }, headers: key('other') });
  await ask(url, `${create}?requestId=mine`, { body: {} });
  expect(calls.map(({ request }) => request['requestId'])).toEqual(['mine', 'mine']);
});

it('a POST with a request_id, filled or given, is repeated with the same one', async () => {
  const { url, calls } = await library(
    {},
    ({ count }) => {
      if (count % 3 !== 0) throw new BackendStatus(status.UNAVAILABLE, 'not now');
      return {};
    },
    { retry: { attempts: 3, codes: ['UNAVAILABLE'], backoff: '1ms' } },
  );
  expect((await ask(url, create, { body: {} })).status).toBe(200);
  expect(calls.length).toBe(3);
  expect(new Set(calls.map(({ request }) => request['requestId'])).size).toBe(1);
  expect(calls[0]?.request['requestId']).toMatch(uuid4);
});
