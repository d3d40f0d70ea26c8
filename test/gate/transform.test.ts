import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type PolicyInput, policySchema } from '../../src/gate/index.js';
import { createGateway } from '../../src/index.js';
import { gateSettings } from '../support/gate-settings.js';
import {
  ask,
  type LibraryGateway,
  libraryImage,
  reasonOf,
  startLibraryGateway,
} from '../support/library-gateway.js';

/** What `transform` changes of requests and answers, as backends and clients see it. */

type Transform = NonNullable<PolicyInput['transform']>;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function library(transform: Transform, method = 'UpdateBook'): Promise<LibraryGateway> {
  const started = await startLibraryGateway(
    {
      UpdateBook({ request, lead }) {
        const { title } = request['book'] as { title?: string };
        if (title === 'leading') lead({ link: '</a>; rel="a"', 'cache-control': 'max-age=5' });
        return { name: 'books/1', title: title ?? '' };
      },
      SendBooks: () => ({}),
    },
    {
      ...gateSettings({
        '*': { authentication: { mode: 'none' } },
        [`lib.v1.Library.${method}`]: { transform },
      }),
      metadata: { requestNames: ['x-known'], responseNames: [] },
    },
  );
  closers.push(started.close);
  return started;
}

const update = 'PATCH /v1/books/1';

describe('transform.requestHeaders', () => {
  it.each<
    [
      changes: Transform['requestHeaders'],
      sent: Record<string, string>,
      seen: Record<string, string | undefined>,
    ]
  >([
    [[{ name: 'x-tenant', set: 'acme' }], {}, { 'x-tenant': 'acme' }],
    [[{ name: 'X-Tenant', set: 'acme' }], { 'x-tenant': 'evil' }, { 'x-tenant': 'acme' }],
    [[{ name: 'x-known', set: 'ours' }], { 'x-known': 'theirs' }, { 'x-known': 'ours' }],
    [
      [{ name: 'authorization', set: 'Basic b3Vycw==' }],
      { authorization: 'Bearer t' },
      { authorization: 'Basic b3Vycw==' },
    ],
    [[{ name: 'x-tenant', default: 'acme' }], {}, { 'x-tenant': 'acme' }],
    [[{ name: 'x-tenant', default: 'acme' }], { 'x-tenant': 'own' }, { 'x-tenant': 'own' }],
    [[{ name: 'x-known', drop: true }], { 'x-known': 'theirs' }, { 'x-known': undefined }],
    [[{ name: 'x-old', rename: 'x-new' }], { 'x-old': 'a' }, { 'x-new': 'a', 'x-old': undefined }],
    [
      [{ name: 'x-known', rename: 'x-new' }],
      { 'x-known': 'a', 'x-new': 'b' },
      { 'x-new': 'a', 'x-known': undefined },
    ],
    [[{ name: 'x-old', rename: 'x-new' }], {}, { 'x-new': undefined }],
    [
      [
        { name: 'x-a', rename: 'x-b' },
        { name: 'x-b', default: 'none' },
      ],
      { 'x-a': '1' },
      { 'x-b': '1' },
    ],
    [[{ name: 'x-from', set: 'a-{source.address}-z' }], {}, { 'x-from': 'a-127.0.0.1-z' }],
    // Nobody is authenticated: nothing is set, and what the client says does not count.
    [[{ name: 'x-user', set: '{principal.subject}' }], { 'x-user': 'evil' }, { 'x-user': undefined }],
    [[{ name: 'x-json', set: '{"a":1}' }], {}, { 'x-json': '{"a":1}' }],
    [[{ name: 'x-other', set: 'a' }], { 'x-tenant': 'unknown' }, { 'x-tenant': undefined }],
  ])('%j of %j: the backend sees %j', async (requestHeaders, sent, seen) => {
    const { url, calls } = await library({ requestHeaders });
    expect((await ask(url, update, { body: {}, headers: sent })).status).toBe(200);
    for (const [name, value] of Object.entries(seen)) expect(calls[0]?.metadata[name]).toBe(value);
  });

  it('what is between the client and the gateway alone is not looked at (RFC 9110 §7.6.1)', async () => {
    const { url, calls } = await library({ requestHeaders: [{ name: 'x-tenant', default: 'acme' }] });
    const headers = { connection: 'close, X-Tenant', 'x-tenant': 'own', 'content-type': 'application/json' };
    const sent = request(`${url}/v1/books/1`, { method: 'PATCH', headers }).end('{}');
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'end');
    expect(calls[0]?.metadata['x-tenant']).toBe('acme');
  });

  it('a value that no header field can have is the fault of the client', async () => {
    const { url, calls } = await library({ requestHeaders: [{ name: 'x-old', rename: 'x-new' }] });
    const answer = await ask(url, update, { body: {}, headers: { 'x-old': 'ä' } });
    expect([answer.status, reasonOf(answer), calls.length]).toEqual([400, 'HEADER_MALFORMED', 0]);
  });
});

describe('transform.responseHeaders', () => {
  it.each<[changes: Transform['responseHeaders'], seen: Record<string, string | null>]>([
    [[{ name: 'X-Api', set: 'v1' }], { 'x-api': 'v1', link: '</a>; rel="a"' }],
    [[{ name: 'link', drop: true }], { link: null }],
    [[{ name: 'cache-control', set: 'no-store' }], { 'cache-control': 'no-store' }],
    [[{ name: 'cache-control', default: 'no-store' }], { 'cache-control': 'max-age=5' }],
    [[{ name: 'link', rename: 'x-link' }], { link: null, 'x-link': '</a>; rel="a"' }],
    [[{ name: 'x-for', set: '{source.address}' }], { 'x-for': '127.0.0.1' }],
  ])('%j: the client sees %j', async (responseHeaders, seen) => {
    const { url } = await library({ responseHeaders });
    const { headers } = await ask(url, update, { body: { title: 'leading' } });
    for (const [name, value] of Object.entries(seen)) expect(headers.get(name)).toBe(value);
  });

  it('changes errors too, whoever made them', async () => {
    const { url } = await library({ responseHeaders: [{ name: 'x-api', set: 'v1' }] });
    const answer = await ask(url, update, { body: { nope: 1 } });
    expect([answer.status, answer.headers.get('x-api')]).toEqual([400, 'v1']);
  });
});

describe('transform.requestFields', () => {
  it.each<[changes: Transform['requestFields'], body: object, book: object]>([
    [[{ name: 'book.tenant', set: 'acme' }], {}, { tenant: 'acme' }],
    [[{ name: 'book.tenant', set: 'acme' }], { tenant: 'evil', title: 't' }, { tenant: 'acme', title: 't' }],
    [[{ name: 'book.tenant', set: '{source.address}' }], { tenant: 'evil' }, { tenant: '127.0.0.1' }],
    [[{ name: 'book.tenant', set: '{claims.tenant}' }], { tenant: 'evil' }, {}],
    [[{ name: 'book.kind', set: 'NOVEL' }], {}, { kind: 'NOVEL' }],
    [[{ name: 'book.pages', default: '7' }], {}, { pages: 7 }],
    [[{ name: 'book.pages', default: '7' }], { pages: 0 }, { pages: 7 }],
    [[{ name: 'book.pages', default: '7' }], { pages: 9 }, { pages: 9 }],
    [[{ name: 'book.published', set: '2026-01-31T00:00:00Z' }], {}, { published: '2026-01-31T00:00:00Z' }],
    [[{ name: 'book.tags', set: 'only' }], { tags: ['a', 'b'] }, { tags: ['only'] }],
    [[{ name: 'book.tags', drop: true }], { tags: ['a', 'b'], title: 't' }, { title: 't' }],
    [[{ name: 'book.labels', drop: true }], { labels: { a: 'b' } }, {}],
    // A default does not take the place of another member of its oneof.
    [[{ name: 'book.shelf', default: 's' }], { box: 'b' }, { box: 'b' }],
    [[{ name: 'book.shelf', default: 's' }], {}, { shelf: 's' }],
    [[{ name: 'book.shelf', set: 's' }], { box: 'b' }, { shelf: 's' }],
    [[{ name: 'book.title', rename: 'book.tenant' }], { title: 't', tenant: 'old' }, { tenant: 't' }],
    [[{ name: 'book.title', rename: 'book.tenant' }], { tenant: 'old' }, { tenant: 'old' }],
    // The new place is a member of a oneof.
    [[{ name: 'book.title', rename: 'book.shelf' }], { title: 't', box: 'b' }, { shelf: 't' }],
  ])('%j of %j: the backend sees %j', async (requestFields, body, book) => {
    const { url, calls } = await library({ requestFields });
    expect((await ask(url, update, { body })).status).toBe(200);
    expect(calls[0]?.request['book']).toEqual({ name: 'books/1', ...book });
  });

  it('are changed in every message of a stream', async () => {
    const { url, calls } = await library({ requestFields: [{ name: 'tenant', set: 'acme' }] }, 'SendBooks');
    expect(
      (await ask(url, 'POST /v1/books:send', { body: [{ title: 'a' }, { title: 'b', tenant: 'evil' }] }))
        .status,
    ).toBe(200);
    expect(calls.map(({ request }) => request)).toEqual([
      { title: 'a', tenant: 'acme' },
      { title: 'b', tenant: 'acme' },
    ]);
  });

  it('hold for messages that come as protobuf, in however many pieces', async () => {
    const { url, calls } = await library({ requestFields: [{ name: 'book.tenant', set: 'acme' }] });
    const tenant = (text: string) => [0x32, text.length, ...Buffer.from(text)];
    const send = async (bytes: number[]) => {
      const response = await fetch(`${url}/v1/books/1`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Uint8Array.from(bytes),
      });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await send([...tenant('evil'), 0x12, 1, 0x74, ...tenant('worse')])).toBe(200);
    expect(calls[0]?.request['book']).toEqual({ name: 'books/1', title: 't', tenant: 'acme' });
  });
});

describe('a transformation that cannot be fails the start', () => {
  it.each<[transform: Transform, problem: string]>([
    [{ requestFields: [{ name: 'book.nope', set: 'a' }] }, 'lib.v1.Book has no field nope'],
    [{ requestFields: [{ name: 'book.kind', set: 'POEM' }] }, 'NOVEL'],
    [{ requestFields: [{ name: 'book.pages', default: 'many' }] }, 'book.pages must be'],
    [{ requestFields: [{ name: 'book.labels', set: 'a' }] }, 'needs a key'],
    [{ requestFields: [{ name: 'book.name', set: 'books/2' }] }, 'the path says it'],
    [{ requestFields: [{ name: 'book', drop: true }] }, 'the path says it'],
    [{ requestFields: [{ name: 'book.title', rename: 'book.pages' }] }, 'to a field of the same type'],
    [{ requestFields: [{ name: 'book.labels', rename: 'book.tenant' }] }, 'only a single value can be moved'],
    [{ requestFields: [{ name: 'book.title', rename: 'book.name' }] }, 'the path says it'],
    [
      { requestFields: [{ name: 'book.pages', set: '{claims.pages}' }] },
      'values of the request go into strings only',
    ],
    [
      { requestFields: [{ name: 'book.title', set: '{claim.tenant}' }] },
      'has {claim.tenant}, which is nothing that a request has',
    ],
    [{ requestHeaders: [{ name: 'x-a', set: '{principal.id}' }] }, 'has {principal.id}'],
    [{ requestHeaders: [{ name: 'x a', set: 'b' }] }, 'x a is no name of a header field'],
    [{ requestHeaders: [{ name: 'x-a', set: 'b\r\nx-c: d' }] }, 'printable ASCII only'],
    [
      { requestHeaders: [{ name: 'x_user', set: 'a' }] },
      'x_user belongs to the connection or to the gateway',
    ],
    [{ requestHeaders: [{ name: 'x-a', rename: 'grpc-timeout' }] }, 'grpc-timeout belongs to'],
    [{ requestHeaders: [{ name: 'X-Forwarded-For', set: '127.0.0.1' }] }, 'x-forwarded-for belongs to'],
    [{ requestHeaders: [{ name: 'x-request-id', drop: true }] }, 'x-request-id belongs to'],
    [{ requestHeaders: [{ name: 'x-a', rename: 'x-propylon-subject' }] }, 'x-propylon-subject belongs to'],
    [{ requestHeaders: [{ name: 'x-a-bin', set: 'aa' }] }, 'x-a-bin holds bytes'],
    [{ requestHeaders: [{ name: 'x-a', drop: false }] }, 'drop: false does nothing'],
    ...[
      'Content-Length',
      'transfer-encoding',
      'connection',
      'content-type',
      'vary',
      'etag',
      'x-request-id',
    ].map((name): [Transform, string] => [
      { responseHeaders: [{ name, drop: true }] },
      `${name.toLowerCase()} belongs to`,
    ]),
    [
      { responseHeaders: [{ name: 'access-control-allow-origin', set: '*' }] },
      'access-control-allow-origin belongs to',
    ],
  ])('%j', async (transform, problem) => {
    const started = createGateway({
      sources: [{ label: 'lib', load: async () => libraryImage }],
      policies: [{ selector: 'lib.v1.Library.UpdateBook', policy: policySchema.parse({ transform }) }],
    });
    await expect(started).rejects.toThrow(problem);
  });
});
