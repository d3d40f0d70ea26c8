import type { ComparedPair } from '../../../support/compared-pairs.js';
import { answers, pairsOf, queries, type Row, takes } from './protos.js';

/** The same field with two types, in one use. */
const typed =
  (api: (fields: string, more?: string) => string, more = '') =>
  (name: string, before: string, after: string, ...found: string[]): Row => [
    name,
    api(`${before} v = 1;`, more),
    api(`${after} v = 1;`, more),
    ...found.map((rule) => `${rule} Thing.v`),
  ];
const kinds = 'enum Kind { KIND_UNSPECIFIED = 0; NEW = 1; } message Part { string id = 1; }';
const [answer, body, query] = [typed(answers, kinds), typed(takes, kinds), typed(queries, kinds)];

const enumOf = (values: string): string => `enum Kind { KIND_UNSPECIFIED = 0; ${values} }`;
const withEnum = (api: typeof answers, values: string): string => api('Kind kind = 1;', enumOf(values));
const ruled = (rule: string): string => takes(`string v = 1 [(buf.validate.field).${rule}];`);
const sized = (rule: string): string => takes(`int32 v = 1 [(buf.validate.field).int32 = {${rule}}];`);
const tightened = 'REQUEST_RULE_TIGHTENED Thing.v';
const changed = 'REQUEST_RULE_CHANGED Thing.v';

/** What a value is, and which values it may be. */
export const valuePairs: readonly ComparedPair[] = pairsOf([
  answer('a number becomes a string of digits in answers', 'int32', 'int64', 'RESPONSE_TYPE_CHANGED'),
  body('a number becomes a string of digits in bodies, where both are taken', 'int32', 'int64'),
  query('an int32 becomes an int64 in a query', 'int32', 'int64'),
  body('an int64 becomes an int32 in bodies', 'int64', 'int32', 'REQUEST_TYPE_NARROWED'),
  answer('an int32 becomes a sint32', 'int32', 'sint32'),
  answer('a fixed64 becomes a uint64', 'fixed64', 'uint64'),
  answer('an int32 becomes a uint32 in answers', 'int32', 'uint32', 'RESPONSE_TYPE_WIDENED'),
  body('an int32 becomes a uint32 in bodies', 'int32', 'uint32', 'REQUEST_TYPE_NARROWED'),
  answer('an integer becomes a fraction in answers', 'int32', 'double', 'RESPONSE_TYPE_CHANGED'),
  answer('a fraction becomes an integer in answers', 'double', 'int32'),
  answer('a float becomes a double', 'float', 'double'),
  answer('a text becomes base64 in answers', 'string', 'bytes', 'RESPONSE_TYPE_CHANGED'),
  body('a text becomes base64 in bodies', 'string', 'bytes', 'REQUEST_TYPE_CHANGED'),
  query('a text becomes a number in a query', 'string', 'int32', 'REQUEST_TYPE_CHANGED'),
  query('a number becomes a text in a query', 'int32', 'string'),
  body('a number becomes a text in bodies', 'int32', 'string', 'REQUEST_TYPE_CHANGED'),
  answer('one becomes many in answers', 'string', 'repeated string', 'RESPONSE_TYPE_CHANGED'),
  body('one becomes many in bodies', 'string', 'repeated string', 'REQUEST_TYPE_CHANGED'),
  query('one becomes many in a query', 'string', 'repeated string'),
  query('many become one in a query', 'repeated string', 'string', 'REQUEST_TYPE_CHANGED'),
  query('a parameter becomes a message', 'string', 'Part', 'REQUEST_TYPE_CHANGED'),
  answer('a message becomes a text in answers', 'Part', 'string', 'RESPONSE_TYPE_CHANGED'),
  answer('a list becomes a map', 'repeated Part', 'map<string, Part>', 'RESPONSE_TYPE_CHANGED'),
  answer(
    'values of a map become strings',
    'map<string, int32>',
    'map<string, int64>',
    'RESPONSE_TYPE_CHANGED',
  ),
  body('keys of a map become numbers', 'map<string, string>', 'map<int32, string>', 'REQUEST_TYPE_CHANGED'),
  answer(
    'a scalar gets a wrapper in answers',
    'string',
    'google.protobuf.StringValue',
    'RESPONSE_TYPE_WIDENED',
  ),
  body('a scalar gets a wrapper in bodies', 'string', 'google.protobuf.StringValue'),
  answer('a wrapper is taken off', 'google.protobuf.StringValue', 'string'),
  answer('a message becomes a wrapper', 'Part', 'google.protobuf.StringValue', 'RESPONSE_TYPE_CHANGED'),
  answer('an enum becomes a text in answers', 'Kind', 'string', 'RESPONSE_TYPE_WIDENED'),
  body('an enum becomes a text in bodies', 'Kind', 'string', 'REQUEST_TYPE_NARROWED'),
  query('an enum becomes a text in a query', 'Kind', 'string'),
  answer('a text becomes an enum in answers', 'string', 'Kind'),
  body('a text becomes an enum in bodies', 'string', 'Kind', 'REQUEST_TYPE_CHANGED'),
  answer('a time becomes a number', 'google.protobuf.Timestamp', 'int64', 'RESPONSE_TYPE_CHANGED'),
  body('a time becomes a text in bodies', 'google.protobuf.Timestamp', 'string'),
  body('a message becomes any object in bodies', 'Part', 'google.protobuf.Struct'),
  answer(
    'a message becomes any object in answers',
    'Part',
    'google.protobuf.Struct',
    'RESPONSE_TYPE_CHANGED',
  ),
  [
    'a variable of the path becomes a number',
    answers('int32 v = 1;')
      .replace('message Ask { string name = 1; }', 'message Ask { string name = 1; }')
      .replace('{name=things/*}', 'things/{name}'),
    answers('int32 v = 1;')
      .replace('message Ask { string name = 1; }', 'message Ask { int32 name = 1; }')
      .replace('{name=things/*}', 'things/{name}'),
    'REQUEST_TYPE_CHANGED Ask.name',
  ],

  [
    'a value of an enum is gone from requests',
    withEnum(takes, 'NEW = 1; OLD = 2;'),
    withEnum(takes, 'NEW = 1;'),
    'REQUEST_ENUM_VALUE_REMOVED Kind.OLD',
  ],
  [
    'a value of an enum is gone from answers',
    withEnum(answers, 'NEW = 1; OLD = 2;'),
    withEnum(answers, 'NEW = 1;'),
  ],
  [
    'a value of an enum is new in answers',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'NEW = 1; NEWER = 2;'),
    'RESPONSE_ENUM_VALUE_ADDED Kind.NEWER',
  ],
  [
    'a value of an enum is new in requests',
    withEnum(takes, 'NEW = 1;'),
    withEnum(takes, 'NEW = 1; NEWER = 2;'),
  ],
  [
    'a value of an enum has another name in requests',
    withEnum(takes, 'NEW = 1;'),
    withEnum(takes, 'FRESH = 1;'),
    'REQUEST_ENUM_VALUE_REMOVED Kind.NEW',
  ],
  [
    'a value of an enum has another name in answers',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'FRESH = 1;'),
    'RESPONSE_ENUM_VALUE_RENAMED Kind.NEW',
  ],
  [
    'a value of an enum has another name, and keeps the old one as an alias, in requests',
    withEnum(takes, 'NEW = 1;'),
    withEnum(takes, 'option allow_alias = true; FRESH = 1; NEW = 1;'),
  ],
  [
    'a value of an enum has another name, and keeps the old one as an alias, in answers',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'option allow_alias = true; FRESH = 1; NEW = 1;'),
    'RESPONSE_ENUM_VALUE_RENAMED Kind.NEW',
  ],
  [
    'an alias that comes second',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'option allow_alias = true; NEW = 1; FRESH = 1;'),
  ],
  [
    'a value of an enum has another number in requests',
    withEnum(takes, 'NEW = 1;'),
    withEnum(takes, 'NEW = 2;'),
    'REQUEST_ENUM_VALUE_RENUMBERED Kind.NEW',
  ],
  [
    'a value of an enum has another number in answers',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'NEW = 2;'),
  ],
  [
    "values of an enum have each other's numbers in answers",
    withEnum(answers, 'RED = 1; BLUE = 2;'),
    withEnum(answers, 'RED = 2; BLUE = 1;'),
  ],
  [
    "values of an enum have each other's numbers in requests",
    withEnum(takes, 'RED = 1; BLUE = 2;'),
    withEnum(takes, 'RED = 2; BLUE = 1;'),
    'REQUEST_ENUM_VALUE_RENUMBERED Kind.RED',
    'REQUEST_ENUM_VALUE_RENUMBERED Kind.BLUE',
  ],
  [
    'a value of an enum has the number of another, which is gone, in answers',
    withEnum(answers, 'RED = 1; BLUE = 2;'),
    withEnum(answers, 'BLUE = 1;'),
  ],
  [
    'a value of an enum has an alias that is printed in its place, in answers',
    withEnum(answers, 'RED = 1;'),
    withEnum(answers, 'option allow_alias = true; CRIMSON = 1; RED = 1;'),
    'RESPONSE_ENUM_VALUE_RENAMED Kind.RED',
  ],
  [
    'a value of an enum is deprecated',
    withEnum(answers, 'NEW = 1;'),
    withEnum(answers, 'NEW = 1 [deprecated = true];'),
    'DEPRECATED Kind.NEW',
  ],
  [
    'an enum has another name',
    answers('Kind v = 1;', kinds),
    answers('Sort v = 1;', kinds.replace('enum Kind', 'enum Sort')),
  ],
  [
    'values of an enum in another order',
    withEnum(takes, 'NEW = 1; OLD = 2;'),
    withEnum(takes, 'OLD = 2; NEW = 1;'),
  ],

  ['a greatest length is new', takes('string v = 1;'), ruled('string.max_len = 5'), tightened],
  ['a greatest length is less', ruled('string.max_len = 5'), ruled('string.max_len = 4'), tightened],
  ['a greatest length is more', ruled('string.max_len = 4'), ruled('string.max_len = 5')],
  ['a greatest length is gone', ruled('string.max_len = 4'), takes('string v = 1;')],
  ['a greatest length becomes the only one', ruled('string.max_len = 4'), ruled('string.len = 4'), tightened],
  ['the only length becomes the greatest', ruled('string.len = 4'), ruled('string.max_len = 4')],
  ['a least length of nothing is new', takes('string v = 1;'), ruled('string.min_len = 0')],
  ['a pattern is new', takes('string v = 1;'), ruled('string.pattern = "^a"'), tightened],
  ['a pattern is another', ruled('string.pattern = "^a"'), ruled('string.pattern = "^b"'), changed],
  ['a format is new', takes('string v = 1;'), ruled('string.email = true'), tightened],
  [
    'a list of values is shorter',
    ruled('string = {in: ["a", "b"]}'),
    ruled('string = {in: ["a"]}'),
    tightened,
  ],
  ['a list of values is longer', ruled('string = {in: ["a"]}'), ruled('string = {in: ["b", "a"]}')],
  [
    'a list of values becomes one value',
    ruled('string = {in: ["a", "b"]}'),
    ruled('string.const = "a"'),
    tightened,
  ],
  [
    'more values are excluded',
    ruled('string = {not_in: ["a"]}'),
    ruled('string = {not_in: ["a", "b"]}'),
    tightened,
  ],
  ['a lower bound is higher', sized('gte: 1'), sized('gte: 2'), tightened],
  ['a lower bound is lower', sized('gte: 2'), sized('gte: 1')],
  ['a bound is no longer in its range', sized('gte: 1'), sized('gt: 1'), tightened],
  ['an upper bound is new', sized('gte: 1'), sized('gte: 1, lte: 9'), tightened],
  [
    'a bound stays when the type is wider',
    sized('gte: 1'),
    takes('int64 v = 1 [(buf.validate.field).int64.gte = 1];'),
  ],
  [
    'a duration may be less long',
    takes('google.protobuf.Duration v = 1 [(buf.validate.field).duration.lte = {seconds: 9}];'),
    takes('google.protobuf.Duration v = 1 [(buf.validate.field).duration.lte = {seconds: 8, nanos: 5}];'),
    tightened,
  ],
  [
    'a list may be less long',
    takes('repeated string v = 1 [(buf.validate.field).repeated.max_items = 9];'),
    takes('repeated string v = 1 [(buf.validate.field).repeated.max_items = 8];'),
    tightened,
  ],
  [
    'elements of a list have a rule',
    takes('repeated string v = 1;'),
    takes('repeated string v = 1 [(buf.validate.field).repeated.items.string.min_len = 1];'),
    tightened,
  ],
  [
    'an expression is new',
    takes('string v = 1;'),
    ruled('cel = {id: "a", message: "m", expression: "this != \'x\'"}'),
    tightened,
  ],
  [
    'an expression is another',
    ruled('cel = {id: "a", message: "m", expression: "this != \'x\'"}'),
    ruled('cel = {id: "a", message: "m", expression: "this != \'y\'"}'),
    changed,
  ],
  [
    'an expression over the message is new',
    takes('string v = 1;'),
    takes(
      'option (buf.validate.message).cel = {id: "a", message: "m", expression: "this.v != \'x\'"}; string v = 1;',
    ),
    'REQUEST_RULE_TIGHTENED Thing',
  ],
  [
    'rules of a field of answers',
    answers('string v = 1;'),
    answers('string v = 1 [(buf.validate.field).string.max_len = 5];'),
  ],
  [
    'a rule of a parameter is tighter',
    queries('int32 v = 1 [(buf.validate.field).int32.lte = 100];'),
    queries('int32 v = 1 [(buf.validate.field).int32.lte = 50];'),
    tightened,
  ],
]);
