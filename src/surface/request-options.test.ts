import { describe, expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';
import { StatusError } from '../status/index.js';
import { defaultRequestOptions, type RequestOptions } from './index.js';

const protos = `
enum Kind { KIND_UNSPECIFIED = 0; NOVEL = 1; }
message Author { string id = 1; string note = 2; google.protobuf.Timestamp born = 3; Author mentor = 4; }
message Book {
  string name = 1; string title = 2; Author author = 3; Kind kind = 4;
  oneof format { string paper = 5; string audio = 6; Author spoken = 7; }
  google.protobuf.Timestamp published = 8;
}
message Update { Book book = 1; google.protobuf.FieldMask update_mask = 2; }
service Books {
  rpc Get(Book) returns (Book) { option (google.api.http) = { get: "/{name=books/*}" additional_bindings { post: "/{name=books/*}:touch" } }; }
  rpc Put(Book) returns (Book) { option (google.api.http) = {
    put: "/{name=books/*}" body: "*"
    additional_bindings { put: "/paper/{paper}" body: "*" }
    additional_bindings { put: "/born/{author.mentor.born}" body: "*" }
    additional_bindings { put: "/published/{published}" body: "*" }
  }; }
  rpc Patch(Update) returns (Book) { option (google.api.http) = { patch: "/{book.name=books/*}" body: "book" }; }
  rpc Import(stream Book) returns (Book) { option (google.api.http) = { post: "/{name=books/*}/{author.id}:import" body: "*" }; }
}`;

const surfaceWith = (options: Partial<RequestOptions>) =>
  testSurface(protos, { requestOptions: { ...defaultRequestOptions, ...options } });
const strict = surfaceWith({});

/** The JSON of what is bound, or the reason of the refusal. */
function outcomeOf(
  surface: ReturnType<typeof testSurface>,
  request: string,
  body: string | Uint8Array = '',
  contentType?: string,
): unknown {
  try {
    return surface.bind(request, body, contentType).json;
  } catch (error) {
    if (error instanceof StatusError) return error.reason;
    throw error;
  }
}

const form = 'application/x-www-form-urlencoded';

describe.each<
  [
    keyof RequestOptions,
    Partial<RequestOptions>,
    readonly [string, string, string | undefined, unknown, unknown][],
  ]
>([
  [
    'unknownQuery',
    { unknownQuery: 'ignore' },
    [
      [
        'GET /books/1?nope=1&title=t',
        '',
        undefined,
        'QUERY_PARAMETER_UNKNOWN',
        { name: 'books/1', title: 't' },
      ],
      [
        'GET /books/1?author.nope=1&nope[x]=1&nope[x=1',
        '',
        undefined,
        'QUERY_PARAMETER_UNKNOWN',
        { name: 'books/1' },
      ],
      ['PUT /books/1?utm_source=x', '{}', undefined, 'QUERY_PARAMETER_UNKNOWN', { name: 'books/1' }],
      ['PUT /books/1', 'nope=1&title=t', form, 'QUERY_PARAMETER_UNKNOWN', { name: 'books/1', title: 't' }],
      ['GET /books/1?$nope=1', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      ['GET /books/1?access_token=x', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      ['GET /books/1?name=books/2', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      ['PUT /books/1?title=t', '{}', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      ['GET /books/1?author=x', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      ['GET /books/1?kind=MAUVE', '', undefined, 'QUERY_VALUE', 'QUERY_VALUE'],
      ['GET /books/1?nope=%zz', '', undefined, 'QUERY_MALFORMED', 'QUERY_MALFORMED'],
    ],
  ],
  [
    'ignoredQuery',
    { ignoredQuery: ['utm_source', 'title', 'name'] },
    [
      ['GET /books/1?utm_source=x', '', undefined, 'QUERY_PARAMETER_UNKNOWN', { name: 'books/1' }],
      ['PUT /books/1?utm_source=x', '{}', undefined, 'QUERY_PARAMETER_UNKNOWN', { name: 'books/1' }],
      ['GET /books/1?utm_medium=x', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
      [
        'GET /books/1?title=t',
        '',
        undefined,
        { name: 'books/1', title: 't' },
        { name: 'books/1', title: 't' },
      ],
      ['GET /books/1?name=books/2', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
    ],
  ],
  [
    'repeatedQuery',
    { repeatedQuery: 'last-wins' },
    [
      [
        'GET /books/1?title=a&kind=1&title=b',
        '',
        undefined,
        'QUERY_PARAMETER_REPEATED',
        { name: 'books/1', title: 'b', kind: 'NOVEL' },
      ],
      [
        'GET /books/1?published=2020-01-01T00:00:00.5Z&published=2021-01-01T00:00:00Z',
        '',
        undefined,
        'QUERY_PARAMETER_REPEATED',
        { name: 'books/1', published: '2021-01-01T00:00:00Z' },
      ],
      ['PUT /books/1', 'title=a&title=b', form, 'QUERY_PARAMETER_REPEATED', { name: 'books/1', title: 'b' }],
      ['GET /books/1?paper=a&audio=b', '', undefined, 'QUERY_PARAMETER_CONFLICT', 'QUERY_PARAMETER_CONFLICT'],
    ],
  ],
  [
    'unexpectedBody',
    { unexpectedBody: 'ignore' },
    [
      ['GET /books/1', '{"title":"t"}', undefined, 'BODY_UNEXPECTED', { name: 'books/1' }],
      ['POST /books/1:touch', 'not JSON', 'text/plain', 'BODY_UNEXPECTED', { name: 'books/1' }],
    ],
  ],
  [
    'pathConflict',
    { pathConflict: 'path-wins' },
    [
      [
        'PUT /books/1',
        '{"name":"books/2","title":"t"}',
        undefined,
        'BODY_PATH_CONFLICT',
        { name: 'books/1', title: 't' },
      ],
      ['PUT /books/1', 'name=books/2', form, 'BODY_PATH_CONFLICT', { name: 'books/1' }],
      ['PUT /paper/p', '{"audio":"a"}', undefined, 'BODY_PATH_CONFLICT', { paper: 'p' }],
      [
        'PUT /paper/p',
        '{"spoken":{"id":"i"},"title":"t"}',
        undefined,
        'BODY_PATH_CONFLICT',
        { paper: 'p', title: 't' },
      ],
      [
        'PUT /published/1970-01-01T00:00:01Z',
        '{"published":"1970-01-01T00:00:00.5Z"}',
        undefined,
        'BODY_PATH_CONFLICT',
        { published: '1970-01-01T00:00:01Z' },
      ],
      [
        'PUT /born/1970-01-01T00:00:01Z',
        '{"author":{"id":"a","mentor":{"id":"m","born":"1970-01-01T00:00:00.5Z"}}}',
        undefined,
        'BODY_PATH_CONFLICT',
        { author: { id: 'a', mentor: { id: 'm', born: '1970-01-01T00:00:01Z' } } },
      ],
      [
        'PATCH /books/1',
        '{"name":"books/2","title":"t"}',
        undefined,
        'BODY_PATH_CONFLICT',
        { book: { name: 'books/1', title: 't' }, updateMask: 'title' },
      ],
      ['GET /books/1?name=books/2', '', undefined, 'QUERY_PARAMETER_UNKNOWN', 'QUERY_PARAMETER_UNKNOWN'],
    ],
  ],
  [
    'emptyPatch',
    { emptyPatch: 'refuse' },
    [
      ['PATCH /books/1', '{}', undefined, { book: { name: 'books/1' }, updateMask: '' }, 'PATCH_EMPTY'],
      ['PATCH /books/1', '', undefined, { book: { name: 'books/1' } }, 'PATCH_EMPTY'],
      ['PATCH /books/1', 'null', undefined, { book: { name: 'books/1' } }, 'PATCH_EMPTY'],
      [
        'PATCH /books/1',
        '{"name":"books/1"}',
        undefined,
        { book: { name: 'books/1' }, updateMask: '' },
        'PATCH_EMPTY',
      ],
      [
        'PATCH /books/1?updateMask=title',
        '{}',
        undefined,
        { book: { name: 'books/1' }, updateMask: 'title' },
        { book: { name: 'books/1' }, updateMask: 'title' },
      ],
      [
        'PATCH /books/1',
        '{"title":""}',
        undefined,
        { book: { name: 'books/1' }, updateMask: 'title' },
        { book: { name: 'books/1' }, updateMask: 'title' },
      ],
    ],
  ],
])('%s', (_option, options, rows) => {
  const lenient = surfaceWith(options);
  test.each(rows)(
    '%s with %j (%s): by default %j, else %j',
    (request, body, contentType, byDefault, other) => {
      expect(outcomeOf(strict, request, body, contentType)).toEqual(byDefault);
      expect(outcomeOf(lenient, request, body, contentType)).toEqual(other);
    },
  );
});

test('path-wins leaves one record of the field, and takes it out of later messages of a stream', () => {
  const lenient = surfaceWith({ pathConflict: 'path-wins' });
  expect(Buffer.from(lenient.bind('PUT /books/1', '{"name":"books/2"}').binary).toString('latin1')).toBe(
    '\x0a\x07books/1',
  );
  const { request } = lenient.match('POST /books/1/a:import').route;
  const next = (body: string) => [...request.bindNext(Buffer.from(body), undefined)];
  expect(next('{"name":"books/2","title":"t"}')).toEqual([0x12, 1, 0x74]);
  expect(next('{"author":{"id":"x","note":"n"}}')).toEqual([0x1a, 3, 0x12, 1, 0x6e]);
});

test('an enum name that is dropped as unknown is not in the mask of a PATCH, which would clear the field', () => {
  const ignoring = testSurface(protos, {
    codecOptions: { emitDefaults: false, enumsAsNumbers: false, protoNames: false, ignoreUnknown: true },
  });
  const { json } = ignoring.bind('PATCH /books/1', '{"title":"t","kind":"MAUVE","nope":{"a":[1,"}"]}}');
  expect(json).toMatchObject({ updateMask: 'title' });
});

describe('options of methods', () => {
  const surface = testSurface(protos, {
    methodRequestOptions: [
      { selector: '*', options: { unexpectedBody: 'ignore' } },
      { selector: 't.v1.Books.Get', options: { unknownQuery: 'ignore' } },
      { selector: 't.v1.Books', options: { unexpectedBody: 'refuse' } },
      { selector: 't.v1.*', options: { pathConflict: 'path-wins', unknownQuery: 'refuse' } },
    ],
  });
  test('lie over each other, the most specific word last', () => {
    expect(outcomeOf(surface, 'GET /books/1?nope=1')).toEqual({ name: 'books/1' });
    expect(outcomeOf(surface, 'PUT /books/1?nope=1', '{}')).toBe('QUERY_PARAMETER_UNKNOWN');
    expect(outcomeOf(surface, 'GET /books/1', '{}')).toBe('BODY_UNEXPECTED');
    expect(outcomeOf(surface, 'PUT /books/1', '{"name":"x"}')).toEqual({ name: 'books/1' });
  });
});

test('several segments keep the escapes of reserved characters where Envoy would', () => {
  const envoy = testSurface(protos, { multiSegmentDecoding: 'reserved' });
  expect(envoy.bind('GET /books/a%2fb%23%20%2523').json).toEqual({ name: 'books/a%2fb%23 %23' });
  expect(envoy.bind('PUT /paper/a%2fb%23', '').json).toEqual({ paper: 'a/b#' });
  expect(strict.bind('GET /books/a%2fb%23%20%2523').json).toEqual({ name: 'books/a%2fb# %23' });
});
