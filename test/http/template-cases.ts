/**
 * Path templates and requests, with what must become of them: the grammar of http.proto and the
 * matching rules written down in docs/semantics.md. Plain data, run against the router alone and
 * over HTTP.
 */

/** One request against a set of routes. */
export interface TemplateCase {
  readonly name: string;
  /** "GET /v1/{name=shelves/*}", in the order of declaration; a method of its own for each. */
  readonly templates: readonly string[];
  readonly httpMethod: string;
  /** The raw request target. */
  readonly path: string;
  readonly trailingSlash: 'strict' | 'ignore';
  readonly expect: Expectation;
}

export interface Expectation {
  /** 200, 204 (OPTIONS), 400, 404 or 405. */
  readonly status: number;
  /** Index of the template that must win. */
  readonly matched?: number;
  /** Decoded captures by field path as written in the template: all of them, and no other. */
  readonly bound?: Readonly<Record<string, string>>;
  /** The Allow header, sorted. */
  readonly allow?: readonly string[];
}

/** A template that must be refused at load, and a part of the reason. */
export interface RefusedTemplate {
  readonly template: string;
  readonly problem: string;
}

/** proto3 source of a message with every field that the templates name; all leaves are strings. */
export const templateMessages = `
message Author { string name = 1; string id = 2; }
message Book { string name = 1; string id = 2; Author author = 3; }
message Request { string name = 1; string parent = 2; string id = 3; string shelf = 4; string a = 5; string b = 6; string c = 7; Book book = 8; string snake_case = 9; string _under = 10; string X9 = 11; }
`;

type Row = readonly [request: string, expect: Expectation];

function group(
  name: string,
  templates: readonly string[],
  rows: readonly Row[],
  trailingSlash: 'strict' | 'ignore' = 'strict',
): TemplateCase[] {
  return rows.map(([request, expect]) => {
    const space = request.indexOf(' ');
    const [httpMethod, path] = [request.slice(0, space), request.slice(space + 1)];
    return { name: `${name}: ${request}`, templates, httpMethod, path, trailingSlash, expect };
  });
}

const hit = (matched: number, bound: Readonly<Record<string, string>> = {}): Expectation => ({
  status: 200,
  matched,
  bound,
});
const unknown: Expectation = { status: 404 };
const malformed: Expectation = { status: 400 };
const otherMethod = (...allow: string[]): Expectation => ({ status: 405, allow });
const options = (...allow: string[]): Expectation => ({ status: 204, allow });

export const templateCases: readonly TemplateCase[] = [
  ...group(
    'the root',
    ['GET /'],
    [
      ['GET /', hit(0)],
      ['GET /?a=b', hit(0)],
      ['GET http://example.com', hit(0)],
      ['GET http://example.com?a=b', hit(0)],
      ['GET http://example.com/', hit(0)],
      ['GET //', unknown],
      ['GET /x', unknown],
      ['POST /', otherMethod('GET', 'HEAD', 'OPTIONS')],
      ['HEAD /', hit(0)],
      ['OPTIONS /', options('GET', 'HEAD', 'OPTIONS')],
    ],
  ),
  ...group(
    'literals are compared exactly',
    ['GET /v1/shelves', 'GET /v1/shelves/all', "GET /v1/!$&'()+,;=@-._~"],
    [
      ['GET /v1/shelves', hit(0)],
      ['GET /v1/shelves?x=/y', hit(0)],
      ['GET /v1/shelves/all', hit(1)],
      ["GET /v1/!$&'()+,;=@-._~", hit(2)],
      ['GET /v1/Shelves', unknown],
      ['GET /V1/shelves', unknown],
      ['GET /v1/shelve', unknown],
      ['GET /v1/shelvess', unknown],
      ['GET /v1', unknown],
      ['GET /', unknown],
      ['GET /v1/shelves/all/more', unknown],
      ['GET /v1/shelves/al', unknown],
      ['GET /x/v1/shelves', unknown],
    ],
  ),
  ...group(
    'literals are compared with unreserved escapes decoded',
    [
      'GET /v1/shelves',
      'GET /v1/a%2fb',
      'GET /v1/%7Ehome',
      'GET /v1/caf%c3%a9',
      'GET /v1/%24x',
      'GET /v1/$y',
    ],
    [
      ['GET /v1/%73helves', hit(0)],
      ['GET /v1/%73%68%65%6c%76%65%73', hit(0)],
      ['GET /%76%31/shelves', hit(0)],
      ['GET /v1/a%2Fb', hit(1)],
      ['GET /v1/a%2fb', hit(1)],
      ['GET /v1/a/b', unknown],
      ['GET /v1/~home', hit(2)],
      ['GET /v1/%7ehome', hit(2)],
      ['GET /v1/caf%C3%A9', hit(3)],
      ['GET /v1/caf%c3%A9', hit(3)],
      ['GET /v1/%24x', hit(4)],
      ['GET /v1/$x', unknown],
      ['GET /v1/$y', hit(5)],
      ['GET /v1/%24y', unknown],
      ['GET /v1%2Fshelves', unknown],
      ['GET /v1/%2573helves', unknown],
    ],
  ),
  ...group(
    '* is exactly one segment',
    ['GET /v1/*', 'GET /v1/*/books/*'],
    [
      ['GET /v1/a', hit(0)],
      ['GET /v1/%2F', hit(0)],
      ['GET /v1/*', hit(0)],
      ['GET /v1', unknown],
      ['GET /v1/', unknown],
      ['GET /v1/a/b', unknown],
      ['GET /v1/a/books/b', hit(1)],
      ['GET /v1/a/books', unknown],
      ['GET /v1/a/books/', unknown],
      ['GET /v1//books/b', unknown],
    ],
  ),
  ...group(
    'a variable of one segment',
    ['GET /v1/shelves/{shelf}', 'GET /v1/shelves/{shelf=*}/books/{book.id}'],
    [
      ['GET /v1/shelves/1', hit(0, { shelf: '1' })],
      ['GET /v1/shelves/a.b', hit(0, { shelf: 'a.b' })],
      ['GET /v1/shelves/...', hit(0, { shelf: '...' })],
      ['GET /v1/shelves/a%20b', hit(0, { shelf: 'a b' })],
      ['GET /v1/shelves/a+b', hit(0, { shelf: 'a+b' })],
      ['GET /v1/shelves/a%2Bb', hit(0, { shelf: 'a+b' })],
      ['GET /v1/shelves/a%2Fb', hit(0, { shelf: 'a/b' })],
      ['GET /v1/shelves/a%2fb', hit(0, { shelf: 'a/b' })],
      ['GET /v1/shelves/%252F', hit(0, { shelf: '%2F' })],
      ['GET /v1/shelves/%2525', hit(0, { shelf: '%25' })],
      ['GET /v1/shelves/%25', hit(0, { shelf: '%' })],
      ['GET /v1/shelves/%3F%23', hit(0, { shelf: '?#' })],
      ['GET /v1/shelves/%C3%A9', hit(0, { shelf: 'é' })],
      ['GET /v1/shelves/%F0%9F%93%9A', hit(0, { shelf: '📚' })],
      ['GET /v1/shelves/%EF%BB%BFx', hit(0, { shelf: '\ufeffx' })],
      ['GET /v1/shelves/%0A%7F', hit(0, { shelf: '\n\x7f' })],
      ['GET /v1/shelves/%2e%2e%2e', hit(0, { shelf: '...' })],
      ['GET /v1/shelves/a;b=c,d', hit(0, { shelf: 'a;b=c,d' })],
      ["GET /v1/shelves/!$&'()*@", hit(0, { shelf: "!$&'()*@" })],
      ['GET /v1/shelves/a:b', hit(0, { shelf: 'a:b' })],
      ['GET /v1/shelves/:', hit(0, { shelf: ':' })],
      ['GET /v1/shelves/{shelf}', hit(0, { shelf: '{shelf}' })],
      ['GET /v1/shelves/__proto__', hit(0, { shelf: '__proto__' })],
      ['GET /v1/shelves/1/books/2', hit(1, { shelf: '1', 'book.id': '2' })],
      ['GET /v1/shelves/a%2Fb/books/c%2Fd', hit(1, { shelf: 'a/b', 'book.id': 'c/d' })],
      ['GET /v1/shelves/1/books/2?book.name=x', hit(1, { shelf: '1', 'book.id': '2' })],
      ['GET /v1/shelves', unknown],
      ['GET /v1/shelves/', unknown],
      ['GET /v1/shelves/1/', unknown],
      ['GET /v1/shelves/1//books/2', unknown],
      ['GET /v1/shelves/1/books/2/3', unknown],
      ['GET /v1/__proto__/x', unknown],
      ['GET /constructor', unknown],
    ],
  ),
  ...group(
    'a variable of several segments',
    ['GET /v1/{name=shelves/*/books/*}', 'GET /v2/{name=shelves/*}/{book.id}', 'GET /v3/{name=shelves}'],
    [
      ['GET /v1/shelves/1/books/2', hit(0, { name: 'shelves/1/books/2' })],
      ['GET /v1/shelves/a%2Fb/books/c%20d', hit(0, { name: 'shelves/a%2Fb/books/c d' })],
      ['GET /v1/shelves/a%2fb/books/c', hit(0, { name: 'shelves/a%2fb/books/c' })],
      ['GET /v1/shelves/%252F/books/c', hit(0, { name: 'shelves/%2F/books/c' })],
      ['GET /v1/%73helves/1/books/2', hit(0, { name: 'shelves/1/books/2' })],
      ['GET /v1/shelves/%21%23%24/books/%2B', hit(0, { name: 'shelves/!#$/books/+' })],
      ['GET /v1/shelves/%C3%A9/books/%F0%9F%93%9A', hit(0, { name: 'shelves/é/books/📚' })],
      ['GET /v1/shelves/1/books', unknown],
      ['GET /v1/shelves/1/pages/2', unknown],
      ['GET /v1/shelves%2F1/books/2', unknown],
      ['GET /v1/shelves/1/books/2/x', unknown],
      ['GET /v2/shelves/1/2', hit(1, { name: 'shelves/1', 'book.id': '2' })],
      ['GET /v2/shelves/%2F/%2F', hit(1, { name: 'shelves/%2F', 'book.id': '/' })],
      ['GET /v3/shelves', hit(2, { name: 'shelves' })],
      ['GET /v3/%73helves', hit(2, { name: 'shelves' })],
      ['GET /v3/shelf', unknown],
    ],
  ),
  ...group(
    '** is zero or more segments',
    ['GET /v1/{name=**}', 'GET /v2/files/{name=a/**}', 'GET /v3/**'],
    [
      ['GET /v1', hit(0, { name: '' })],
      ['GET /v1/a', hit(0, { name: 'a' })],
      ['GET /v1/a/b/c', hit(0, { name: 'a/b/c' })],
      ['GET /v1/a%2Fb', hit(0, { name: 'a%2Fb' })],
      ['GET /v1/a%2fb/c%20d', hit(0, { name: 'a%2fb/c d' })],
      ['GET /v1/%252F', hit(0, { name: '%2F' })],
      ['GET /v1/a:b/c:d', hit(0, { name: 'a:b/c:d' })],
      ['GET /v1/', unknown],
      ['GET /v1/a/', unknown],
      ['GET /v1//a', unknown],
      ['GET /v1/a//b', unknown],
      ['GET /v2/files/a', hit(1, { name: 'a' })],
      ['GET /v2/files/a/b', hit(1, { name: 'a/b' })],
      ['GET /v2/files/b', unknown],
      ['GET /v2/files', unknown],
      ['GET /v3', hit(2)],
      ['GET /v3/x/y', hit(2)],
      ['GET /', unknown],
    ],
  ),
  ...group(
    '** at the root takes everything',
    ['GET /**'],
    [
      ['GET /', hit(0)],
      ['GET /a', hit(0)],
      ['GET /a/b/c', hit(0)],
      ['GET /a/', unknown],
      ['GET //', unknown],
    ],
  ),
  ...group(
    '** leaves its tail to be matched at the end',
    [
      'GET /v1/{name=**}/books',
      'GET /v1/{parent=a/**}/{id}',
      'GET /v2/{parent=docs/**}/x/{a}/{b}',
      'GET /v3/**/x',
    ],
    [
      ['GET /v1/books', hit(0, { name: '' })],
      ['GET /v1/1/books', hit(0, { name: '1' })],
      ['GET /v1/books/books', hit(0, { name: 'books' })],
      ['GET /v1/1/2/books', hit(0, { name: '1/2' })],
      ['GET /v1/1/books/2', unknown],
      ['GET /v1/a/1', hit(1, { parent: 'a', id: '1' })],
      ['GET /v1/a/b/c', hit(1, { parent: 'a/b', id: 'c' })],
      ['GET /v1/a/b%2Fc/d%2Fe', hit(1, { parent: 'a/b%2Fc', id: 'd/e' })],
      ['GET /v1/a', unknown],
      ['GET /v1/a/books', hit(1, { parent: 'a', id: 'books' })],
      ['GET /v2/docs/x/1/2', hit(2, { parent: 'docs', a: '1', b: '2' })],
      ['GET /v2/docs/x/x/x/x/1/2', hit(2, { parent: 'docs/x/x/x', a: '1', b: '2' })],
      ['GET /v2/docs/y/1/2', unknown],
      ['GET /v3/x', hit(3)],
      ['GET /v3/x/x', hit(3)],
      ['GET /v3/x/y', unknown],
      ['GET /v3', unknown],
    ],
  ),
  ...group(
    'a literal wins over *, and * over **',
    [
      'GET /v1/{name=**}',
      'GET /v1/{id}',
      'GET /v1/all',
      'GET /v1/{a}/x',
      'GET /v1/all/{b}',
      'GET /v1/all/x/y',
    ],
    [
      ['GET /v1/all', hit(2)],
      ['GET /v1/%61ll', hit(2)],
      ['GET /v1/one', hit(1, { id: 'one' })],
      ['GET /v1', hit(0, { name: '' })],
      ['GET /v1/all/x', hit(4, { b: 'x' })],
      ['GET /v1/one/x', hit(3, { a: 'one' })],
      ['GET /v1/one/y', hit(0, { name: 'one/y' })],
      ['GET /v1/all/x/y', hit(5)],
      ['GET /v1/all/x/z', hit(0, { name: 'all/x/z' })],
      ['GET /v1/all/x/y/z', hit(0, { name: 'all/x/y/z' })],
    ],
  ),
  ...group(
    'a walk comes back from a literal that leads nowhere',
    ['GET /a/b/c', 'GET /a/{id}/d', 'GET /{name=**}/e', 'GET /{shelf}/b/{a}/f'],
    [
      ['GET /a/b/c', hit(0)],
      ['GET /a/b/d', hit(1, { id: 'b' })],
      ['GET /a/b/e', hit(2, { name: 'a/b' })],
      ['GET /a/b/c/e', hit(2, { name: 'a/b/c' })],
      ['GET /a/b/c/f', hit(3, { shelf: 'a', a: 'c' })],
      ['GET /e', hit(2, { name: '' })],
      ['GET /a/b', unknown],
      ['GET /a/b/f', unknown],
    ],
  ),
  ...group(
    'a route of another method does not hide one that has it',
    ['POST /v1/all', 'GET /v1/{id}', 'DELETE /v1/{name=**}', 'PATCH /v1/all/{a}'],
    [
      ['GET /v1/all', hit(1, { id: 'all' })],
      ['POST /v1/all', hit(0)],
      ['DELETE /v1/all', hit(2, { name: 'all' })],
      ['HEAD /v1/all', hit(1, { id: 'all' })],
      ['PATCH /v1/all/x', hit(3, { a: 'x' })],
      ['DELETE /v1/all/x', hit(2, { name: 'all/x' })],
      ['PUT /v1/all', otherMethod('DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST')],
      ['PUT /v1/one', otherMethod('DELETE', 'GET', 'HEAD', 'OPTIONS')],
      ['POST /v1/one', otherMethod('DELETE', 'GET', 'HEAD', 'OPTIONS')],
      ['GET /v1/all/x', otherMethod('DELETE', 'OPTIONS', 'PATCH')],
      ['HEAD /v1/all/x', otherMethod('DELETE', 'OPTIONS', 'PATCH')],
      ['GET /v1', otherMethod('DELETE', 'OPTIONS')],
      ['get /v1/all', otherMethod('DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST')],
      ['OPTIONS /v1/all', options('DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST')],
      ['OPTIONS /v1/all/x', options('DELETE', 'OPTIONS', 'PATCH')],
      ['OPTIONS /v2', unknown],
      ['PUT /v2', unknown],
    ],
  ),
  ...group(
    'custom kinds',
    [
      '* /any/{id}',
      'GET /any/{id}',
      'REPORT /v1/{id}',
      'GET /v1/{id}',
      'HEAD /v1/head',
      'OPTIONS /v1/options',
      '* /any/fixed',
    ],
    [
      ['GET /any/1', hit(1, { id: '1' })],
      ['POST /any/1', hit(0, { id: '1' })],
      ['REPORT /any/1', hit(0, { id: '1' })],
      ['OPTIONS /any/1', hit(0, { id: '1' })],
      ['HEAD /any/1', hit(1, { id: '1' })],
      ['GET /any/fixed', hit(6)],
      ['DELETE /any/fixed', hit(6)],
      ['REPORT /v1/1', hit(2, { id: '1' })],
      ['PUT /v1/1', otherMethod('GET', 'HEAD', 'OPTIONS', 'REPORT')],
      ['HEAD /v1/head', hit(4)],
      ['HEAD /v1/1', hit(3, { id: '1' })],
      ['OPTIONS /v1/options', hit(5)],
      ['OPTIONS /v1/1', options('GET', 'HEAD', 'OPTIONS', 'REPORT')],
    ],
  ),
  ...group(
    'a verb is the last raw colon of the last segment',
    [
      'GET /v1/{name=shelves/*}',
      'POST /v1/{name=shelves/*}:cancel',
      'GET /v1/{name=shelves/*}:cancel',
      'POST /v1/shelves:sort',
      'POST /v1/{id}:%64one',
      'GET /v2/{name=**}:find',
      'GET /v2/{name=**}',
      'POST /v1/plain:100%25',
    ],
    [
      ['GET /v1/shelves/1:cancel', hit(2, { name: 'shelves/1' })],
      ['POST /v1/shelves/1:cancel', hit(1, { name: 'shelves/1' })],
      ['POST /v1/shelves/1:c%61ncel', hit(1, { name: 'shelves/1' })],
      ['POST /v1/shelves/a:b:cancel', hit(1, { name: 'shelves/a:b' })],
      ['POST /v1/shelves/a%3Ab:cancel', hit(1, { name: 'shelves/a:b' })],
      ['GET /v1/shelves/1%3Acancel', hit(0, { name: 'shelves/1:cancel' })],
      ['GET /v1/shelves/1%3acancel', hit(0, { name: 'shelves/1:cancel' })],
      ['POST /v1/shelves/1%3Acancel', otherMethod('GET', 'HEAD', 'OPTIONS')],
      ['GET /v1/shelves/1:other', hit(0, { name: 'shelves/1:other' })],
      ['GET /v1/shelves/1:', hit(0, { name: 'shelves/1:' })],
      ['GET /v1/shelves/1:Cancel', hit(0, { name: 'shelves/1:Cancel' })],
      ['GET /v1/shelves/1:cancel:', hit(0, { name: 'shelves/1:cancel:' })],
      ['GET /v1/shelves/1:cancel:x', hit(0, { name: 'shelves/1:cancel:x' })],
      ['GET /v1/shelves/:cancel', hit(0, { name: 'shelves/:cancel' })],
      ['PUT /v1/shelves/1:cancel', otherMethod('GET', 'HEAD', 'OPTIONS', 'POST')],
      ['POST /v1/shelves/1', otherMethod('GET', 'HEAD', 'OPTIONS')],
      ['POST /v1/shelves:sort', hit(3)],
      ['POST /v1/shelves%3Asort', unknown],
      ['GET /v1/shelves:sort', otherMethod('OPTIONS', 'POST')],
      ['GET /v1/shelves', unknown],
      ['POST /v1/x:done', hit(4, { id: 'x' })],
      ['POST /v1/shelves:done', hit(4, { id: 'shelves' })],
      ['POST /v1/a%2Fb:done', hit(4, { id: 'a/b' })],
      ['POST /v1/:done', unknown],
      ['POST /v1/x:y/z', unknown],
      ['GET /v2/a/b:find', hit(5, { name: 'a/b' })],
      ['GET /v2/a:find/b', hit(6, { name: 'a:find/b' })],
      ['GET /v2:find', hit(5, { name: '' })],
      ['GET /v2/:find', hit(6, { name: ':find' })],
      ['GET /v2/a:find?x:y', hit(5, { name: 'a' })],
      ['OPTIONS /v1/shelves/1:cancel', options('GET', 'HEAD', 'OPTIONS', 'POST')],
      ['POST /v1/plain:100%25', hit(7)],
      ['GET http://example.com:8080/v1/shelves/1:cancel', hit(2, { name: 'shelves/1' })],
    ],
  ),
  ...group(
    'verbs without a plain route',
    ['POST /v1/{name}:go', 'POST /v1/{name=x}:stop'],
    [
      ['POST /v1/x:go', hit(0, { name: 'x' })],
      ['POST /v1/x:stop', hit(1, { name: 'x' })],
      ['POST /v1/y:stop', unknown],
      ['POST /v1/x', unknown],
      ['POST /v1/x:stay', unknown],
    ],
  ),
  ...group(
    'the target',
    ['GET /v1/{name}'],
    [
      ['GET http://example.com/v1/a', hit(0, { name: 'a' })],
      ['GET HTTPS://example.com:443/v1/a?b', hit(0, { name: 'a' })],
      ['GET /v1/a?/../..', hit(0, { name: 'a' })],
      ['GET /v1/a?%zz', hit(0, { name: 'a' })],
      ['GET //example.com/v1/a', unknown],
      ['GET http:///v1/a', malformed],
      ['GET ftp://example.com/v1/a', malformed],
      ['GET v1/a', malformed],
      ['GET *', malformed],
      ['GET ?a', malformed],
    ],
  ),
  ...group(
    'dots are refused, not resolved',
    ['GET /v1/{name}', 'GET /v2/{name=**}'],
    [
      ['GET /v1/.', malformed],
      ['GET /v1/..', malformed],
      ['GET /v1/%2e', malformed],
      ['GET /v1/%2E%2e', malformed],
      ['GET /v1/.%2E', malformed],
      ['GET /v2/a/../b', malformed],
      ['GET /v2/../v1/a', malformed],
      ['GET /./v1/a', malformed],
      ['GET /unknown/../x', malformed],
      ['GET /v1/..a', hit(0, { name: '..a' })],
      ['GET /v1/a..', hit(0, { name: 'a..' })],
      ['GET /v1/%252e%252e', hit(0, { name: '%2e%2e' })],
    ],
  ),
  ...group(
    'escapes are well formed and UTF-8',
    ['GET /v1/{name}', 'GET /v2/{name=**}', 'GET /v3/*'],
    [
      ['GET /v1/%', malformed],
      ['GET /v1/%4', malformed],
      ['GET /v1/%zz', malformed],
      ['GET /v1/%4g', malformed],
      ['GET /v1/%%41', malformed],
      ['GET /v1/%u0041', malformed],
      ['GET /v1/%00', malformed],
      ['GET /v1/a%00b', malformed],
      ['GET /unknown/%', malformed],
      ['GET /v1/%FF', malformed],
      ['GET /v1/%C3', malformed],
      ['GET /v1/%C3x', malformed],
      ['GET /v1/%C0%AF', malformed],
      ['GET /v1/%ED%A0%80', malformed],
      ['GET /v1/%F4%90%80%80', malformed],
      ['GET /v2/%C3/%A9', malformed],
      ['GET /v2/%C3%2F%A9', malformed],
      ['GET /v2/a/%FF', malformed],
      ['GET /v3/%FF', hit(2)],
      ['GET /v1/%F4%8F%BF%BF', hit(0, { name: '\u{10ffff}' })],
    ],
  ),
  ...group(
    'raw bytes that must be encoded',
    ['GET /v1/{name}'],
    [
      ['GET /v1/a b', malformed],
      ['GET /v1/a#b', malformed],
      ['GET /v1/\u00e9', malformed],
      ['GET /v1/a\x01', malformed],
      ['GET /v1/a\x7f', malformed],
      ['GET /v1/a\tb', malformed],
    ],
  ),
  ...group(
    'trailingSlash: ignore drops exactly one',
    ['GET /', 'GET /v1/{name}', 'GET /v2/{name=**}', 'POST /v1/{name}:go'],
    [
      ['GET /', hit(0)],
      ['GET //', hit(0)],
      ['GET /v1/a', hit(1, { name: 'a' })],
      ['GET /v1/a/', hit(1, { name: 'a' })],
      ['GET /v1/a/?x', hit(1, { name: 'a' })],
      ['GET /v1/a//', unknown],
      ['GET /v1//a', unknown],
      ['GET /v1/', unknown],
      ['GET /v2/', hit(2, { name: '' })],
      ['GET /v2/a/b/', hit(2, { name: 'a/b' })],
      ['GET /v2/a%2F', hit(2, { name: 'a%2F' })],
      ['POST /v1/a:go/', hit(3, { name: 'a' })],
    ],
    'ignore',
  ),
  ...group(
    'field paths',
    ['GET /v1/{book.author.name}/{book.author.id}/{book.name}', 'GET /v2/{snake_case}/{_under}/{X9}'],
    [
      ['GET /v1/1/2/3', hit(0, { 'book.author.name': '1', 'book.author.id': '2', 'book.name': '3' })],
      ['GET /v2/1/2/3', hit(1, { snake_case: '1', _under: '2', X9: '3' })],
    ],
  ),
  ...group(
    'the first of two equal routes keeps it',
    ['GET /v1/{name}', 'GET /v1/{id}', 'GET /v1/*', 'PUT /v1/{a}'],
    [
      ['GET /v1/a', hit(0, { name: 'a' })],
      ['PUT /v1/a', hit(3, { a: 'a' })],
    ],
  ),
  ...group(
    'names of templates do not matter to the walk',
    ['GET /v1/{a}/x', 'GET /v1/{b}/y', 'GET /v1/{name=c/*}'],
    [
      ['GET /v1/1/x', hit(0, { a: '1' })],
      ['GET /v1/1/y', hit(1, { b: '1' })],
      ['GET /v1/c/x', hit(2, { name: 'c/x' })],
      ['GET /v1/c/z', hit(2, { name: 'c/z' })],
    ],
  ),
];

export const refusedTemplates: readonly RefusedTemplate[] = [
  ...['v1/a', 'a', '{name}', '*', '**', ':verb', ' /v1', 'http://example.com/v1', '%2Fv1'].map(
    (template) => ({
      template,
      problem: 'must begin with "/"',
    }),
  ),
  ...[
    '//',
    '/v1/',
    '//v1',
    '/v1//a',
    '/{name}/',
    '/:verb',
    '/v1/:verb',
    '/{name=}',
    '/{name=a/}',
    '/{name=/a}',
    '/{name=a//b}',
  ].map((template) => ({ template, problem: 'an empty segment' })),
  ...['/v1/a:', '/{name}:', '/v1/**:'].map((template) => ({ template, problem: 'an empty verb' })),
  ...['/v1/***', '/****', '/{name=***}'].map((template) => ({ template, problem: 'more than two "*"' })),
  ...[
    '/v1/a*',
    '/v1/**a',
    '/v1/*a',
    '/{name=a*}',
    '/v1/a{name}',
    '/v1/{name}a',
    '/{a}-{b}',
    '/{a}{b}',
    '/v1/*{a}',
    '/{name}*',
  ].map((template) => ({ template, problem: 'inside a segment' })),
  ...['/**/**', '/{a=**}/{b=**}', '/{a=**/x/**}', '/v1/**/a/{b=c/**}'].map((template) => ({
    template,
    problem: 'a second "**"',
  })),
  ...['/{a={b}}', '/{a=x/{b}}', '/{a=x/{b=*}/y}', '/{a=*/{b}}'].map((template) => ({
    template,
    problem: 'a variable inside a variable',
  })),
  ...['/{}', '/{=a}', '/{.a}', '/{a.}', '/{a..b}', '/{1a}', '/{a.1}', '/{ a}', '/{-a}', '/{*}', '/{é}'].map(
    (template) => ({
      template,
      problem: 'where a field name was expected',
    }),
  ),
  ...['/{a', '/{a.b', '/{a=b', '/{a=*', '/{a=**/b', '/{a b}', '/{a-b}', '/{a:b}', '/{a/b}', '/{a[0]}'].map(
    (template) => ({
      template,
      problem: 'in the variable "a',
    }),
  ),
  ...['/{a=b:c}', '/{a=*:c}', '/{a=b/*:c}'].map((template) => ({
    template,
    problem: '":" inside a variable',
  })),
  ...['/a:b/c', '/{a}:b/c', '/a:b/{a}', '/*:b/**'].map((template) => ({
    template,
    problem: '":" in a segment that is not the last',
  })),
  ...['/a:b:c', '/{a}:b:c', '/a::b', '/a:b:'].map((template) => ({ template, problem: 'more than one ":"' })),
  ...['/a:*', '/a:{b}', '/a:b*'].map((template) => ({ template, problem: 'character' })),
  ...['/a}', '/{a}}', '/v1/}'].map((template) => ({ template, problem: '"}" without "{"' })),
  ...[
    '/a b',
    '/a?b',
    '/a#b',
    '/a"b',
    '/a<b',
    '/a\\b',
    '/a^b',
    '/a|b',
    '/a`b',
    '/a[b',
    '/é',
    '/📚',
    '/a:é',
    '/{a=b c}',
  ].map((template) => ({ template, problem: 'the character' })),
  ...['/a\nb', '/a\tb', '/a\x7f'].map((template) => ({ template, problem: 'the control character' })),
  ...['/%', '/%4', '/%zz', '/a%', '/{a=%4}', '/a:%', '/%%41'].map((template) => ({
    template,
    problem: 'without two hex digits',
  })),
  ...['/%00', '/a%00b'].map((template) => ({ template, problem: '%00' })),
  ...['/.', '/..', '/v1/../a', '/%2e', '/%2E%2e/a', '/{a=..}'].map((template) => ({
    template,
    problem: 'the segment "',
  })),
  ...['/{a}/{a}', '/{a=x/*}/{a}', '/{book.id}/{book.id}'].map((template) => ({
    template,
    problem: 'bound twice',
  })),
  ...['/{book}/{book.id}', '/{book.id}/{book}', '/{book.author}/{book.author.id}'].map((template) => ({
    template,
    problem: 'one is inside the other',
  })),
];
