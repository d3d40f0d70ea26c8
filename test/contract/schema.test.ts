import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../../src/contract/json.js';
import { contractProtos, openApiOf } from '../support/openapi.js';

/** The schema of message M with these fields, as it stands in a document. */
function schemaOf(fields: string, around = ''): Json {
  const image = contractProtos(`
    service S { rpc Get(Q) returns (M) { option (google.api.http) = { get: "/v1/m" }; } }
    message Q {}
    message M {
${fields}
}
    ${around}
    message Other { string x = 1; }
    enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_BLUE = 2; }
  `);
  return at(openApiOf(image).document, 'components', 'schemas', 't.v1.M');
}

function at(value: Json, ...path: readonly string[]): Json {
  return path.reduce<Json>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

describe('a field has the schema of what ProtoJSON prints', () => {
  it.each<readonly [field: string, schema: object]>([
    ['string f = 1;', { type: 'string' }],
    ['bool f = 1;', { type: 'boolean' }],
    ['int32 f = 1;', { type: 'integer', format: 'int32' }],
    ['fixed32 f = 1;', { type: 'integer', format: 'uint32', minimum: 0 }],
    ['int64 f = 1;', { type: 'string', format: 'int64', pattern: '^-?[0-9]{1,19}$' }],
    ['uint64 f = 1;', { type: 'string', format: 'uint64', pattern: '^[0-9]{1,20}$' }],
    [
      'float f = 1;',
      {
        anyOf: [
          { type: 'number', format: 'float' },
          { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] },
        ],
      },
    ],
    ['bytes f = 1;', { type: 'string', contentEncoding: 'base64' }],
    ['Color f = 1;', { $ref: '#/components/schemas/t.v1.Color' }],
    ['Other f = 1;', { $ref: '#/components/schemas/t.v1.Other' }],
    ['M f = 1;', { $ref: '#/components/schemas/t.v1.M' }],
    ['repeated int32 f = 1;', { type: 'array', items: { type: 'integer', format: 'int32' } }],
    [
      'map<string, Other> f = 1;',
      { type: 'object', additionalProperties: { $ref: '#/components/schemas/t.v1.Other' } },
    ],
    [
      'map<int64, bool> f = 1;',
      { type: 'object', additionalProperties: { type: 'boolean' }, propertyNames: { pattern: '^-?[0-9]+$' } },
    ],
    [
      'map<bool, bool> f = 1;',
      {
        type: 'object',
        additionalProperties: { type: 'boolean' },
        propertyNames: { enum: ['true', 'false'] },
      },
    ],
    ['google.protobuf.Timestamp f = 1;', { type: 'string', format: 'date-time' }],
    ['google.protobuf.Struct f = 1;', { type: 'object', additionalProperties: true }],
    ['google.protobuf.Value f = 1;', { description: 'Any JSON value.' }],
    ['google.protobuf.ListValue f = 1;', { type: 'array', items: {} }],
    ['google.protobuf.NullValue f = 1;', { type: 'null' }],
    ['google.protobuf.Empty f = 1;', { type: 'object' }],
    ['google.protobuf.BoolValue f = 1;', { type: ['boolean', 'null'] }],
    [
      'google.protobuf.Int64Value f = 1;',
      { type: ['string', 'null'], format: 'int64', pattern: '^-?[0-9]{1,19}$' },
    ],
    ['repeated google.protobuf.BoolValue f = 1;', { type: 'array', items: { type: 'boolean' } }],
  ])('%s', (field, schema) => {
    expect(at(schemaOf(field), 'properties', 'f')).toEqual(schema);
  });
});

describe('what is said of a field', () => {
  it.each<readonly [what: string, field: string, schema: object]>([
    ['its comment', '// Some text.\nstring f = 1;', { type: 'string', description: 'Some text.' }],
    ['a comment behind it', 'string f = 1; // Some text.', { type: 'string', description: 'Some text.' }],
    [
      'an example',
      '// Text.\n// Example: products/mug\nstring f = 1;',
      { type: 'string', description: 'Text.', examples: ['products/mug'] },
    ],
    [
      'an example that is JSON',
      '// Example: [1, 2]\nrepeated int32 f = 1;',
      { type: 'array', items: { type: 'integer', format: 'int32' }, examples: [[1, 2]] },
    ],
    [
      'notes to tools are none of it',
      '// Text.\n// buf:lint:ignore FIELD_LOWER_SNAKE_CASE\n// (-- api-linter: x=disabled\n//     aip.dev/not-precedent: y --)\nstring f = 1;',
      { type: 'string', description: 'Text.' },
    ],
    [
      'references to types are names',
      '// See [Topic][google.pubsub.v1.Topic].\nstring f = 1;',
      { type: 'string', description: 'See `Topic`.' },
    ],
    ['deprecated', 'string f = 1 [deprecated = true];', { type: 'string', deprecated: true }],
    [
      'OUTPUT_ONLY',
      'string f = 1 [(google.api.field_behavior) = OUTPUT_ONLY];',
      { type: 'string', readOnly: true },
    ],
    [
      'INPUT_ONLY',
      'string f = 1 [(google.api.field_behavior) = INPUT_ONLY];',
      { type: 'string', writeOnly: true },
    ],
    [
      'IMMUTABLE',
      'string f = 1 [(google.api.field_behavior) = IMMUTABLE];',
      { type: 'string', description: 'Cannot be changed later.' },
    ],
    [
      'beside a reference',
      '// Text.\nOther f = 1 [(google.api.field_behavior) = OUTPUT_ONLY];',
      { $ref: '#/components/schemas/t.v1.Other', description: 'Text.', readOnly: true },
    ],
    [
      'the pattern of a resource',
      'string f = 1 [(google.api.resource_reference) = { type: "x/R" }];',
      { type: 'string', pattern: '^(a/[^/]+|b/[^/]+/c/[^/]+)?$' },
    ],
    [
      'the pattern of a parent',
      'string f = 1 [(google.api.resource_reference) = { child_type: "x/R" }];',
      { type: 'string', pattern: '^(b/[^/]+)?$' },
    ],
  ])('%s', (_, field, schema) => {
    const around =
      'message R { option (google.api.resource) = { type: "x/R" pattern: "a/{a}" pattern: "b/{b}/c/{c}" }; string name = 1; }';
    expect(at(schemaOf(field, around), 'properties', 'f')).toEqual(schema);
  });
});

describe('rules of buf.validate become keywords', () => {
  const rule = (type: string, text: string): string => `${type} f = 1 [(buf.validate.field)${text}];`;
  const real = { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] };
  it.each<readonly [field: string, schema: object]>([
    [rule('string', '.string = {min_len: 2, max_len: 5}'), { type: 'string', minLength: 2, maxLength: 5 }],
    [rule('string', '.string.len = 3'), { type: 'string', minLength: 3, maxLength: 3 }],
    [rule('string', '.string.pattern = "^[0-9]{4}$"'), { type: 'string', pattern: '^[0-9]{4}$' }],
    [
      rule('string', '.string.pattern = "^a.b\\\\s$"'),
      { type: 'string', pattern: '^a[^\\n]b[\\t\\n\\f\\r ]$' },
    ],
    [
      rule('string', '.string.pattern = "(?i)abc"'),
      { type: 'string', description: 'Matches the RE2 expression `(?i)abc`.' },
    ],
    [rule('string', '.string.prefix = "a.b"'), { type: 'string', pattern: '^a\\.b' }],
    [
      rule('string', '.string = {prefix: "a", suffix: "b"}'),
      { type: 'string', pattern: '^a', allOf: [{ pattern: 'b$' }] },
    ],
    [rule('string', '.string.email = true'), { type: 'string', format: 'email' }],
    [rule('string', '.string.uuid = true'), { type: 'string', format: 'uuid' }],
    [rule('string', '.string = {in: ["a", "b"]}'), { type: 'string', enum: ['a', 'b'] }],
    [rule('string', '.string = {not_in: ["a"]}'), { type: 'string', not: { enum: ['a'] } }],
    [
      rule('string', '.string.max_bytes = 9'),
      { type: 'string', maxLength: 9, description: 'At most 9 bytes in UTF-8.' },
    ],
    [
      rule('int32', '.int32 = {gte: 1, lt: 9}'),
      { type: 'integer', format: 'int32', minimum: 1, exclusiveMaximum: 9 },
    ],
    [
      rule('int32', '.int32 = {gt: 9, lt: 1}'),
      { type: 'integer', format: 'int32', anyOf: [{ exclusiveMinimum: 9 }, { exclusiveMaximum: 1 }] },
    ],
    [rule('int32', '.int32 = {in: [1, 3]}'), { type: 'integer', format: 'int32', enum: [1, 3] }],
    [rule('uint32', '.uint32.gte = 2'), { type: 'integer', format: 'uint32', minimum: 2 }],
    [
      rule('int64', '.int64 = {gte: 1, lte: 9}'),
      {
        type: 'string',
        format: 'int64',
        pattern: '^-?[0-9]{1,19}$',
        description: 'At least 1 and at most 9.',
      },
    ],
    [rule('double', '.double.finite = true'), { type: 'number', format: 'double' }],
    [rule('double', '.double.gte = 0'), { anyOf: [{ type: 'number', format: 'double', minimum: 0 }, real] }],
    [rule('bool', '.bool.const = true'), { type: 'boolean', const: true }],
    [
      rule('bytes', '.bytes.len = 32'),
      { type: 'string', contentEncoding: 'base64', minLength: 43, maxLength: 44 },
    ],
    [rule('Color', '.enum = {in: [1, 2]}'), { type: 'string', enum: ['COLOR_RED', 'COLOR_BLUE'] }],
    [rule('Color', '.enum = {not_in: [0]}'), { type: 'string', enum: ['COLOR_RED', 'COLOR_BLUE'] }],
    [
      rule(
        'repeated string',
        '.repeated = {min_items: 1, max_items: 3, unique: true, items: {string: {min_len: 1}}}',
      ),
      { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: 3, uniqueItems: true },
    ],
    [
      rule(
        'map<string, int32>',
        '.map = {min_pairs: 1, max_pairs: 3, keys: {string: {max_len: 9}}, values: {int32: {gt: 0}}}',
      ),
      {
        type: 'object',
        additionalProperties: { type: 'integer', format: 'int32', exclusiveMinimum: 0 },
        minProperties: 1,
        maxProperties: 3,
        propertyNames: { maxLength: 9 },
      },
    ],
    [rule('google.protobuf.StringValue', '.string.min_len = 1'), { type: ['string', 'null'], minLength: 1 }],
    [
      rule('string', '.cel = {id: "x", message: "must be nice", expression: "this != \'\'"}'),
      { type: 'string', description: 'Rule: must be nice.' },
    ],
    [
      'string f = 1 [(buf.validate.field) = {ignore: IGNORE_ALWAYS, string: {min_len: 1}}];',
      { type: 'string' },
    ],
  ])('%s', (field, schema) => {
    expect(at(schemaOf(field), 'properties', 'f')).toEqual(schema);
  });
});

describe('a required field without presence is not its empty value', () => {
  it.each<readonly [field: string, schema: object]>([
    ['string f = 1 [R];', { type: 'string', minLength: 1 }],
    ['bytes f = 1 [R];', { type: 'string', minLength: 1 }],
    ['bool f = 1 [R];', { const: true }],
    ['int32 f = 1 [R];', { not: { const: 0 } }],
    ['int64 f = 1 [R];', { type: 'string', not: { pattern: '^-?0+$' } }],
    ['double f = 1 [R];', { not: { const: 0 } }],
    ['Color f = 1 [R];', { $ref: '#/components/schemas/t.v1.Color', not: { const: 'COLOR_UNSPECIFIED' } }],
    ['repeated string f = 1 [R];', { minItems: 1 }],
    ['map<string, string> f = 1 [R];', { minProperties: 1 }],
    [
      'int32 f = 1 [R, (buf.validate.field).int32 = {not_in: [7]}];',
      { not: { enum: [7] }, allOf: [{ not: { const: 0 } }] },
    ],
  ])('%s', (field, schema) => {
    const required = field.replace('R', '(google.api.field_behavior) = REQUIRED');
    expect(at(schemaOf(required), 'properties', 'f')).toMatchObject(schema);
  });

  it.each(['optional string f = 1 [R];', 'Other f = 1 [R];', 'optional bool f = 1 [R];'])(
    'but with presence it may be: %s',
    (field) => {
      const plain = at(schemaOf(field.replace(' [R]', '')), 'properties', 'f');
      const required = field.replace('R', '(google.api.field_behavior) = REQUIRED');
      expect(at(schemaOf(required), 'properties', 'f')).toEqual(plain);
    },
  );
});

describe('a message', () => {
  it('requires what REQUIRED, buf.validate and nobody else says', () => {
    const fields = `string a = 1 [(google.api.field_behavior) = REQUIRED];
      string b = 2 [(buf.validate.field).required = true];
      string c = 3 [(google.api.field_behavior) = OPTIONAL];
      string d = 4 [(google.api.field_behavior) = OUTPUT_ONLY, (google.api.field_behavior) = REQUIRED];`;
    expect(at(schemaOf(fields), 'required')).toEqual(['a', 'b']);
  });

  it('has at most one member of a oneof, or one', () => {
    expect(schemaOf('oneof o { string a = 1; int32 b = 2; }')).toMatchObject({
      description: 'At most one of `a`, `b`.',
      not: { required: ['a', 'b'] },
    });
    const required = 'oneof o { option (buf.validate.oneof).required = true; string a = 1; int32 b = 2; }';
    expect(schemaOf(required)).toMatchObject({ description: 'One of `a`, `b`.' });
  });

  it('has a title of its own, by which generators name types', () => {
    const image = contractProtos(`
      service S { rpc Set(M) returns (N) { option (google.api.http) = { patch: "/v1/m" body: "*" }; } }
      message M { message State { string a = 1 [(google.api.field_behavior) = REQUIRED]; } State state = 1; }
      message N { message State { string b = 1; } State state = 1; M m = 2; }`);
    const schemas = Object(at(openApiOf(image).document, 'components', 'schemas'));
    const own = Object.entries<Json>(schemas).filter(([name]) => name.startsWith('t.'));
    expect(Object.fromEntries(own.map(([name, schema]) => [name, at(schema, 'title')]))).toEqual({
      't.v1.M': 'M',
      't.v1.M-patch': 'M patch',
      't.v1.M.State': 'M.State',
      't.v1.M.State-patch': 'M.State patch',
      't.v1.N': 'N',
      't.v1.N.State': 'N.State',
    });
  });

  it('requires nothing in a patch, of messages within each other either', () => {
    const image = contractProtos(`
      service S { rpc Set(A) returns (A) { option (google.api.http) = { patch: "/v1/a" body: "*" }; } }
      message A { B b = 1; string x = 2 [(google.api.field_behavior) = REQUIRED]; }
      message B { A a = 1; }`);
    const schemas = at(openApiOf(image).document, 'components', 'schemas');
    expect(at(schemas, 't.v1.A-patch', 'properties', 'b')).toEqual({
      $ref: '#/components/schemas/t.v1.B-patch',
    });
    expect(at(schemas, 't.v1.B-patch', 'properties', 'a')).toEqual({
      $ref: '#/components/schemas/t.v1.A-patch',
    });
  });

  it('has names of JSON, as they are declared', () => {
    const fields = 'string some_name = 1; string other = 2 [json_name = "renamed"];';
    expect(Object.keys(Object(at(schemaOf(fields), 'properties')))).toEqual(['someName', 'renamed']);
  });

  it('has a component for each value form that its routes print', () => {
    const image = contractProtos(`
      service S {
        rpc Get(Q) returns (M) { option (google.api.http) = { get: "/v1/m" }; }
        rpc Find(Q) returns (M) { option (google.api.http) = { get: "/v1/n" }; }
      }
      message Q {} message M { Color some_color = 1; } enum Color { RED = 0; }`);
    const methodCodecOptions = [
      { selector: 't.v1.S.Find', options: { protoNames: true, enumsAsNumbers: true } },
    ];
    const { document } = openApiOf(image, {}, { methodCodecOptions });
    const names = Object.keys(Object(at(document, 'components', 'schemas'))).filter((name) =>
      name.startsWith('t.'),
    );
    expect(names).toEqual([
      't.v1.Color',
      't.v1.Color-enumNumbers',
      't.v1.M',
      't.v1.M-protoNames-enumNumbers',
    ]);
    expect(at(document, 'components', 'schemas', 't.v1.Color-enumNumbers', 'enum')).toEqual([0]);
  });
});
