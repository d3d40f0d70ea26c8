import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateSettings } from '../support/gate-settings.js';
import {
  ask,
  BackendStatus,
  type LibraryCall,
  type LibraryGateway,
  reasonOf,
  startLibraryGateway,
} from '../support/library-gateway.js';

/** AIP-154 over HTTP: ETag, If-None-Match and 304, If-Match and 412, against a backend that knows nothing of HTTP. */

const current = 'v7';

/** A backend whose books are all of version 7, written as it likes; books/none is none. */
function backendWith(spell: (tag: string) => string) {
  const check = (name: unknown, etag: unknown): void => {
    if (name === 'books/none') throw new BackendStatus(status.NOT_FOUND);
    if (name === 'books/busy') throw new BackendStatus(status.FAILED_PRECONDITION, 'lent');
    if (etag !== undefined && etag !== spell(current)) throw new BackendStatus(status.ABORTED, 'stale');
  };
  return {
    GetBook: ({ request }: LibraryCall) => ({
      name: String(request['name']),
      title: 't',
      etag: spell(current),
    }),
    UpdateBook({ request }: LibraryCall) {
      const book = request['book'] as { name: string; etag?: string };
      if (request['allowMissing'] === true && book.name === 'books/none')
        return { name: book.name, etag: spell('v1') };
      check(book.name, book.etag);
      return { name: book.name, etag: spell('v8') };
    },
    DeleteBook({ request }: LibraryCall) {
      check(request['name'], request['etag']);
      return {};
    },
    CreateBook({ request }: LibraryCall) {
      const { title } = request['book'] as { title: string };
      if (title === 'taken') throw new BackendStatus(status.ALREADY_EXISTS);
      return { name: 'books/1', etag: spell('v1') };
    },
    LendBook: () => ({ name: 'books/1', etag: spell(current) }),
    FindBooks: () => ({}),
    SendBooks: () => ({}),
  };
}

const spellings: [string, (tag: string) => string][] = [
  ['bare', (tag) => tag],
  ['with quotes, as AIP-154 has them', (tag) => `"${tag}"`],
];

describe.each(spellings)('a backend that writes its etags %s', (_name, spell) => {
  let library: LibraryGateway;
  beforeAll(async () => {
    library = await startLibraryGateway(backendWith(spell));
  });
  afterAll(() => library?.close());

  it('the etag of an answer is its ETag', async () => {
    expect((await ask(library.url, 'GET /v1/books/1')).headers.get('etag')).toBe('"v7"');
    const changed = await ask(library.url, 'PATCH /v1/books/1', { body: { title: 'x' } });
    expect(changed.headers.get('etag')).toBe('"v8"');
  });

  it.each<[ifNoneMatch: string, status: number]>([
    ['"v7"', 304],
    ['W/"v7"', 304],
    ['"v6", "v7"', 304],
    ['*', 304],
    ['"v6"', 200],
  ])('GET with If-None-Match: %s is %i', async (ifNoneMatch, code) => {
    const answer = await ask(library.url, 'GET /v1/books/1', { headers: { 'if-none-match': ifNoneMatch } });
    expect([answer.status, answer.headers.get('etag')]).toEqual([code, '"v7"']);
    expect(answer.text === '').toBe(code === 304);
  });

  it.each<[request: string, ifMatch: string, status: number]>([
    ['PATCH /v1/books/1', '"v7"', 200],
    // What compression has made weak is the same version.
    ['PATCH /v1/books/1', 'W/"v7"', 200],
    ['PATCH /v1/books/1', '"v6"', 412],
    ['PATCH /v1/books/1', '*', 200],
    ['PATCH /v1/books/none', '*', 412],
    ['PATCH /v1/books/none', '"v7"', 404],
    ['PATCH /v1/books/busy', '"v7"', 412],
    ['PUT /v1/books/1', '"v7"', 200],
    ['DELETE /v1/books/1', '"v7"', 200],
    ['DELETE /v1/books/1', '"v6"', 412],
    ['DELETE /v1/books/none', '*', 412],
  ])('%s with If-Match: %s is %i', async (request, ifMatch, code) => {
    const body = request.startsWith('DELETE') ? {} : { body: { title: 'x' } };
    const answer = await ask(library.url, request, { ...body, headers: { 'if-match': ifMatch } });
    expect(answer.status).toBe(code);
  });

  it('what the backend says of a stale version stays in the body of the 412', async () => {
    const answer = await ask(library.url, 'DELETE /v1/books/1', { headers: { 'if-match': '"v6"' } });
    expect(JSON.parse(answer.text)).toEqual({ code: status.ABORTED, message: 'stale' });
  });
});

describe('preconditions', () => {
  let library: LibraryGateway;
  beforeAll(async () => {
    library = await startLibraryGateway(backendWith((tag) => tag));
  });
  afterAll(() => library?.close());
  const calls = () => library.calls.length;

  it('a weak etag is a weak ETag', async () => {
    const weak = await startLibraryGateway({
      GetBook: () => ({ etag: 'W/"a"' }),
      LendBook: () => ({ etag: 'W/b' }),
    });
    expect((await ask(weak.url, 'GET /v1/books/1')).headers.get('etag')).toBe('W/"a"');
    expect((await ask(weak.url, 'POST /v1/books/1:lend', { body: {} })).headers.get('etag')).toBe('W/"b"');
    await weak.close();
  });

  it.each(['a b', 'a"b', 'ä', '', '\n'])('an etag %j, which no ETag can hold, is none', async (etag) => {
    const odd = await startLibraryGateway({ GetBook: () => ({ name: 'n', etag }) });
    const answer = await ask(odd.url, 'GET /v1/books/1', { headers: { 'if-none-match': '"x"' } });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, null]);
    await odd.close();
  });

  it.each<
    [
      request: string,
      body: object | undefined,
      headers: Record<string, string>,
      status: number,
      reason: string,
    ]
  >([
    ['POST /v1/books/1:lend', {}, { 'if-match': '"v7"' }, 412, 'PRECONDITION_FAILED'],
    ['POST /v1/books:send', {}, { 'if-match': '"v7"' }, 412, 'PRECONDITION_FAILED'],
    ['POST /v1/books', {}, { 'if-match': '"v7"' }, 412, 'PRECONDITION_FAILED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-none-match': '*' }, 412, 'PRECONDITION_FAILED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-none-match': '"v1"' }, 412, 'PRECONDITION_FAILED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-match': '"v6", "v7"' }, 400, 'HEADER_MALFORMED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-match': 'v7' }, 400, 'HEADER_MALFORMED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-match': '' }, 400, 'HEADER_MALFORMED'],
    ['PATCH /v1/books/1', { title: 'x' }, { 'if-none-match': '"' }, 400, 'HEADER_MALFORMED'],
    ['PATCH /v1/books/1', { etag: 'v8' }, { 'if-match': '"v7"' }, 400, 'PRECONDITION_CONFLICT'],
    ['DELETE /v1/books/1?etag=v8', undefined, { 'if-match': '"v7"' }, 400, 'PRECONDITION_CONFLICT'],
  ])('%s of %j with %j never reaches the backend', async (request, body, headers, code, reason) => {
    const before = calls();
    const answer = await ask(library.url, request, { ...(body === undefined ? {} : { body }), headers });
    expect([answer.status, reasonOf(answer), calls() - before]).toEqual([code, reason, 0]);
  });

  it('If-Match and the same etag in the request agree, in any spelling', async () => {
    const headers = { 'if-match': '"v7"' };
    expect((await ask(library.url, 'PATCH /v1/books/1', { body: { etag: 'v7' }, headers })).status).toBe(200);
    expect((await ask(library.url, 'DELETE /v1/books/1?etag=v7', { headers })).status).toBe(200);
  });

  it('If-Match makes nothing that is not there, whatever allow_missing says', async () => {
    const upsert = 'PUT /v1/books/none?allowMissing=true';
    expect((await ask(library.url, upsert, { body: {} })).status).toBe(200);
    expect((await ask(library.url, upsert, { body: {}, headers: { 'if-match': '*' } })).status).toBe(412);
  });

  it('If-None-Match: * on a method that creates: what exists already is 412', async () => {
    const headers = { 'if-none-match': '*' };
    expect((await ask(library.url, 'POST /v1/books', { body: { title: 'new' }, headers })).status).toBe(200);
    expect((await ask(library.url, 'POST /v1/books', { body: { title: 'taken' }, headers })).status).toBe(
      412,
    );
    expect((await ask(library.url, 'POST /v1/books', { body: { title: 'taken' } })).status).toBe(409);
  });

  it('without a precondition a conflict stays one, and a method that reads by POST is asked as before', async () => {
    expect((await ask(library.url, 'DELETE /v1/books/1?etag=v6')).status).toBe(409);
    const find = await ask(library.url, 'POST /v1/books:find', { body: {}, headers: { 'if-match': '"v7"' } });
    expect(find.status).toBe(200);
  });

  it('preconditions: backend leaves them to the backend, which gets them as metadata', async () => {
    const open = await startLibraryGateway(
      backendWith((tag) => tag),
      gateSettings({ '*': { preconditions: 'backend', authentication: { mode: 'none' } } }),
    );
    const headers = { 'if-match': '"v6", "v7"' };
    expect((await ask(open.url, 'POST /v1/books/1:lend', { body: {}, headers })).status).toBe(200);
    expect(open.calls.at(-1)?.metadata['if-match']).toBe('"v6", "v7"');
    const busy = await ask(open.url, 'PATCH /v1/books/busy', { body: { title: 'x' }, headers });
    expect(busy.status).toBe(412);
    await open.close();
  });
});
