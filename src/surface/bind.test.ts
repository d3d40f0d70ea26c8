import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';
import { defaultCodecOptions } from '../codec/index.js';
import { StatusError } from '../status/index.js';

const protos = `
enum Kind { KIND_UNSPECIFIED = 0; NOVEL = 1; }
message Author { string id = 1; string display_name = 2; Author mentor = 3; }
message Book {
  string name = 1; string title = 2; Author author = 3; int64 edition = 4; Kind kind = 5; bool signed = 6;
  google.protobuf.Timestamp published = 7; google.protobuf.StringValue note = 8; optional string shelf = 9;
  oneof format { string paper = 10; string audio = 11; Author spoken = 12; }
  double price = 13; bytes digest = 14; google.protobuf.FieldMask mask = 15;
}
message BookRequest { Book book = 1; string parent = 2; bool validate_only = 3; oneof other { Book inner = 4; string text = 5; } }
message Rename { repeated string names = 1; map<string, int32> counts = 2; google.protobuf.Value value = 3; google.protobuf.Struct struct = 4; string word = 5; Kind kind = 6; google.protobuf.ListValue list = 7; int32 number = 8; google.protobuf.StringValue wrapped = 9; repeated string other_words = 10; }
service Books {
  rpc Put(Book) returns (Book) { option (google.api.http) = {
    put: "/{name=books/*}" body: "*"
    additional_bindings { put: "/edition/{edition}" body: "*" }
    additional_bindings { put: "/kind/{kind}" body: "*" }
    additional_bindings { put: "/signed/{signed}" body: "*" }
    additional_bindings { put: "/published/{published}" body: "*" }
    additional_bindings { put: "/note/{note}" body: "*" }
    additional_bindings { put: "/shelf/{shelf}" body: "*" }
    additional_bindings { put: "/price/{price}" body: "*" }
    additional_bindings { put: "/digest/{digest}" body: "*" }
    additional_bindings { put: "/mask/{mask}" body: "*" }
    additional_bindings { put: "/author/{author.mentor.id}" body: "*" }
    additional_bindings { put: "/paper/{paper}" body: "*" }
    additional_bindings { put: "/display/{author.display_name}" body: "*" }
    additional_bindings { put: "/spoken/{spoken.id}" body: "*" }
    additional_bindings { put: "/rest/{name=**}" body: "*" }
  }; }
  rpc Update(BookRequest) returns (Book) { option (google.api.http) = { put: "/update/{book.name=books/*}" body: "book" }; }
  rpc Text(BookRequest) returns (Book) { option (google.api.http) = { put: "/text/{text}" body: "inner" }; }
  rpc Create(BookRequest) returns (Book) { option (google.api.http) = { post: "/{parent=shelves/*}/books" body: "book" }; }
  rpc Get(Book) returns (Book) { option (google.api.http) = { get: "/{name=books/*}" additional_bindings { post: "/{name=books/*}:touch" } }; }
  rpc Import(stream Book) returns (Book) { option (google.api.http) = { post: "/{name=books/*}/{author.id}:import" body: "*" }; }
  rpc Upload(stream BookRequest) returns (Book) { option (google.api.http) = { post: "/{parent=shelves/*}:upload" body: "book" }; }
  rpc List(google.protobuf.ListValue) returns (Book) { option (google.api.http) = { post: "/whole/list" body: "*" }; }
  rpc Value(google.protobuf.Value) returns (Book) { option (google.api.http) = { post: "/whole/value" body: "*" }; }
  rpc Struct(google.protobuf.Struct) returns (Book) { option (google.api.http) = { post: "/whole/struct" body: "*" }; }
  rpc Nothing(google.protobuf.Empty) returns (Book) { option (google.api.http) = { post: "/whole/empty" body: "*" }; }
  rpc Fields(Rename) returns (Book) { option (google.api.http) = {
    post: "/names" body: "names"
    additional_bindings { post: "/counts" body: "counts" }
    additional_bindings { post: "/value" body: "value" }
    additional_bindings { post: "/struct" body: "struct" }
    additional_bindings { post: "/word" body: "word" }
    additional_bindings { post: "/kinds" body: "kind" }
    additional_bindings { post: "/list" body: "list" }
    additional_bindings { post: "/number" body: "number" }
    additional_bindings { post: "/wrapped" body: "wrapped" }
    additional_bindings { post: "/other_words" body: "other_words" }
  }; }
}`;

const surface = testSurface(protos);

function refusalOf(action: () => unknown): StatusError {
  try {
    action();
  } catch (error) {
    if (error instanceof StatusError) {
      return error;
    }
    throw error;
  }
  throw new Error('accepted');
}

const bound: readonly (readonly [rule: string, request: string, body: string, json: object])[] = [
  ['no body in the rule: path alone', 'GET /books/1', '', { name: 'books/1' }],
  ['no body in the rule: a blank body is none', 'POST /books/1:touch', ' \r\n\t', { name: 'books/1' }],
  ['"*": body and path', 'PUT /books/1', '{"title":"t"}', { name: 'books/1', title: 't' }],
  ['"*": an empty body is an empty message', 'PUT /books/1', '', { name: 'books/1' }],
  ['"*": a blank body is an empty message', 'PUT /books/1', ' \n', { name: 'books/1' }],
  [
    '"*": a path field in the body may be equal',
    'PUT /books/1',
    '{"name":"books/1","title":"t"}',
    { name: 'books/1', title: 't' },
  ],
  ['"*": a default in the body says nothing', 'PUT /books/1', '{"name":""}', { name: 'books/1' }],
  ['"*": null in the body says nothing', 'PUT /books/1', '{"name":null}', { name: 'books/1' }],
  ['a path value is decoded', 'PUT /books/a%20b%2Bc', '', { name: 'books/a b+c' }],
  ['equal int64 as a number', 'PUT /edition/7', '{"edition":7}', { edition: '7' }],
  [
    'equal int64 as a string',
    'PUT /edition/9007199254740993',
    '{"edition":"9007199254740993"}',
    { edition: '9007199254740993' },
  ],
  ['equal int64 in another spelling', 'PUT /edition/7', '{"edition":"7.0"}', { edition: '7' }],
  ['equal enum by name and number', 'PUT /kind/1', '{"kind":"NOVEL"}', { kind: 'NOVEL' }],
  ['equal bool', 'PUT /signed/true', '{"signed":true}', { signed: true }],
  [
    'equal Timestamp in another offset',
    'PUT /published/2024-01-01T00:00:00Z',
    '{"published":"2024-01-01T01:00:00+01:00"}',
    { published: '2024-01-01T00:00:00Z' },
  ],
  [
    'equal Timestamp at the epoch',
    'PUT /published/1970-01-01T00:00:00Z',
    '{"published":"1970-01-01T00:00:00Z"}',
    { published: '1970-01-01T00:00:00Z' },
  ],
  ['equal wrapper', 'PUT /note/n', '{"note":"n"}', { note: 'n' }],
  ['equal double in another spelling', 'PUT /price/1e2', '{"price":100.0}', { price: 100 }],
  ['equal bytes in another alphabet', 'PUT /digest/-_8', '{"digest":"+/8="}', { digest: '+/8=' }],
  ['equal FieldMask', 'PUT /mask/foo_bar,baz', '{"mask":"fooBar,baz"}', { mask: 'fooBar,baz' }],
  ['equal explicit-presence field', 'PUT /shelf/s', '{"shelf":"s"}', { shelf: 's' }],
  [
    'a nested path field beside its siblings',
    'PUT /author/m',
    '{"author":{"id":"a","mentor":{"displayName":"d"}},"title":"t"}',
    { author: { id: 'a', mentor: { id: 'm', displayName: 'd' } }, title: 't' },
  ],
  [
    'a nested path field, equal in the body',
    'PUT /author/m',
    '{"author":{"mentor":{"id":"m"}}}',
    { author: { mentor: { id: 'm' } } },
  ],
  [
    'a nested path field, its message absent',
    'PUT /author/m',
    '{"author":null}',
    { author: { mentor: { id: 'm' } } },
  ],
  [
    'body field: path inside it',
    'PUT /update/books/1',
    '{"title":"t"}',
    { book: { name: 'books/1', title: 't' } },
  ],
  [
    'body field: path inside it, equal in the body',
    'PUT /update/books/1',
    '{"name":"books/1"}',
    { book: { name: 'books/1' } },
  ],
  ['body field: empty body', 'PUT /update/books/1', '', { book: { name: 'books/1' } }],
  ['body field: null', 'PUT /update/books/1', 'null', { book: { name: 'books/1' } }],
  [
    'body field: path outside it',
    'POST /shelves/1/books',
    '{"title":"t"}',
    { parent: 'shelves/1', book: { title: 't' } },
  ],
  [
    'body field: an empty object is a present message',
    'POST /shelves/1/books',
    '{}',
    { parent: 'shelves/1', book: {} },
  ],
  ['body field: an empty body is an absent message', 'POST /shelves/1/books', '', { parent: 'shelves/1' }],
  ['body field: null is an absent message', 'POST /shelves/1/books', 'null', { parent: 'shelves/1' }],
  [
    'body field: a name that only exists outside it may be the query',
    'POST /shelves/1/books?validate_only=true',
    '{"name":"n"}',
    { parent: 'shelves/1', validateOnly: true, book: { name: 'n' } },
  ],
  ['body field: repeated', 'POST /names', '["a","b"]', { names: ['a', 'b'] }],
  ['body field: map', 'POST /counts', '{"a":1}', { counts: { a: 1 } }],
  ['body field: Value', 'POST /value', '[1,null]', { value: [1, null] }],
  ['body field: Value null', 'POST /value', 'null', { value: null }],
  ['body field: Struct', 'POST /struct', '{"a":{"b":1}}', { struct: { a: { b: 1 } } }],
  ['body field: ListValue', 'POST /list', '[1]', { list: [1] }],
  ['"*": a ListValue is an array', 'POST /whole/list', '[1,{"a":[]}]', [1, { a: [] }]],
  ['"*": a Struct is any object', 'POST /whole/struct', '{"a":null}', { a: null }],
  ['"*": an Empty is {} or nothing', 'POST /whole/empty', '{}', {}],
  ['"*": an Empty is {} or nothing', 'POST /whole/empty', '', {}],
  ['"*": a Value is an array', 'POST /whole/value', '[null]', [null]],
  ['body field: string', 'POST /word', '"w"', { word: 'w' }],
  ['body field: number', 'POST /number', '7', { number: 7 }],
  ['body field: enum', 'POST /kinds', '"NOVEL"', { kind: 'NOVEL' }],
  ['body field: wrapper', 'POST /wrapped', '"w"', { wrapped: 'w' }],
  [
    'path member of a oneof, body without the others',
    'PUT /paper/p',
    '{"title":"t"}',
    { paper: 'p', title: 't' },
  ],
  ['path member of a oneof, null for another', 'PUT /paper/p', '{"audio":null}', { paper: 'p' }],
  [
    'path inside a member of a oneof, siblings in the body',
    'PUT /spoken/i',
    '{"spoken":{"displayName":"d"}}',
    { spoken: { id: 'i', displayName: 'd' } },
  ],
];

describe('each field has one source', () => {
  test.each(bound)('%s: %s %s', (_rule, request, body, json) => {
    expect(surface.bind(request, body).json).toEqual(json);
  });

  test('a path value is written even when it is the default', () => {
    // Field 4, varint 0; field 5, varint 0; field 1, length 0.
    expect([...surface.bind('PUT /edition/0').binary]).toEqual([0x20, 0]);
    expect([...surface.bind('PUT /kind/KIND_UNSPECIFIED').binary]).toEqual([0x28, 0]);
    expect([...surface.bind('PUT /rest').binary]).toEqual([0x0a, 0]);
  });

  test('each singular submessage is on the wire once, each leaf too', () => {
    const { binary } = surface.bind(
      'PUT /author/m',
      '{"author":{"id":"a","mentor":{"id":"m","displayName":"d"}}}',
    );
    expect(Buffer.from(binary).toString('latin1')).toBe('\x1a\x0b\x0a\x01a\x1a\x06\x0a\x01m\x12\x01d');
  });
});

type Refusal = readonly [
  rule: string,
  request: string,
  body: string,
  reason: string,
  field?: string,
  text?: RegExp,
];
const refused: readonly Refusal[] = [
  ['a body where the rule has none', 'GET /books/1', '{}', 'BODY_UNEXPECTED'],
  ['a body where the rule has none, not even JSON', 'POST /books/1:touch', 'x', 'BODY_UNEXPECTED'],
  [
    'another value in the body',
    'PUT /books/1',
    '{"name":"books/2"}',
    'BODY_PATH_CONFLICT',
    'name',
    /another value/,
  ],
  ['another value, key escaped', 'PUT /books/1', '{"n\\u0061me":"books/2"}', 'BODY_PATH_CONFLICT', 'name'],
  [
    'another value in a nested field',
    'PUT /author/m',
    '{"author":{"mentor":{"id":"x"}}}',
    'BODY_PATH_CONFLICT',
    'author.mentor.id',
  ],
  [
    'another value inside the body field',
    'PUT /update/books/1',
    '{"name":"books/2"}',
    'BODY_PATH_CONFLICT',
    'book.name',
  ],
  [
    'another int64, by one beyond doubles',
    'PUT /edition/9007199254740993',
    '{"edition":"9007199254740992"}',
    'BODY_PATH_CONFLICT',
    'edition',
  ],
  ['another enum', 'PUT /kind/KIND_UNSPECIFIED', '{"kind":"NOVEL"}', 'BODY_PATH_CONFLICT', 'kind'],
  ['another bool', 'PUT /signed/false', '{"signed":true}', 'BODY_PATH_CONFLICT', 'signed'],
  [
    'another Timestamp',
    'PUT /published/2024-01-01T00:00:00Z',
    '{"published":"2024-01-01T00:00:00.5Z"}',
    'BODY_PATH_CONFLICT',
    'published',
  ],
  ['another wrapper: empty is present', 'PUT /note/n', '{"note":""}', 'BODY_PATH_CONFLICT', 'note'],
  [
    'another explicit-presence value: a default is present',
    'PUT /shelf/s',
    '{"shelf":""}',
    'BODY_PATH_CONFLICT',
    'shelf',
  ],
  [
    'another value of a path value that is the default',
    'PUT /rest',
    '{"name":"x"}',
    'BODY_PATH_CONFLICT',
    'name',
  ],
  [
    "another member of the path field's oneof",
    'PUT /paper/p',
    '{"audio":"a"}',
    'BODY_PATH_CONFLICT',
    'paper',
    /"audio"/,
  ],
  [
    'another member of a oneof around the path field',
    'PUT /spoken/i',
    '{"paper":"p"}',
    'BODY_PATH_CONFLICT',
    'spoken.id',
    /"paper"/,
  ],
  [
    "the body field is another member of the path field's oneof",
    'PUT /text/t',
    '{"name":"n"}',
    'BODY_PATH_CONFLICT',
    'text',
    /"inner"/,
  ],
  ['a path value of the wrong type', 'PUT /edition/x', '{}', 'PATH_VALUE', 'edition'],
  ['a path value out of range', 'PUT /edition/9223372036854775808', '{}', 'PATH_VALUE', 'edition'],
  ['a path enum of no name', 'PUT /kind/POEM', '{}', 'PATH_VALUE', 'kind'],
  ['a path bool of another spelling', 'PUT /signed/1', '{}', 'PATH_VALUE', 'signed'],
  ['a path Timestamp without a zone', 'PUT /published/2024-01-01', '{}', 'PATH_VALUE', 'published'],
  ['malformed JSON', 'PUT /books/1', '{"title":', 'BODY_MALFORMED'],
];
const notObjects = ['null', '[]', '[{}]', '"x"', '1', 'true', ' null '];

describe('security.md #5: nothing overrides the path field', () => {
  const rows = refused.map(([rule, request, body, ...rest]) => ({ rule, request, body, rest }));
  test.each(rows)('$rule: $request $body', ({ request, body, rest: [reason, field, text = /./] }) => {
    const error = refusalOf(() => surface.bind(request, body));
    expect(error).toMatchObject({ reason, code: 3, httpStatus: 400 });
    if (field !== undefined) {
      expect(error.violations.map((violation) => violation.field)).toEqual([field]);
      expect(error.violations[0]?.description).toMatch(text);
    }
  });

  test.each(notObjects)('a top-level %s with "*" is 400', (body) => {
    expect(refusalOf(() => surface.bind('PUT /books/1', body))).toMatchObject({ code: 3, httpStatus: 400 });
  });

  test.each([
    ['POST /whole/list', 'null'],
    ['POST /whole/list', '{}'],
    ['POST /whole/struct', '[]'],
    ['POST /whole/struct', 'null'],
    ['POST /whole/empty', '{"a":1}'],
  ])('%s is not %s', (request, body) => {
    expect(refusalOf(() => surface.bind(request, body))).toMatchObject({
      reason: 'BODY_FIELD',
      httpStatus: 400,
    });
  });

  test('of a Value every JSON value is one, null too', () => {
    expect(surface.bind('POST /whole/value', 'null').json).toBeNull();
    expect(surface.bind('POST /whole/value', '"x"').json).toBe('x');
  });

  const duplicated = [
    '{"name":"books/1","name":"books/2"}',
    '{"name":"books/2","name":"books/1"}',
    '{"name":"books/2","name":null}',
    '{"author":{"id":"a"},"author":{"id":"b"}}',
    '{"author":{"displayName":"a","display_name":"b"}}',
  ];
  test.each(duplicated)('duplicated keys are 400: %s', (body) => {
    expect(refusalOf(() => surface.bind('PUT /books/1', body))).toMatchObject({ code: 3, httpStatus: 400 });
  });

  test('a body of another content type is 415, a missing body of any is fine', () => {
    expect(refusalOf(() => surface.bind('PUT /books/1', '{}', 'text/plain'))).toMatchObject({
      reason: 'MEDIA_TYPE_UNSUPPORTED',
      httpStatus: 415,
    });
    expect(surface.bind('PUT /books/1', '', 'text/plain').json).toEqual({ name: 'books/1' });
    expect(surface.bind('PUT /books/1', '{}', 'application/merge-patch+json').json).toEqual({
      name: 'books/1',
    });
  });
});

describe('a violation names its field from the request on, as the client does', () => {
  const rows: readonly (readonly [request: string, body: string, field: string, contentType?: string])[] = [
    ['PUT /books/1', '{"author":{"mentor":{"nope":1}}}', 'author.mentor.nope'],
    ['PUT /books/1', '{"author":{"display_name":1}}', 'author.display_name'],
    ['POST /shelves/1/books', '{"author":{"mentor":{"nope":1}}}', 'book.author.mentor.nope'],
    ['POST /shelves/1/books', '{"edition":"x"}', 'book.edition'],
    ['POST /shelves/1/books', '[]', 'book'],
    ['POST /names', '["a",1]', 'names[1]'],
    ['POST /names', '{}', 'names'],
    ['POST /counts', '{"a":"b"}', 'counts["a"]'],
    ['POST /word', '1', 'word'],
    ['POST /kinds', '"POEM"', 'kind'],
    ['POST /shelves/1/books', 'edition=x', 'book.edition', 'application/x-www-form-urlencoded'],
    ['POST /shelves/1/books', 'nope=x', 'book.nope', 'application/x-www-form-urlencoded'],
  ];
  test.each(rows.map(([request, body, field, contentType]) => ({ request, body, field, contentType })))(
    '$request $body → $field',
    ({ request, body, field, contentType }) => {
      const { violations } = refusalOf(() => surface.bind(request, body, contentType));
      expect(violations.map((violation) => violation.field)).toEqual([field]);
    },
  );
});

test('where JSON has proto names, refusals have them too', () => {
  const proto = testSurface(protos, { codecOptions: { ...defaultCodecOptions, protoNames: true } });
  const rows: readonly (readonly [request: string, body: string, field: string, text: RegExp])[] = [
    ['PUT /display/a', '{"author":{"display_name":"b"}}', 'author.display_name', /author\.display_name/],
    ['POST /shelves/1/books?validat_only=true', '', 'validat_only', /"validate_only"/],
    ['POST /other_words', '[1]', 'other_words[0]', /./],
  ];
  for (const [request, body, field, text] of rows) {
    const error = refusalOf(() => proto.bind(request, body));
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
    expect(error.message).toMatch(request.startsWith('POST /other') ? /./ : text);
  }
});

test('whatever body and query say, the path field is what the path says, or the request is refused', () => {
  const key = fc.constantFrom(
    'name',
    'Name',
    'na\\u006de',
    'title',
    'author',
    'display_name',
    'displayName',
    'id',
    'mentor',
  );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('"books/1"', '"m"', '"x"', '""', 'null', '1', '{}', '[]'),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map(([name, of]) => `"${name}":${of}`).join(',')}}`),
    ),
  }));
  const parameter = fc.constantFrom(
    'name=x',
    'author.mentor.id=x',
    'author.id=x',
    'book.name=x',
    'parent=x',
    'validate_only=true',
    '%6eame=x',
    '&',
  );
  const request = fc.constantFrom('PUT /books/1', 'PUT /update/books/1', 'PUT /author/m', 'GET /books/1');
  let accepted = 0;
  fc.assert(
    fc.property(request, value, fc.array(parameter, { maxLength: 2 }), (path, body, parameters) => {
      const target = parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
      let json: unknown;
      try {
        json = surface.bind(target, path.startsWith('GET') ? '' : body).json;
      } catch (error) {
        expect(error).toMatchObject({ name: 'StatusError', httpStatus: 400 });
        return;
      }
      accepted++;
      if (path === 'PUT /author/m') {
        expect(json).toMatchObject({ author: { mentor: { id: 'm' } } });
      } else {
        expect(json).toMatchObject(
          path === 'PUT /update/books/1' ? { book: { name: 'books/1' } } : { name: 'books/1' },
        );
      }
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

describe('later messages of a stream', () => {
  const { request } = surface.match('POST /books/1/a:import').route;
  const next = (body: string) => [...request.bindNext(Buffer.from(body), undefined)];

  test('come from the body only', () => {
    expect(surface.bind('POST /books/1/a:import', '{"title":"t"}').json).toEqual({
      name: 'books/1',
      author: { id: 'a' },
      title: 't',
    });
    expect(next('{"title":"t"}')).toEqual([0x12, 1, 0x74]);
    expect(next('{"author":{"displayName":"d"}}')).toEqual([0x1a, 3, 0x12, 1, 0x64]);
    const upload = surface.match('POST /shelves/1:upload').route.request;
    expect([...upload.bindNext(Buffer.from('{"title":"t"}'), undefined)]).toEqual([0x0a, 3, 0x12, 1, 0x74]);
  });

  test.each(['{"name":"books/2"}', '{"name":"books/1"}', '{"author":{"id":"x"}}'])(
    'cannot contradict the path: %s',
    (body) => {
      expect(refusalOf(() => next(body))).toMatchObject({ reason: 'BODY_PATH_CONFLICT', httpStatus: 400 });
    },
  );
});
