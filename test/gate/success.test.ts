import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/gate/index.js';
import { gateSettings } from '../support/gate-settings.js';
import { ask, BackendStatus, startLibraryGateway } from '../support/library-gateway.js';

/** What a policy says of success, and of methods that will go. */

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function library(policy: PolicyInput) {
  const started = await startLibraryGateway(
    {
      CreateBook({ request, lead }) {
        const { title = '' } = request['book'] as { title?: string };
        const own = { deprecation: '@1', sunset: 'never', link: '<https://own.example>; rel="help"' };
        if (title === 'leading') lead(own);
        if (title === 'taken') throw new BackendStatus(status.ALREADY_EXISTS);
        return { name: title, etag: 'v1' };
      },
      GetBook: () => ({ name: 'books/1' }),
    },
    gateSettings({ '*': { authentication: { mode: 'none' } }, 'lib.v1.Library.CreateBook': policy }),
  );
  closers.push(started.close);
  return started;
}

const problemsOf = async (policy: PolicyInput, method = 'CreateBook'): Promise<string> => {
  const started = startLibraryGateway({}, gateSettings({ [`lib.v1.Library.${method}`]: policy }));
  const problem = await started.then(
    async ({ close }) => {
      await close();
      return '';
    },
    (error: unknown) => String(error),
  );
  return problem;
};

describe('success', () => {
  it.each<[policy: PolicyInput['success'], title: string, status: number, location: string | null]>([
    [{ status: 201 }, 'books/1', 201, null],
    [{ status: 202 }, 'books/1', 202, null],
    [{ status: 201, locationField: 'name', locationPrefix: '/v1/' }, 'books/1', 201, '/v1/books/1'],
    [
      { locationField: 'name', locationPrefix: '/v1/' },
      'books/a b?#%ä',
      200,
      '/v1/books/a%20b%3F%23%25%C3%A4',
    ],
    [{ locationField: 'name' }, 'a', 200, '/a'],
    [{ locationField: 'name' }, '', 200, null],
    [{ status: 201, locationField: 'name' }, 'taken', 409, null],
  ])('%j of %j is %i at %s', async (success, title, code, location) => {
    const { url } = await library({ success });
    const answer = await ask(url, 'POST /v1/books', { body: { title } });
    expect([answer.status, answer.headers.get('location')]).toEqual([code, location]);
    if (code !== 409) expect(JSON.parse(answer.text)).toMatchObject({ etag: 'v1' });
  });

  it('204 has no content, and nothing that describes it', async () => {
    const { url } = await library({ success: { status: 204 } });
    const answer = await ask(url, 'POST /v1/books', { body: { title: 'a' } });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect([answer.headers.get('content-type'), answer.headers.get('content-length')]).toEqual([null, null]);
  });

  it.each<[policy: PolicyInput, method: string, problem: string]>([
    [{ success: { locationField: 'nme' } }, 'CreateBook', 'lib.v1.Book has no field nme'],
    [{ success: { locationField: 'pages' } }, 'CreateBook', 'a field that is no string'],
    [
      { success: { locationField: 'name', locationPrefix: 'v1/' } },
      'CreateBook',
      'is no path and no address',
    ],
    [{ success: { locationField: 'name', locationPrefix: '/v1/\r\nx: y' } }, 'CreateBook', 'is no path'],
    [{ success: { status: 201 } }, 'SendBooks', 'this one streams'],
  ])('%j of %s fails the start', async (policy, method, problem) => {
    expect(await problemsOf(policy, method)).toContain(problem);
  });
});

describe('deprecation', () => {
  const policy = {
    deprecation: { since: '2026-01-31', sunset: '2100-06-30', link: 'https://shop.example/v2?a=<b>' },
  };
  const fields = {
    deprecation: '@1769817600',
    sunset: 'Wed, 30 Jun 2100 00:00:00 GMT',
    link: '<https://shop.example/v2?a=%3Cb%3E>; rel="deprecation", <https://shop.example/v2?a=%3Cb%3E>; rel="sunset"',
  };

  it('is said with every answer, and with those of no other method', async () => {
    const { url } = await library(policy);
    for (const title of ['a', 'taken']) {
      const { headers } = await ask(url, 'POST /v1/books', { body: { title } });
      expect(Object.fromEntries(headers)).toMatchObject(fields);
    }
    expect((await ask(url, 'POST /v1/books', { body: { nope: 1 } })).headers.get('deprecation')).toBe(
      '@1769817600',
    );
    expect((await ask(url, 'GET /v1/books/1')).headers.get('deprecation')).toBeNull();
  });

  it('counts where the backend says another thing', async () => {
    const { url } = await library(policy);
    const { headers } = await ask(url, 'POST /v1/books', { body: { title: 'leading' } });
    expect(Object.fromEntries(headers)).toMatchObject({
      ...fields,
      link: `<https://own.example>; rel="help", ${fields.link}`,
    });
  });

  it('with a sunset that has passed still serves the method, and warns', async () => {
    const { url, gateway } = await library({ deprecation: { sunset: '2020-01-01' } });
    expect((await ask(url, 'POST /v1/books', { body: {} })).headers.get('sunset')).toBe(
      'Wed, 01 Jan 2020 00:00:00 GMT',
    );
    expect(gateway.diagnostics).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        code: 'METHOD_SUNSET',
        text: 'lib.v1.Library.CreateBook was to go on 2020-01-01, and is still served.',
      }),
    );
  });

  it.each<[policy: PolicyInput, problem: string]>([
    [
      { deprecation: { since: '2026-02-01', sunset: '2026-01-31' } },
      'is before deprecation.since, 2026-02-01',
    ],
    [{ deprecation: { link: 'javascript:alert(1)' } }, 'is no http or https address'],
  ])('%j fails the start', async (wrong, problem) => {
    expect(await problemsOf(wrong)).toContain(problem);
  });
});
