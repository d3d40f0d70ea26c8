import { describe, expect, it } from 'vitest';
import type { OpenApiOptions } from '../../src/contract/index.js';
import { isObject, type Json } from '../../src/contract/json.js';
import type { OutlineInput } from '../../src/surface/index.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

const messages = `
  message Q {
    string name = 1 [(google.api.resource_reference) = { type: "x/Product" }];
    int64 number = 2;
    Inner inner = 3 [(google.api.field_behavior) = REQUIRED];
    repeated string tags = 4;
    map<string, int32> counts = 5;
    google.protobuf.Timestamp at = 6;
    google.protobuf.Value any_value = 7;
    google.protobuf.Any any = 8;
    repeated Inner inners = 9;
    google.protobuf.DoubleValue ratio = 10;
    Color color = 11;
    google.protobuf.FieldMask update_mask = 12;
    string secret = 13 [(google.api.field_behavior) = OUTPUT_ONLY];
    oneof one { string left = 14; string right = 15; }
    string filter = 16 [(google.api.field_behavior) = REQUIRED];
  }
  message Inner { string id = 1 [(google.api.field_behavior) = REQUIRED]; string text = 2; Inner again = 3; string must = 4 [(google.api.field_behavior) = REQUIRED]; }
  message Product { option (google.api.resource) = { type: "x/Product" pattern: "shops/{shop}/products/{some_product}" }; string name = 1; }
  message R { repeated string items = 1; Inner inner = 2; google.api.HttpBody file = 3; google.protobuf.StringValue text = 4; }
  enum Color { RED = 0; BLUE = 1; }`;

interface Wanted {
  readonly options?: Partial<OpenApiOptions>;
  readonly input?: Partial<OutlineInput>;
  readonly method?: string;
  readonly service?: string;
}

/** The document of one method with this rule. */
function documentOf(rule: string, { options, input, method = '', service = '' }: Wanted = {}): Json {
  const [types = 'Q -> R', http = ''] = rule.includes(' | ') ? rule.split(' | ') : ['Q -> R', rule];
  const [from = '', to = ''] = types.split(' -> ');
  const text = `service S { ${service} rpc Do(${from}) returns (${to}) { option (google.api.http) = { ${http} }; ${method} } } ${messages}`;
  return openApiOf(contractProtos(text), options, input).document;
}

function at(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** The first operation and its place. */
function only(document: Json): { readonly path: string; readonly method: string; readonly operation: Json } {
  const [[path, item] = ['', {}]] = Object.entries(Object(at(document, 'paths')));
  const [[method, operation] = ['', undefined]] = Object.entries<Json>(Object(item));
  return { path, method, operation };
}

function parameters(document: Json, place: string): Record<string, Json> {
  const all: unknown = at(only(document).operation, 'parameters');
  const list: readonly Json[] = Array.isArray(all) ? all : [];
  return Object.fromEntries(
    list.filter((one) => at(one, 'in') === place).map((one) => [String(at(one, 'name')), one]),
  );
}

describe('a template becomes a path with one name for each wildcard', () => {
  it.each([
    ['get: "/v1/{name}"', '/v1/{name}'],
    ['get: "/v1/{inner.id}"', '/v1/{inner.id}'],
    ['get: "/v1/{name=products/*}"', '/v1/products/{product}'],
    ['get: "/v1/{name=shops/*/products/*}"', '/v1/shops/{shop}/products/{someProduct}'],
    ['get: "/v1/{name=categories/*/boxes/*}/x"', '/v1/categories/{category}/boxes/{box}/x'],
    ['get: "/v1/{name=**}:do"', '/v1/{name}:do'],
    ['get: "/v1/{name=files/**}"', '/v1/files/{file}'],
    ['get: "/v1/{name=a/-}/{number}"', '/v1/a/-/{number}'],
    ['get: "/v1/*/{name=x/*/x/*}"', '/v1/{v1}/x/{x}/x/{x2}'],
    ['post: "/v1/{name=products/*}:cancel" body: "*"', '/v1/products/{product}:cancel'],
  ])('%s → %s', (rule, path) => {
    const document = documentOf(rule);
    expect(only(document).path).toBe(path);
    expect(Object.keys(parameters(document, 'path'))).toEqual(
      [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name),
    );
  });

  it('says what a part is a part of, and what a whole is', () => {
    expect(parameters(documentOf('get: "/v1/{name=shops/*/products/*}"'), 'path')).toMatchObject({
      shop: {
        required: true,
        description: 'A part of `name`, which is `shops/{shop}/products/{some_product}`.',
        schema: { type: 'string', pattern: '^[^/]+$' },
      },
    });
    expect(parameters(documentOf('get: "/v1/{number}"'), 'path')).toMatchObject({
      number: { schema: { type: 'string', format: 'int64' } },
    });
    expect(parameters(documentOf('get: "/v1/{ratio}"'), 'path')).toMatchObject({
      ratio: { schema: { anyOf: [{ type: 'number' }, { type: 'string' }] } },
    });
  });

  it('gives paths that match alike one name', () => {
    const image = contractProtos(`service S {
      rpc A(Q) returns (R) { option (google.api.http) = { get: "/v1/{name=products/*}" }; }
      rpc B(Q) returns (R) { option (google.api.http) = { delete: "/v1/products/{number}" }; }
    } ${messages}`);
    const { document, diagnostics } = openApiOf(image);
    expect(Object.keys(Object(at(document, 'paths', '/v1/products/{product}')))).toEqual(['get', 'delete']);
    expect(diagnostics).toEqual([]);
  });

  it('leaves out, and says so, what OpenAPI cannot tell apart or has no place for', () => {
    const image = contractProtos(`service S {
      rpc A(Q) returns (R) { option (google.api.http) = { get: "/v1/{name=**}" }; }
      rpc B(Q) returns (R) { option (google.api.http) = { get: "/v1/{name=*}" additional_bindings { custom { kind: "PURGE" path: "/v1/all" } } }; }
    } ${messages}`);
    const { document, diagnostics } = openApiOf(image);
    expect(Object.keys(Object(at(document, 'paths')))).toEqual(['/v1/{name}']);
    expect(diagnostics).toMatchObject([
      {
        severity: 'note',
        code: 'OPENAPI_LEFT_OUT',
        text: expect.stringContaining('"GET /v1/{name=*}"'),
        locations: [{ file: 't.proto' }],
      },
      { text: expect.stringContaining('PURGE') },
    ]);
  });

  it('a rule for every HTTP method stands for the usual ones', () => {
    const { document } = openApiOf(
      contractProtos(
        `service S { rpc A(Q) returns (R) { option (google.api.http) = { custom { kind: "*" path: "/v1/a" } }; } } ${messages}`,
      ),
    );
    const item = Object(at(document, 'paths', '/v1/a'));
    expect(Object.keys(item)).toEqual(['get', 'put', 'post', 'delete', 'patch']);
    expect(at(item, 'put', 'operationId')).toBe('S_A_put');
  });
});

describe('the query has what only the query may set', () => {
  it('every leaf with a form as text, by its path', () => {
    const query = parameters(documentOf('get: "/v1/{name=products/*}"'), 'query');
    expect(Object.keys(query)).toEqual([
      'number',
      'inner.id',
      'inner.text',
      'inner.must',
      'tags',
      'counts',
      'at',
      'anyValue',
      'ratio',
      'color',
      'updateMask',
      'left',
      'right',
      'filter',
    ]);
    expect(query).toMatchObject({
      'inner.id': { required: true },
      tags: { schema: { type: 'array', items: { type: 'string' } } },
      counts: {
        style: 'deepObject',
        explode: true,
        schema: { type: 'object', additionalProperties: { type: 'integer' } },
      },
      at: { schema: { type: 'string', format: 'date-time' } },
      anyValue: { content: { 'application/json': { schema: {} } } },
      left: { description: 'Not together with `right`.' },
      filter: { required: true },
    });
    expect(query['ratio']).toMatchObject({ schema: { anyOf: [{ type: 'number' }, { type: 'string' }] } });
  });

  it.each([
    ['post: "/v1/a" body: "*"', []],
    [
      'post: "/v1/{number}" body: "inner"',
      ['name', 'tags', 'counts', 'at', 'anyValue', 'ratio', 'color', 'updateMask', 'left', 'right', 'filter'],
    ],
    [
      'get: "/v1/{inner.id}/{name}/{number}/{at}/{filter}/{left}/{color}/{ratio}"',
      // Nor "right": the path sets another member of its oneof.
      ['inner.text', 'inner.must', 'tags', 'counts', 'anyValue', 'updateMask'],
    ],
  ])('%s: %j', (rule, names) => {
    expect(Object.keys(parameters(documentOf(rule), 'query'))).toEqual(names);
  });

  it('messages that have each other in every order are told as deep as all of a depth are few enough', () => {
    const names = Array.from({ length: 9 }, (_, index) => `M${index}`);
    const fields = names.map((name, index) => `${name} f${index} = ${index + 2};`).join(' ');
    const nested = names.map((name) => `message ${name} { string id = 1; ${fields} }`).join(' ');
    const document = openApiOf(
      contractProtos(
        `service S { rpc Do(M0) returns (M0) { option (google.api.http) = { get: "/v1/x" }; } } ${nested}`,
      ),
    ).document;
    const depths = Object.keys(parameters(document, 'query')).map((name) => name.split('.').length);
    // 1 + 8 + 8·7 + 8·7·6 are 401; the next depth has 1,680 more.
    expect(depths).toHaveLength(401);
    expect(Math.max(...depths)).toBe(4);
  });

  it('is named by proto names where the JSON of the method is', () => {
    const input = {
      codecOptions: { emitDefaults: false, enumsAsNumbers: false, protoNames: true, ignoreUnknown: false },
    };
    expect(Object.keys(parameters(documentOf('get: "/v1/a"', { input }), 'query'))).toContain('any_value');
  });
});

describe('examples of a field', () => {
  const documented = (rule: string): Json =>
    openApiOf(
      contractProtos(`service S { rpc Do(Q) returns (Q) { option (google.api.http) = { ${rule} }; } }
        message Q {
          // Example: shops/s1/products/p1
          string name = 1;
          // Example: ["a", "b"]
          repeated string tags = 2;
          // Example: a/b/c
          string path = 3;
        }`),
    ).document;
  it.each([
    ['get: "/v1/{name=shops/*/products/*}"', 'path', { shop: 's1', product: 'p1' }],
    ['get: "/v1/{name=shops/*/boxes/*}"', 'path', { shop: undefined, box: undefined }],
    ['get: "/v1/{name}"', 'path', { name: 'shops/s1/products/p1' }],
    ['get: "/v1/{path=a/**}"', 'path', { a: 'b/c' }],
    ['get: "/v1/a"', 'query', { name: 'shops/s1/products/p1', tags: ['a', 'b'], path: 'a/b/c' }],
  ])('%s: in the %s', (rule, place, values) => {
    const found = Object.entries(parameters(documented(rule), place));
    const shown = found.map(([name, one]) => [name, at(one, 'examples', 'example1', 'value')]);
    expect(Object.fromEntries(shown)).toEqual(values);
  });
});

describe('bodies', () => {
  const bodyOf = (rule: string): Json => at(only(documentOf(rule)).operation, 'requestBody');
  it('all that the path does not bind', () => {
    const body = bodyOf('post: "/v1/{name=products/*}/{inner.id}" body: "*"');
    const schema = at(body, 'content', 'application/json', 'schema');
    expect(body).toMatchObject({ required: true });
    expect(Object.keys(Object(at(schema, 'properties')))).not.toContain('name');
    expect(at(schema, 'required')).toEqual(['inner', 'filter']);
    expect(at(schema, 'properties', 'inner', 'required')).toEqual(['must']);
    expect(Object.keys(Object(at(schema, 'properties', 'inner', 'properties')))).toEqual([
      'text',
      'again',
      'must',
    ]);
  });
  it.each([
    ['get: "/v1/a"', undefined],
    [
      'post: "/v1/a" body: "*"',
      {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/t.v1.Q' } } },
      },
    ],
    [
      'post: "/v1/a" body: "inner"',
      {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/t.v1.Inner' } } },
      },
    ],
    [
      'post: "/v1/a" body: "tags"',
      {
        required: false,
        content: { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } },
      },
    ],
    [
      'patch: "/v1/{inner.id}" body: "inner"',
      // The path makes the message, and a patch requires nothing of it.
      {
        required: false,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/t.v1.Inner-patch' } } },
      },
    ],
    [
      'R -> R | post: "/v1/a" body: "file"',
      { required: false, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
    ],
    [
      'stream Inner -> R | post: "/v1/a" body: "*"',
      {
        content: {
          'application/x-ndjson': { schema: { $ref: '#/components/schemas/t.v1.Inner' } },
          'application/json': { schema: { type: 'array' } },
        },
      },
    ],
  ])('%s', (rule, body) => {
    if (body === undefined) expect(bodyOf(rule)).toBeUndefined();
    else expect(bodyOf(rule)).toMatchObject(body);
  });
  it('a patch requires nothing', () => {
    expect(
      at(
        documentOf('patch: "/v1/{inner.id}" body: "inner"'),
        'components',
        'schemas',
        't.v1.Inner-patch',
        'required',
      ),
    ).toBeUndefined();
  });
});

describe('answers', () => {
  const answerOf = (rule: string, wanted: Wanted = {}): Json =>
    at(only(documentOf(rule, wanted)).operation, 'responses');
  it.each<readonly [string, object]>([
    ['get: "/v1/a"', { 'application/json': { schema: { $ref: '#/components/schemas/t.v1.R' } } }],
    [
      'get: "/v1/a" response_body: "items"',
      { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } },
    ],
    [
      'get: "/v1/a" response_body: "inner"',
      {
        'application/json': {
          schema: { anyOf: [{ $ref: '#/components/schemas/t.v1.Inner' }, { type: 'null' }] },
        },
      },
    ],
    ['get: "/v1/a" response_body: "text"', { 'application/json': { schema: { type: ['string', 'null'] } } }],
    ['get: "/v1/a" response_body: "file"', { '*/*': { schema: { type: 'string', format: 'binary' } } }],
    [
      'Q -> stream Inner | get: "/v1/a"',
      {
        'application/x-ndjson': { schema: { $ref: '#/components/schemas/t.v1.Inner' } },
        'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/t.v1.Inner' } } },
        'text/event-stream': { schema: { type: 'string' } },
      },
    ],
    [
      'Q -> stream google.api.HttpBody | get: "/v1/a"',
      { '*/*': { schema: { type: 'string', format: 'binary' } } },
    ],
  ])('%s', (rule, content) => {
    expect(at(answerOf(rule), '200', 'content')).toEqual(content);
  });

  it('the format of a stream that is the default comes first', () => {
    const input = { streamDefaults: [{ selector: '*', format: 'sse' as const }] };
    const content = at(answerOf('Q -> stream Inner | get: "/v1/a"', { input }), '200', 'content');
    expect(Object.keys(Object(content))[0]).toBe('text/event-stream');
  });

  it.each([
    [
      'nothing said',
      '',
      ['200', '400', '404', '406', '409', '431', '500', '501', '502', '503', '504', 'default'],
    ],
    [
      'a limit',
      'option (propylon.v1.method) = { authentication: { mode: MODE_NONE } rate_limits: [{ requests: 9 }] };',
      ['200', '400', '404', '406', '409', '429', '431', '500', '501', '502', '503', '504', 'default'],
    ],
    [
      'scopes',
      'option (propylon.v1.method) = { authorization: { scopes: "a" } };',
      ['200', '400', '401', '403', '404', '406', '409', '431', '500', '501', '502', '503', '504', 'default'],
    ],
    [
      'created',
      'option (propylon.v1.method) = { authentication: { mode: MODE_NONE } success: { status: 201 location_field: "name" } };',
      ['201', '400', '404', '406', '409', '431', '500', '501', '502', '503', '504', 'default'],
    ],
  ])('statuses with %s', (_, method, statuses) => {
    expect(Object.keys(Object(answerOf('get: "/v1/a"', { method })))).toEqual(statuses);
  });

  it('with a body there is more that can be wrong', () => {
    expect(Object.keys(Object(answerOf('post: "/v1/a" body: "*"')))).toEqual(
      expect.arrayContaining(['408', '413', '415']),
    );
  });

  it('an operation that is not done is 202', () => {
    expect(Object.keys(Object(answerOf('Q -> google.longrunning.Operation | get: "/v1/a"')))).toEqual(
      expect.arrayContaining(['200', '202']),
    );
  });

  it.each(['status', 'envelope', 'problem'] as const)(
    'errors have the form of the surface: %s',
    (errorForm) => {
      const schema = at(
        documentOf('get: "/v1/a"', { input: { errorForm } }),
        'components',
        'schemas',
        'Error',
      );
      expect(at(schema, 'required')).toEqual(
        {
          status: ['code', 'message'],
          envelope: ['error'],
          problem: ['type', 'title', 'status', 'detail', 'code'],
        }[errorForm],
      );
    },
  );
});

describe('who may call', () => {
  const secured = (method: string, input: Partial<OutlineInput> = {}): Json =>
    at(only(documentOf('get: "/v1/a"', { method, input })).operation, 'security');
  const providers = {
    jwt: { type: 'jwt' as const, issuer: 'https://issuer.example/', aud: ['a'] },
    key: { type: 'apiKey' as const, keysFile: 'keys.yaml', header: 'x-key' },
  };
  const input = { gate: { hasProviders: true, options: { authentication: { providers } } } };
  it.each<readonly [string, string, Json]>([
    ['nobody has said anything', '', undefined],
    ['a scope', 'option (propylon.v1.method) = { authorization: { scopes: "a" } };', [{ bearer: ['a'] }]],
    [
      'one of two scopes',
      'option (propylon.v1.method) = { authorization: { scopes: "a" any_scopes: ["b", "c"] } };',
      [{ bearer: ['a', 'b'] }, { bearer: ['a', 'c'] }],
    ],
    [
      'credentials that may be missing',
      'option (propylon.v1.method) = { authentication: { mode: MODE_OPTIONAL } };',
      [{ bearer: [] }, {}],
    ],
    [
      'a public method of a guarded API',
      'option (propylon.v1.method) = { authentication: { mode: MODE_NONE } };',
      [],
    ],
  ])('%s', (_, method, security) => {
    expect(secured(method)).toEqual(security);
  });
  it('any provider, or those that are named', () => {
    expect(secured('option (propylon.v1.method) = { authorization: { scopes: "a" } };', input)).toEqual([
      { jwt: ['a'] },
      { key: ['a'] },
    ]);
    expect(secured('option (propylon.v1.method) = { authentication: { providers: "key" } };', input)).toEqual(
      [{ key: [] }],
    );
  });
  it('names the schemes that are used, and no others', () => {
    const method = 'option (propylon.v1.method) = { authentication: { providers: "key" } };';
    const document = documentOf('get: "/v1/a"', { method, input });
    expect(at(document, 'components', 'securitySchemes')).toEqual({
      key: { type: 'apiKey', in: 'header', name: 'x-key' },
    });
  });
  it.each([
    ['public', 0],
    ['partner', 1],
    ['internal', 1],
  ] as const)('a method for partners in the document of the %s: %i', (audience, count) => {
    const method = 'option (propylon.v1.method) = { visibility: VISIBILITY_PARTNER };';
    const document = documentOf('get: "/v1/a"', { method, options: { audience } });
    expect(Object.keys(Object(at(document, 'paths')))).toHaveLength(count);
    expect(
      Object.keys(Object(at(document, 'components', 'schemas'))).some((name) => name.startsWith('t.')),
    ).toBe(count > 0);
  });
});

describe('names of operations', () => {
  it('are of service and method, numbered by binding, and unique', () => {
    const service = (name: string, path: string): string =>
      `service ${name} { rpc Do(Q) returns (R) { option (google.api.http) = { get: "${path}" additional_bindings { get: "${path}/x" } }; } }`;
    const { document } = openApiOf(contractProtos(`${service('A', '/a')} ${service('B', '/b')} ${messages}`));
    const ids = Object.values(Object(at(document, 'paths'))).map((item) =>
      at(item as Json, 'get', 'operationId'),
    );
    expect(ids).toEqual(['A_Do', 'A_Do_2', 'B_Do', 'B_Do_2']);
  });
});
