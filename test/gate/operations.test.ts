import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/gate/index.js';
import type { GatewayOptions } from '../../src/index.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  ask,
  BackendStatus,
  type LibraryGateway,
  type LibraryHandler,
  startLibraryGateway,
} from '../support/library-gateway.js';

/** google.longrunning.Operation over HTTP: 202, Location, Retry-After and `Prefer: wait`. */

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function library(
  handlers: Readonly<Record<string, LibraryHandler>>,
  policy: PolicyInput = {},
  options: Partial<GatewayOptions> = {},
): Promise<LibraryGateway> {
  const started = await startLibraryGateway(
    { PrintBook: () => ({ name: 'operations/p 1' }), ...handlers },
    {
      ...gateSettings({ '*': { authentication: { mode: 'none' } }, 'lib.v1.Library.PrintBook': policy }),
      limits: { operationPollMsMin: 5, operationPollMsMax: 2_000 },
      ...options,
    },
  );
  closers.push(started.close);
  return started;
}

const print = 'POST /v1/books/1:print';
const prefer = (value: string) => ({ prefer: value });
const done = { name: 'operations/p 1', done: true };

/** Says of an operation that it is done when it is looked at for the third time. */
const thirdTime: LibraryHandler = ({ count, request }) => ({
  name: String(request['name']),
  done: count >= 3,
});

const shown = ({ status: code, headers, text }: Awaited<ReturnType<typeof ask>>) => ({
  status: code,
  body: JSON.parse(text) as unknown,
  location: headers.get('location'),
  retryAfter: headers.get('retry-after'),
  applied: headers.get('preference-applied'),
});

describe('an operation', () => {
  it('under way is 202, with where and when to look', async () => {
    const { url } = await library({ GetOperation: thirdTime });
    const answer = shown(await ask(url, print, { body: {} }));
    expect(answer).toEqual({
      status: 202,
      body: { name: 'operations/p 1' },
      location: '/v1/operations/p%201',
      retryAfter: '2',
      applied: null,
    });
    const looked = shown(await ask(url, `GET ${answer.location ?? ''}`));
    expect(looked).toMatchObject({ status: 200, location: null, retryAfter: '2' });
    await ask(url, 'GET /v1/operations/p%201');
    expect(shown(await ask(url, 'GET /v1/operations/p%201'))).toMatchObject({
      ...{ status: 200, body: done, location: null, retryAfter: null },
    });
  });

  it('that is done is 200, well or not', async () => {
    for (const end of [
      { response: { '@type': 'type.googleapis.com/lib.v1.Book' } },
      { error: { code: 5 } },
    ]) {
      const { url } = await library({ PrintBook: () => ({ ...done, ...end }) });
      expect(shown(await ask(url, print, { body: {} }))).toEqual({
        ...{ status: 200, body: { ...done, ...end }, location: null, retryAfter: null, applied: null },
      });
    }
  });

  it('that a read tells of is 200', async () => {
    const { url } = await library({});
    expect(shown(await ask(url, 'GET /v1/books/1/print'))).toMatchObject({ status: 200, location: null });
  });

  it.each<[policy: PolicyInput, name: string, status: number, location: string | null]>([
    [
      { success: { locationPrefix: 'https://api.example/x/' } },
      'operations/1',
      202,
      'https://api.example/x/operations/1',
    ],
    [{ success: { operations: false } }, 'operations/1', 200, null],
    [{ success: { status: 201 } }, 'operations/1', 202, '/v1/operations/1'],
    [{}, 'jobs/1', 202, null],
    [{}, '', 202, null],
  ])('with the policy %j and the name %s is %i at %s', async (policy, name, code, location) => {
    const { url } = await library({ PrintBook: () => ({ name }) }, policy);
    expect(shown(await ask(url, print, { body: {} }))).toMatchObject({ status: code, location });
  });
});

describe('Prefer: wait', () => {
  it('looks until the operation is done', async () => {
    const { url, calls } = await library({ GetOperation: thirdTime });
    const answer = shown(
      await ask(url, print, { body: {}, headers: { ...prefer('wait=10'), authorization: 'Bearer t' } }),
    );
    expect(answer).toEqual({ status: 200, body: done, location: null, retryAfter: null, applied: 'wait=10' });
    const looks = calls.filter(({ method }) => method === 'GetOperation');
    expect(looks.map(({ request }) => request['name'])).toEqual(Array(3).fill('operations/p 1'));
    expect(looks.every(({ metadata }) => metadata['authorization'] === 'Bearer t')).toBe(true);
  });

  it('also where the operation itself is read', async () => {
    const { url } = await library({ GetOperation: thirdTime });
    const answer = shown(await ask(url, 'GET /v1/operations/a', { headers: prefer('wait=10') }));
    expect(answer).toMatchObject({ status: 200, body: { done: true }, applied: 'wait=10' });
  });

  it('answers 202 when the time is up, which no deadline and no limit lets grow', async () => {
    const never: LibraryHandler = ({ request }) => ({ name: String(request['name']) });
    const { url } = await library(
      { GetOperation: never },
      {},
      { limits: { operationPollMsMin: 5, operationWaitMsMax: 30 } },
    );
    const capped = shown(await ask(url, print, { body: {}, headers: prefer('wait=600') }));
    expect(capped).toMatchObject({ status: 202, location: '/v1/operations/p%201', applied: 'wait=0' });
    const headers = { ...prefer('wait=600'), 'grpc-timeout': '300m' };
    expect(shown(await ask(url, print, { body: {}, headers }))).toMatchObject({
      status: 202,
      applied: 'wait=0',
    });
  });

  it('ends with the first look that fails: the operation is under way all the same', async () => {
    const { url, calls } = await library({
      GetOperation() {
        throw new BackendStatus(status.UNIMPLEMENTED);
      },
    });
    expect(shown(await ask(url, print, { body: {}, headers: prefer('wait=10') }))).toMatchObject({
      status: 202,
      body: { name: 'operations/p 1' },
    });
    expect(calls.length).toBe(2);
  });

  it('ends when the client leaves', async () => {
    let looked = (): void => undefined;
    const isLooking = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const { url, calls, gateway } = await library({
      GetOperation({ request }) {
        looked();
        return { name: String(request['name']) };
      },
    });
    const leaving = new AbortController();
    const waiting = ask(url, print, { body: {}, headers: prefer('wait=60'), signal: leaving.signal });
    await isLooking;
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    await gateway.close();
    const { length } = calls;
    expect(length).toBeLessThan(20);
  });

  it.each<[value: string, status: number, applied: string | null]>([
    ['respond-async', 202, 'respond-async'],
    ['respond-async, wait=10', 200, 'wait=10'],
    ['foo; wait=10, WAIT = "10"; bar', 200, 'wait=10'],
    ['wait=ten', 202, null],
    ['wait=0', 202, null],
    ['return=minimal', 202, null],
  ])('Prefer: %s is %i and applied as %s', async (value, code, applied) => {
    const { url } = await library({ GetOperation: () => done });
    expect(shown(await ask(url, print, { body: {}, headers: prefer(value) }))).toMatchObject({
      status: code,
      applied,
    });
  });
});
