import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/library-gateway.js';
import { contractProtos } from '../support/openapi.js';
import { type MockGateway, startMockGateway } from './gateway.js';

const image = contractProtos(`
  service Library {
    option (propylon.v1.service) = { authentication: { mode: MODE_NONE } };
    rpc GetBook(GetBookRequest) returns (Book) { option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}" }; }
    rpc ListBooks(ListBooksRequest) returns (ListBooksResponse) { option (google.api.http) = { get: "/v1/{parent=shelves/*}/books" }; }
    rpc CreateBook(CreateBookRequest) returns (Book) { option (google.api.http) = { post: "/v1/{parent=shelves/*}/books" body: "book" }; }
    rpc UpdateBook(UpdateBookRequest) returns (Book) { option (google.api.http) = { patch: "/v1/{book.name=shelves/*/books/*}" body: "book" }; }
    rpc DeleteBook(GetBookRequest) returns (google.protobuf.Empty) { option (google.api.http) = { delete: "/v1/{name=shelves/*/books/*}" }; }
    rpc BatchGetBooks(BatchGetBooksRequest) returns (BatchGetBooksResponse) { option (google.api.http) = { get: "/v1/books:batchGet" additional_bindings { post: "/v1/books:batchGet" body: "*" } }; }
    rpc GetClerk(GetClerkRequest) returns (Clerk) { option (google.api.http) = { get: "/v1/clerks/{id}" }; }
    rpc PrintBook(GetBookRequest) returns (google.longrunning.Operation) { option (google.api.http) = { post: "/v1/{name=shelves/*/books/*}:print" body: "*" }; }
    rpc GetCover(GetBookRequest) returns (google.api.HttpBody) { option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}/text" }; }
    rpc GetCoverImage(GetBookRequest) returns (google.api.HttpBody) { option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}/image" }; }
    rpc WatchBook(GetBookRequest) returns (stream Book) { option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}:watch" }; }
    rpc Talk(stream Note) returns (stream Note) { option (google.api.http) = { post: "/v1/talk" body: "*" }; }
    rpc Collect(stream Note) returns (Note) { option (google.api.http) = { post: "/v1/collect" body: "*" }; }
    rpc Search(SearchRequest) returns (SearchResponse) { option (google.api.http) = { post: "/v1/books:search" body: "*" }; }
    rpc Rate(RateRequest) returns (Book) {
      option (google.api.http) = { post: "/v1/rate" body: "*" };
      option (propylon.v1.method) = { authentication: { mode: MODE_REQUIRED } };
    }
  }
  message Book {
    option (google.api.resource) = { type: "lib.example.com/Book" pattern: "shelves/{shelf}/books/{book}" };
    string name = 1 [(google.api.field_behavior) = IDENTIFIER];
    string title = 2 [(buf.validate.field).string.min_len = 3];
    string password = 3 [(google.api.field_behavior) = INPUT_ONLY, (buf.validate.field).required = true];
    google.protobuf.Timestamp create_time = 4 [(google.api.field_behavior) = OUTPUT_ONLY];
    google.protobuf.Timestamp update_time = 5 [(google.api.field_behavior) = OUTPUT_ONLY];
    Kind kind = 6; string author_email = 7; map<string, string> labels = 8; repeated string tags = 9;
    Author author = 10; string etag = 11;
    // What it costs. Example: not at the start of a line
    // Example: 12.50
    string price = 12;
    // Example: 7
    int64 pages = 13;
    string shelf = 14 [(google.api.resource_reference) = { type: "lib.example.com/Shelf" }];
    Book sequel = 15;
    string token = 16 [(google.api.field_behavior) = INPUT_ONLY];
  }
  message Shelf { option (google.api.resource) = { type: "lib.example.com/Shelf" pattern: "shelves/{shelf}" }; string name = 1; }
  message Author { string given_name = 1; string country_code = 2; string currency_code = 3; string secret_pin = 4 [(google.api.field_behavior) = INPUT_ONLY]; }
  enum Kind { KIND_UNSPECIFIED = 0; NOVEL = 1; POEM = 2; }
  message GetBookRequest { string name = 1; }
  message ListBooksRequest { string parent = 1; int32 page_size = 2; string page_token = 3; string filter = 4; }
  message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; int32 total_size = 3; }
  message CreateBookRequest { string parent = 1; Book book = 2; string book_id = 3; }
  message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; }
  message BatchGetBooksRequest { repeated string names = 1; }
  message BatchGetBooksResponse { repeated Book books = 1; }
  message GetClerkRequest { string id = 1; }
  message Clerk { string id = 1; string display_name = 2; }
  message Note { string text = 1; int32 number = 2; }
  message SearchRequest { string query = 1; int32 limit = 2; Author author = 3; }
  message SearchResponse { string query = 1; Author wanted = 2; repeated string hits = 3; }
  message RateRequest { int32 stars = 1; }
`);

let mock: MockGateway;
beforeAll(async () => {
  mock = await startMockGateway(image);
});
afterAll(() => mock.close());

const asked = async (request: string, body?: unknown, headers?: Record<string, string>) => {
  const {
    status,
    text,
    headers: answered,
  } = await ask(mock.url, request, {
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });
  return { status, text, headers: answered, json: /^\{[^\n]*$/.test(text) ? JSON.parse(text) : undefined };
};
const book = 'shelves/s1/books/b1';

describe('a resource', () => {
  it('answers to the name that it is asked by, and is the same each time', async () => {
    const [one, two] = [await asked(`GET /v1/${book}`), await asked(`GET /v1/${book}`)];
    expect(one.json).toMatchObject({ name: book });
    expect(one.text).toBe(two.text);
    expect((await asked('GET /v1/shelves/s1/books/b2')).json.title).not.toBe(one.json.title);
  });

  it('has no field that is INPUT_ONLY, required or not, and none that was left unsaid', async () => {
    const { json } = await asked(`POST /v1/shelves/s1/books`, {
      title: 'Mine',
      password: 'p',
      token: 't',
      author: { givenName: 'Ada', secretPin: '1' },
    });
    expect(json).toMatchObject({ title: 'Mine', author: { givenName: 'Ada' } });
    expect(JSON.stringify(json)).not.toMatch(/password|token|secretPin|UNSPECIFIED/);
  });

  it('reads as its fields are called', async () => {
    const { json } = await asked(`GET /v1/${book}`);
    expect(json).toMatchObject({
      authorEmail: expect.stringMatching(/^\S+@example\.com$|^a@/),
      kind: expect.stringMatching(/^(NOVEL|POEM)$/),
      shelf: expect.stringMatching(/^shelves\/[^/]+$/),
      author: {
        countryCode: expect.stringMatching(/^[A-Z]{2}$/),
        currencyCode: expect.stringMatching(/^[A-Z]{3}$/),
      },
      price: '12.50',
      pages: '7',
    });
    expect(Date.parse(json.updateTime)).toBeGreaterThanOrEqual(Date.parse(json.createTime));
    expect(json.sequel.sequel?.sequel).toBeUndefined();
  });

  it('that is known by an id keeps it', async () => {
    expect((await asked('GET /v1/clerks/c7')).json).toMatchObject({ id: 'c7' });
  });

  it('that is made has what was sent, under a name of its own or of the id that was chosen', async () => {
    const body = { title: 'Mine', password: 'p', createTime: '1999-01-01T00:00:00Z', labels: { a: 'b' } };
    const made = (await asked('POST /v1/shelves/s1/books', body)).json;
    expect(made).toMatchObject({ title: 'Mine', labels: { a: 'b' } });
    expect(made.name).toMatch(/^shelves\/s1\/books\/[^/]+$/);
    expect(made.createTime).toMatch(/^202\d-/);
    expect((await asked('POST /v1/shelves/s1/books?bookId=mine', body)).json.name).toBe(
      'shelves/s1/books/mine',
    );
    expect((await asked(`GET /v1/${made.name}`)).json).toMatchObject({ name: made.name });
  });

  it('that is changed is what it was, but for what was changed, and is another version', async () => {
    const before = (await asked(`GET /v1/${book}`)).json;
    const after = (await asked(`PATCH /v1/${book}`, { title: 'Changed' })).json;
    expect(after).toEqual({ ...before, title: 'Changed', etag: expect.any(String) });
    expect(after.etag).not.toBe(before.etag);
    const { labels: _, ...rest } = before;
    const cleared = (
      await asked(`PATCH /v1/${book}?updateMask=labels,author.givenName`, { title: 'Kept as it was' })
    ).json;
    expect(cleared).toMatchObject({ title: rest.title });
    expect([cleared.labels, cleared.author.givenName]).toEqual([undefined, undefined]);
  });

  it('that is deleted leaves nothing', async () => {
    expect(await asked(`DELETE /v1/${book}`)).toMatchObject({ status: 200, text: '{}' });
  });

  it('answers to each of several names', async () => {
    const names = ['shelves/s1/books/b2', book];
    const { json } = await asked(`GET /v1/books:batchGet?${names.map((name) => `names=${name}`).join('&')}`);
    expect(json.books.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('refuses more names than it could answer while others wait', async () => {
    const names = Array.from({ length: 1_001 }, (_, at) => `shelves/s1/books/b${at}`);
    expect((await asked('POST /v1/books:batchGet', { names })).status).toBe(400);
  });
});

describe('a list', () => {
  it('comes in pages to a last one, of the size that is asked for; what it lists can be got', async () => {
    const seen: { name: string }[] = [];
    let [token, total, pages] = ['', -1, 0];
    do {
      const { json } = await asked(`GET /v1/shelves/s1/books?pageSize=7&pageToken=${token}`);
      if (total >= 0) expect(json.totalSize).toBe(total);
      total = json.totalSize;
      token = json.nextPageToken ?? '';
      expect(json.books.length).toBe(token === '' ? total - seen.length : 7);
      seen.push(...json.books);
      pages++;
    } while (token !== '' && pages < 50);
    expect(seen.length).toBe(total);
    expect(pages).toBeGreaterThan(1);
    expect(new Set(seen.map(({ name }) => name)).size).toBe(total);
    for (const one of seen.slice(0, 3)) {
      expect(one.name).toMatch(/^shelves\/s1\/books\//);
      expect((await asked(`GET /v1/${one.name}`)).json).toEqual(one);
    }
  });

  it.each([
    ['a negative size', 'pageSize=-1'],
    ['a token that nobody gave', 'pageToken=abc'],
    ['a huge size', 'pageSize=2147483647', 200],
  ])('with %s', async (_, query, status = 400) => {
    expect((await asked(`GET /v1/shelves/s1/books?${query}`)).status).toBe(status);
  });

  it('refuses a token of a list with another filter (AIP-158)', async () => {
    const { nextPageToken } = (await asked('GET /v1/shelves/s1/books?pageSize=2')).json;
    expect((await asked(`GET /v1/shelves/s1/books?pageToken=${nextPageToken}&filter=x`)).status).toBe(400);
    expect((await asked(`GET /v1/shelves/s1/books?pageToken=${nextPageToken}`)).status).toBe(200);
  });
});

describe('other methods', () => {
  it('say again what they were told in fields of the same name, or the same message', async () => {
    const { json } = await asked('POST /v1/books:search', {
      query: 'q',
      limit: 3,
      author: { givenName: 'Ada' },
    });
    expect(json).toMatchObject({ query: 'q', wanted: { givenName: 'Ada' } });
  });

  it('that take time are done', async () => {
    const { status, json } = await asked(`POST /v1/${book}:print`, {});
    expect([status, json.done]).toEqual([200, true]);
    expect(json.name).toMatch(/^operations\//);
  });

  it('that give files give one', async () => {
    const text = await asked(`GET /v1/${book}/text`);
    expect([text.headers.get('content-type'), text.text]).toEqual([
      'text/plain; charset=utf-8',
      `t.v1.Library.GetCover ${book}\n`,
    ]);
    expect((await asked(`GET /v1/${book}/image`)).headers.get('content-type')).toBe('image/png');
  });

  it('that stream give a few messages, which differ', async () => {
    const { text } = await asked(`GET /v1/${book}:watch`);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines.map(({ name }) => name)).toEqual([book, book, book]);
    expect(new Set(lines.map(({ updateTime }) => updateTime)).size).toBe(3);
  });

  it('that take streams answer once, or each message', async () => {
    const send = async (path: string) => {
      const body = '{"text":"a"}\n{"text":"b"}\n';
      const headers = { 'content-type': 'application/x-ndjson' };
      return (await fetch(`${mock.url}${path}`, { method: 'POST', body, headers })).text();
    };
    expect(JSON.parse(await send('/v1/collect'))).toMatchObject({ text: 'a' });
    const lines = (await send('/v1/talk'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ text }) => text)).toEqual(['a', 'b']);
  });
});

describe('what the gateway does stays what it does', () => {
  it('refuses what rules refuse, whom nobody knows, and paths that are none', async () => {
    expect((await asked('POST /v1/shelves/s1/books', { title: 'x', password: 'p' })).status).toBe(400);
    expect((await asked('POST /v1/rate', {})).status).toBe(401);
    expect((await asked('GET /v1/nowhere')).status).toBe(404);
  });
});

describe('header fields for tests of clients', () => {
  it.each([
    ['NOT_FOUND', 404, 5],
    ['UNAVAILABLE', 503, 14],
    ['PERMISSION_DENIED', 403, 7],
  ])('x-mock-status: %s', async (name, status, code) => {
    expect(await asked(`GET /v1/${book}`, undefined, { 'x-mock-status': name })).toMatchObject({
      status,
      json: { code },
    });
  });

  it('x-mock-status ends streams too', async () => {
    expect(await asked(`GET /v1/${book}:watch`, undefined, { 'x-mock-status': 'ABORTED' })).toMatchObject({
      status: 409,
    });
  });

  it('x-mock-delay waits, no longer than the client does', async () => {
    const started = performance.now();
    expect((await asked(`GET /v1/${book}`, undefined, { 'x-mock-delay': '40ms' })).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(39);
    const headers = { 'x-mock-delay': '50s', 'grpc-timeout': '20m' };
    expect((await asked(`GET /v1/${book}`, undefined, headers)).status).toBe(504);
  });

  it.each([
    { 'x-mock-status': 'nonsense' },
    { 'x-mock-status': '5' },
    { 'x-mock-status': '__proto__' },
    { 'x-mock-status': 'toString' },
    { 'x-mock-delay': '9h' },
    { 'x-mock-delay': '-1s' },
    { 'x-mock-delay': '1e9s' },
  ])('refuses %j', async (headers) => {
    const { status, json } = await asked(`GET /v1/${book}`, undefined, headers as Record<string, string>);
    expect([status, json.code]).toEqual([400, 3]);
  });
});
