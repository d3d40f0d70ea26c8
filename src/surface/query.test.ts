import { describe, expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';
import { defaultLimits } from '../limits.js';
import { StatusError } from '../status/index.js';

const protos = `
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; BLUE = 2; }
message Child { string name = 1; int32 count = 2; Child child = 3; repeated int32 counts = 4; oneof pick { string left = 5; string right = 6; } map<string, int32> sizes = 7; }
message Every {
  string text = 1; int32 i32 = 2; int64 i64 = 3; uint32 u32 = 4; uint64 u64 = 5; sint32 s32 = 6; fixed64 f64 = 7;
  float fl = 8; double db = 9; bool flag = 10; bytes raw = 11; Color color = 12;
  google.protobuf.Timestamp at = 13; google.protobuf.Duration wait = 14; google.protobuf.FieldMask read_mask = 15;
  google.protobuf.StringValue wrapped = 16; google.protobuf.Int64Value wrapped_int = 17;
  google.protobuf.Struct struct = 18; google.protobuf.Value value = 19; google.protobuf.ListValue list = 20;
  google.protobuf.Any any = 21; Child child_message = 22; repeated Child children = 23;
  repeated string words = 24; repeated int32 numbers = 25; repeated Color colors = 26; repeated google.protobuf.Duration waits = 27;
  map<string, string> labels = 28; map<int32, Color> by_number = 29; map<bool, string> by_flag = 30; map<string, Child> by_child = 31;
  oneof pick { string left = 32; int32 right = 33; Child middle = 34; }
  optional int32 maybe = 35; string renamed = 36 [json_name = "otherName"]; string parent = 37; string id = 38;
  map<string, google.protobuf.Timestamp> times = 39;
  map<fixed64, string> by_fixed64 = 40; map<sfixed32, string> by_fixed32 = 41;
}
message Alt { string alt = 1; string callback = 2; }
message Create { string parent = 1; Every every = 2; bool validate_only = 3; oneof kind { Child boxed = 4; string loose = 5; } Child other = 6; }
service Queries {
  rpc Search(Every) returns (Every) { option (google.api.http) = { get: "/search" }; }
  rpc List(Every) returns (Every) { option (google.api.http) = { get: "/{parent=shelves/*}/list/{child_message.name}" }; }
  rpc Members(Every) returns (Every) { option (google.api.http) = { get: "/left/{left}" }; }
  rpc Wrapped(Every) returns (Every) { option (google.api.http) = { get: "/wrapped/{wrapped}" }; }
  rpc Alternative(Alt) returns (Alt) { option (google.api.http) = { get: "/alt" }; }
  rpc Make(Create) returns (Every) { option (google.api.http) = { post: "/{parent=shelves/*}/make" body: "every" }; }
  rpc Box(Create) returns (Every) { option (google.api.http) = { post: "/box" body: "boxed" }; }
  rpc All(Create) returns (Every) { option (google.api.http) = { post: "/{parent=shelves/*}/all" body: "*" }; }
}`;

const small = { ...defaultLimits, queryParametersMax: 5, queryNameBytesMax: 40, queryDepthMax: 4 };
const surface = testSurface(protos);
const limited = testSurface(protos, { limits: small });

const accepted: readonly (readonly [rule: string, query: string, json: object])[] = [
  ['no query binds nothing', '', {}],
  ['empty pieces are ignored', '&&text=a&&', { text: 'a' }],
  ['a value may contain "="', 'text=a=b==', { text: 'a=b==' }],
  ['"+" is a space and %2B a plus', 'text=a+b%2Bc', { text: 'a b+c' }],
  ['";" does not separate', 'text=a;i32=1', { text: 'a;i32=1' }],
  ['%26 is data', 'text=a%26i32=1', { text: 'a&i32=1' }],
  ['UTF-8 is decoded', 'text=%C3%A9%F0%9F%98%80', { text: 'é😀' }],
  ['a BOM is kept', 'text=%EF%BB%BFx', { text: '\ufeffx' }],
  ['values are decoded once', 'text=%2541', { text: '%41' }],
  ['names are decoded as well', '%74ext=a', { text: 'a' }],
  ['string without "=" is empty', 'maybe=0&text', { maybe: 0 }],
  ['string with an empty value is empty', 'left=', { left: '' }],
  ['bytes with an empty value are empty', 'raw=', {}],
  ['a wrapper is as its scalar: empty string', 'wrapped=', { wrapped: '' }],
  ['a wrapper is as its scalar: 64 bits', 'wrappedInt=9007199254740993', { wrappedInt: '9007199254740993' }],
  ['int32', 'i32=-2147483648', { i32: -2147483648 }],
  ['integers may have an exponent when integral', 'i32=1e3', { i32: 1000 }],
  ['integers may have .0', 'i32=5.0', { i32: 5 }],
  [
    '64 bits are exact',
    'i64=-9223372036854775808&u64=18446744073709551615',
    { i64: '-9223372036854775808', u64: '18446744073709551615' },
  ],
  ['unsigned, zigzag and fixed', 'u32=4294967295&s32=-1&f64=1', { u32: 4294967295, s32: -1, f64: '1' }],
  ['float and double', 'fl=1.5&db=-2.5e-3', { fl: 1.5, db: -0.0025 }],
  ['NaN and infinities', 'fl=NaN&db=-Infinity', { fl: 'NaN', db: '-Infinity' }],
  ['bool', 'flag=true', { flag: true }],
  ['bytes in the standard alphabet, padded', 'raw=%2B%2F8%3D', { raw: '+/8=' }],
  ['bytes in the URL alphabet, not padded', 'raw=-_8', { raw: '+/8=' }],
  ['enum by name', 'color=RED', { color: 'RED' }],
  ['enum by number', 'color=2', { color: 'BLUE' }],
  ['an open enum takes any number', 'color=77', { color: 77 }],
  [
    'Timestamp and Duration as unquoted ProtoJSON',
    'at=2024-01-02T03:04:05Z&wait=1.5s',
    { at: '2024-01-02T03:04:05Z', wait: '1.500s' },
  ],
  ['Timestamp with an offset, "+" escaped', 'at=2024-01-02T03:04:05%2B01:00', { at: '2024-01-02T02:04:05Z' }],
  ['FieldMask in camelCase', 'readMask=fooBar,baz', { readMask: 'fooBar,baz' }],
  ['FieldMask in snake_case', 'readMask=foo_bar,baz', { readMask: 'fooBar,baz' }],
  [
    'Struct, Value and ListValue are one JSON text',
    'struct=%7B%22a%22:1%7D&value=null&list=%5B1,%22x%22%5D',
    { struct: { a: 1 }, value: null, list: [1, 'x'] },
  ],
  ['json_name', 'readMask=a&childMessage.count=1', { readMask: 'a', childMessage: { count: 1 } }],
  ['proto name', 'read_mask=a&child_message.count=1', { readMask: 'a', childMessage: { count: 1 } }],
  ['an explicit json_name', 'otherName=a', { otherName: 'a' }],
  ['the proto name beside an explicit json_name', 'renamed=a', { otherName: 'a' }],
  [
    'each step is resolved on its own',
    'childMessage.child.child.name=x&child_message.child.count=2',
    { childMessage: { child: { child: { name: 'x' }, count: 2 } } },
  ],
  [
    'repeated: one value per occurrence, order kept',
    'words=b&numbers=2&words=a&numbers=1',
    { words: ['b', 'a'], numbers: [2, 1] },
  ],
  ['repeated: commas are data', 'words=a,b', { words: ['a,b'] }],
  ['repeated: one value is a list of one', 'colors=RED', { colors: ['RED'] }],
  [
    'repeated enums and scalar-like messages',
    'colors=BLUE&colors=RED&waits=1s&waits=2s',
    { colors: ['BLUE', 'RED'], waits: ['1s', '2s'] },
  ],
  ['repeated: a single empty value is an empty list', 'numbers=&words', {}],
  [
    'repeated strings: an empty value among others is an element',
    'words=&words=a&words=',
    { words: ['', 'a', ''] },
  ],
  [
    'repeated inside a message',
    'childMessage.counts=1&childMessage.name=n&childMessage.counts=2',
    { childMessage: { counts: [1, 2], name: 'n' } },
  ],
  ['map', 'labels[a]=1&labels[b]=2', { labels: { a: '1', b: '2' } }],
  ['map with escaped brackets', 'labels%5Ba%5D=1', { labels: { a: '1' } }],
  [
    'map key with dots and brackets: first "[" and final "]" delimit',
    'labels[a.b[c]]=1',
    { labels: { 'a.b[c]': '1' } },
  ],
  ['map with an empty key and value', 'labels[]=', { labels: { '': '' } }],
  [
    'map key parsed by its type',
    'byNumber[-7]=RED&by_flag[true]=x',
    { byNumber: { '-7': 'RED' }, byFlag: { true: 'x' } },
  ],
  ['map of scalar-like messages', 'times[a]=2024-01-02T03:04:05Z', { times: { a: '2024-01-02T03:04:05Z' } }],
  [
    'map with fixed-width keys',
    'byFixed64[1]=a&byFixed64[2]=b&byFixed32[-1]=c',
    { byFixed64: { 1: 'a', 2: 'b' }, byFixed32: { '-1': 'c' } },
  ],
  ['map inside a message', 'childMessage.sizes[x]=3', { childMessage: { sizes: { x: 3 } } }],
  [
    'map keys are data, not prototype keys',
    'labels[__proto__]=x',
    JSON.parse('{"labels":{"__proto__":"x"}}') as object,
  ],
  ['explicit presence keeps a default', 'maybe=0', { maybe: 0 }],
  ['one member of a oneof', 'right=0', { right: 0 }],
  [
    'oneofs at different places do not exclude each other',
    'childMessage.left=a&childMessage.child.right=b',
    { childMessage: { left: 'a', child: { right: 'b' } } },
  ],
  ['$alt is the format and binds nothing', '$alt=sse&text=a', { text: 'a' }],
  ['$alt may be encoded', '%24alt=json', {}],
  ['alt is the format where no field has that name', 'alt=json', {}],
];

describe('query parameters', () => {
  test.each(accepted)('%s: ?%s', (_rule, query, json) => {
    expect(surface.bind(`GET /search?${query}`).json).toEqual(json);
  });

  test('what a URL must not hold is a field where the request has one', () => {
    expect(surface.bind('GET /alt?callback=x').json).toEqual({ callback: 'x' });
  });

  test('alt is a field where the request has one', () => {
    expect(surface.bind('GET /alt?alt=x').json).toEqual({ alt: 'x' });
  });

  test('a query beside path and body: each sets its own fields', () => {
    expect(surface.bind('POST /shelves/1/make?validateOnly=true&other.name=o', '{"text":"t"}').json).toEqual({
      parent: 'shelves/1',
      every: { text: 't' },
      validateOnly: true,
      other: { name: 'o' },
    });
  });

  test('siblings of a path field go into the same occurrence of their message', () => {
    const { json, binary } = surface.bind(
      'GET /shelves/1/list/n?childMessage.count=2&childMessage.child.name=x',
    );
    expect(json).toEqual({
      parent: 'shelves/1',
      childMessage: { name: 'n', count: 2, child: { name: 'x' } },
    });
    // Tag of field 22, length-delimited: once.
    expect(Buffer.from(binary).toString('latin1').split('\xb2\x01').length).toBe(2);
  });

  test('a query member of a oneof whose other member is the absent body', () => {
    expect(surface.bind('POST /box?loose=x').json).toEqual({ loose: 'x' });
  });
});

type Refusal = readonly [
  rule: string,
  request: string,
  reason: string,
  field: string | undefined,
  text?: RegExp,
  body?: string,
];

const refused: readonly Refusal[] = [
  ['malformed escape in a value', '/search?text=%zz', 'QUERY_MALFORMED', 'text'],
  ['truncated escape', '/search?text=%4', 'QUERY_MALFORMED', 'text'],
  ['malformed escape in a name', '/search?te%xt=a', 'QUERY_MALFORMED', undefined],
  ['invalid UTF-8', '/search?text=%FF', 'QUERY_MALFORMED', 'text'],
  ['an encoded surrogate', '/search?text=%ED%A0%80', 'QUERY_MALFORMED', 'text'],
  ['unknown name, with the nearest', '/search?i33=1', 'QUERY_PARAMETER_UNKNOWN', 'i33', /"i32"/],
  [
    'unknown name in another spelling',
    '/search?Child_Message.Coun=1',
    'QUERY_PARAMETER_UNKNOWN',
    'Child_Message.Coun',
    /"childMessage"/,
  ],
  [
    'unknown name below a message',
    '/search?child_message.coun=1',
    'QUERY_PARAMETER_UNKNOWN',
    'child_message.coun',
    /"childMessage.count"/,
  ],
  [
    'unknown name unlike any other',
    '/search?zzzzzzzz=1',
    'QUERY_PARAMETER_UNKNOWN',
    'zzzzzzzz',
    /names no field$/,
  ],
  ['a prototype key is no field', '/search?__proto__=1', 'QUERY_PARAMETER_UNKNOWN', '__proto__'],
  [
    'constructor is no field',
    '/search?childMessage.constructor=1',
    'QUERY_PARAMETER_UNKNOWN',
    'childMessage.constructor',
  ],
  ['empty name', '/search?=1', 'QUERY_PARAMETER_UNKNOWN', ''],
  ['empty step', '/search?childMessage..name=1', 'QUERY_PARAMETER_UNKNOWN', 'childMessage..name'],
  ['a scalar has no fields', '/search?text.a=1', 'QUERY_PARAMETER_UNKNOWN', 'text.a', /"text" has no fields/],
  [
    'a repeated message has no fields to name',
    '/search?children.name=1',
    'QUERY_PARAMETER_UNKNOWN',
    'children.name',
  ],
  [
    'Struct has no fields to name',
    '/search?struct.fields[a]=1',
    'QUERY_PARAMETER_UNKNOWN',
    'struct.fields[a]',
  ],
  ['Any has no fields to name', '/search?any.typeUrl=x', 'QUERY_PARAMETER_UNKNOWN', 'any.typeUrl'],
  ['a message as a whole', '/search?childMessage=1', 'QUERY_PARAMETER_UNKNOWN', 'childMessage', /body/],
  ['a repeated message', '/search?children=1', 'QUERY_PARAMETER_UNKNOWN', 'children', /body/],
  ['Any', '/search?any=1', 'QUERY_PARAMETER_UNKNOWN', 'any', /body/],
  ['a map of messages', '/search?byChild[a]=1', 'QUERY_PARAMETER_UNKNOWN', 'byChild[a]', /body/],
  ['a map without a key', '/search?labels=1', 'QUERY_PARAMETER_UNKNOWN', 'labels', /labels\[key\]=value/],
  ['brackets on what is no map', '/search?words[0]=1', 'QUERY_PARAMETER_UNKNOWN', 'words[0]', /not a map/],
  ['an open bracket', '/search?labels[a=1', 'QUERY_PARAMETER_UNKNOWN', 'labels[a'],
  ['text after the bracket', '/search?labels[a]b=1', 'QUERY_PARAMETER_UNKNOWN', 'labels[a]b'],
  ['a map key of the wrong type', '/search?byNumber[x]=RED', 'QUERY_VALUE', 'byNumber[x]'],
  ['a map key twice', '/search?labels[a]=1&labels[a]=2', 'QUERY_PARAMETER_REPEATED', 'labels[a]'],
  [
    'a map key twice in two spellings',
    '/search?by_number[1]=RED&byNumber[1.0]=BLUE',
    'QUERY_PARAMETER_REPEATED',
    'byNumber[1.0]',
  ],
  [
    'a long map key twice',
    `/search?labels[${'k'.repeat(300)}]=1&labels[${'k'.repeat(300)}]=2`,
    'QUERY_PARAMETER_REPEATED',
    `labels[${'k'.repeat(300)}]`,
  ],
  [
    'a fixed-width map key twice',
    '/search?byFixed64[1]=a&byFixed64[1e0]=b',
    'QUERY_PARAMETER_REPEATED',
    'byFixed64[1e0]',
  ],
  ['singular twice', '/search?text=a&text=b', 'QUERY_PARAMETER_REPEATED', 'text'],
  ['singular twice with the same value', '/search?text=a&text=a', 'QUERY_PARAMETER_REPEATED', 'text'],
  [
    'singular twice in two spellings',
    '/search?readMask=a&read_mask=b',
    'QUERY_PARAMETER_REPEATED',
    'read_mask',
  ],
  [
    'singular twice inside a message',
    '/search?childMessage.name=a&child_message.name=b',
    'QUERY_PARAMETER_REPEATED',
    'child_message.name',
  ],
  ['a wrapper twice', '/search?wrapped=a&wrapped=b', 'QUERY_PARAMETER_REPEATED', 'wrapped'],
  ['int without a value', '/search?i32', 'QUERY_VALUE', 'i32'],
  ['int with an empty value', '/search?i32=', 'QUERY_VALUE', 'i32'],
  ['bool with an empty value', '/search?flag=', 'QUERY_VALUE', 'flag'],
  ['enum with an empty value', '/search?color=', 'QUERY_VALUE', 'color'],
  ['Timestamp with an empty value', '/search?at=', 'QUERY_VALUE', 'at'],
  ['repeated number: an empty value among others', '/search?numbers=&numbers=1', 'QUERY_VALUE', 'numbers'],
  ['repeated number: an empty value after others', '/search?numbers=1&numbers=', 'QUERY_VALUE', 'numbers'],
  ['repeated enum: two empty values', '/search?colors=&colors=', 'QUERY_VALUE', 'colors'],
  ...['1', 't', 'TRUE', 'True', 'yes', '0'].map(
    (value): Refusal => [
      `bool is true or false only: ${value}`,
      `/search?flag=${value}`,
      'QUERY_VALUE',
      'flag',
    ],
  ),
  ...['%2B1', '0x10', '%201', '1%20', '1.5', '2147483648', '1e10', '01a', 'NaN'].map(
    (value): Refusal => [`int32: ${value}`, `/search?i32=${value}`, 'QUERY_VALUE', 'i32'],
  ),
  ['uint32 below zero', '/search?u32=-1', 'QUERY_VALUE', 'u32'],
  ['uint64 beyond its range', '/search?u64=18446744073709551616', 'QUERY_VALUE', 'u64'],
  ['float overflow', '/search?fl=1e39', 'QUERY_VALUE', 'fl'],
  ['double overflow', '/search?db=1e309', 'QUERY_VALUE', 'db'],
  ['double in another spelling', '/search?db=inf', 'QUERY_VALUE', 'db'],
  ['unknown enum name', '/search?color=GREEN', 'QUERY_VALUE', 'color'],
  ['enum number beyond int32', '/search?color=2147483648', 'QUERY_VALUE', 'color'],
  ['bytes in no alphabet', '/search?raw=%2A', 'QUERY_VALUE', 'raw'],
  ['Duration in Go syntax', '/search?wait=1h', 'QUERY_VALUE', 'wait'],
  ['Timestamp without a zone', '/search?at=2024-01-02T03:04:05', 'QUERY_VALUE', 'at'],
  ['Struct that is no object', '/search?struct=%5B%5D', 'QUERY_VALUE', 'struct'],
  ['Value that is no JSON', '/search?value=%7B', 'QUERY_VALUE', 'value'],
  ['two members of a oneof', '/search?left=a&right=1', 'QUERY_PARAMETER_CONFLICT', 'right', /"left"/],
  [
    'two members of a oneof, one through its child',
    '/search?middle.name=a&left=b',
    'QUERY_PARAMETER_CONFLICT',
    'left',
  ],
  [
    'two members of a nested oneof',
    '/search?childMessage.left=a&childMessage.right=b',
    'QUERY_PARAMETER_CONFLICT',
    'childMessage.right',
  ],
  ['a field and its child', '/search?wrapped=a&wrapped.value=b', 'QUERY_PARAMETER_CONFLICT', 'wrapped.value'],
  ['a child and its field', '/search?wrapped.value=b&wrapped=a', 'QUERY_PARAMETER_CONFLICT', 'wrapped'],
  ['a path field', '/shelves/1/list/n?parent=shelves/2', 'QUERY_PARAMETER_UNKNOWN', 'parent', /path/],
  [
    'a nested path field',
    '/shelves/1/list/n?childMessage.name=m',
    'QUERY_PARAMETER_UNKNOWN',
    'childMessage.name',
    /path/,
  ],
  [
    'a nested path field by its proto name',
    '/shelves/1/list/n?child_message.name=m',
    'QUERY_PARAMETER_UNKNOWN',
    'child_message.name',
    /path/,
  ],
  [
    'a path field, encoded',
    '/shelves/1/list/n?%70arent=shelves/2',
    'QUERY_PARAMETER_UNKNOWN',
    'parent',
    /path/,
  ],
  [
    'a path field with the same value',
    '/shelves/1/list/n?parent=shelves/1',
    'QUERY_PARAMETER_UNKNOWN',
    'parent',
    /path/,
  ],
  ['a path field with no value', '/shelves/1/list/n?parent', 'QUERY_PARAMETER_UNKNOWN', 'parent', /path/],
  [
    'the child of a path field',
    '/wrapped/w?wrapped.value=x',
    'QUERY_PARAMETER_UNKNOWN',
    'wrapped.value',
    /path/,
  ],
  ['the oneof sibling of a path field', '/left/l?right=1', 'QUERY_PARAMETER_CONFLICT', 'right', /"left"/],
  ['the body field', '/shelves/1/make?every=1', 'QUERY_PARAMETER_UNKNOWN', 'every', /body/, '{}'],
  [
    'a field inside the body field',
    '/shelves/1/make?every.text=a',
    'QUERY_PARAMETER_UNKNOWN',
    'every.text',
    /body/,
    '{}',
  ],
  [
    'a field inside the body field, without a body',
    '/shelves/1/make?every.text=a',
    'QUERY_PARAMETER_UNKNOWN',
    'every.text',
    /body/,
  ],
  [
    'the oneof sibling of the body field',
    '/box?loose=a',
    'QUERY_PARAMETER_CONFLICT',
    'loose',
    /"boxed"/,
    '{"name":"n"}',
  ],
  [
    'any field where the body has all',
    '/shelves/1/all?validateOnly=true',
    'QUERY_PARAMETER_UNKNOWN',
    'validateOnly',
    /body/,
    '{}',
  ],
  [
    'a path field where the body has all',
    '/shelves/1/all?parent=x',
    'QUERY_PARAMETER_UNKNOWN',
    'parent',
    /path/,
    '{}',
  ],
  [
    'an unknown name where the body has all',
    '/shelves/1/all?nothing=x',
    'QUERY_PARAMETER_UNKNOWN',
    'nothing',
    /body/,
    '{}',
  ],
  [
    'an unknown system parameter',
    '/search?$callback=x',
    'QUERY_PARAMETER_UNKNOWN',
    '$callback',
    /system parameter/,
  ],
  [
    'a mistyped system parameter',
    '/search?$prettyprint=true',
    'QUERY_PARAMETER_UNKNOWN',
    '$prettyprint',
    /"\$prettyPrint"/,
  ],
  [
    'a mistyped one without "$"',
    '/search?pretyPrint=true',
    'QUERY_PARAMETER_UNKNOWN',
    'pretyPrint',
    /"prettyPrint"/,
  ],
  ...['access_token', '$access_token', 'oauth_token'].map(
    (name): Refusal => [
      `credentials in a URL: ${name}`,
      `/search?${name}=x`,
      'QUERY_PARAMETER_UNKNOWN',
      name,
      /Authorization/,
    ],
  ),
  ['a script for an answer', '/search?callback=x', 'QUERY_PARAMETER_UNKNOWN', 'callback', /JSONP/],
  ['a key, which nobody would check', '/search?key=x', 'QUERY_PARAMETER_UNKNOWN', 'key'],
  ['the same with "$"', '/search?$key=x', 'QUERY_PARAMETER_UNKNOWN', '$key'],
  ['an unknown system parameter, encoded', '/search?%24ct=x', 'QUERY_PARAMETER_UNKNOWN', '$ct'],
];

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

describe('query parameters that are refused', () => {
  const rows = refused.map(([rule, target, ...rest]) => ({ rule, target, rest }));
  test.each(rows)('$rule: $target', ({ target, rest: [reason, field, text = /./, body = ''] }) => {
    const httpMethod = /\/(make|box|all)\?/.test(target) ? 'POST' : 'GET';
    const error = refusalOf(() => surface.bind(`${httpMethod} ${target}`, body));
    expect(error).toMatchObject({ reason, code: 3, httpStatus: 400 });
    expect(error.violations.map((violation) => violation.field)).toEqual(field === undefined ? [] : [field]);
    expect(error.violations[0]?.description ?? error.message).toMatch(text);
  });

  const beyond: readonly (readonly [rule: string, query: string])[] = [
    ['more parameters than allowed', 'words=1&words=2&words=3&words=4&words=5&words=6'],
    ['a longer name than allowed, in bytes', `labels[${'%C3%A9'.repeat(17)}]=1`],
    ['a deeper path than allowed', 'childMessage.child.child.child.name=a'],
  ];
  test.each(beyond)('%s', (_rule, query) => {
    expect(refusalOf(() => limited.bind(`GET /search?${query}`))).toMatchObject({
      reason: 'QUERY_MALFORMED',
      httpStatus: 400,
    });
    expect(surface.bind(`GET /search?${query}`).json).not.toEqual({});
  });

  test('limits themselves are allowed', () => {
    const query = `words=1&words=2&words=3&childMessage.child.child.name=a&labels[${'x'.repeat(32)}]=1`;
    expect(limited.bind(`GET /search?${query}`).json).toMatchObject({ words: ['1', '2', '3'] });
  });
});
