import type { ComparedPair } from '../../../support/compared-pairs.js';
import { answers, pairsOf, queries, rpc, service, takes } from './protos.js';

const part = 'message Part { string id = 1; string note = 2; }';
const required = '[(google.api.field_behavior) = REQUIRED]';
const outputOnly = '[(google.api.field_behavior) = OUTPUT_ONLY]';
const inputOnly = '[(google.api.field_behavior) = INPUT_ONLY]';

/** Fields that come, go and are called otherwise, and what is said of them. */
export const fieldPairs: readonly ComparedPair[] = pairsOf([
  [
    'a field of answers is gone',
    answers('string name = 1; int32 size = 2;'),
    answers('string name = 1;'),
    'RESPONSE_FIELD_REMOVED Thing.size',
  ],
  [
    'a field of requests is gone',
    takes('string name = 1; int32 size = 2;'),
    takes('string name = 1;'),
    'REQUEST_FIELD_REMOVED Thing.size',
  ],
  [
    'a parameter of the query is gone',
    queries('string name = 1; int32 size = 2;'),
    queries('string name = 1;'),
    'REQUEST_FIELD_REMOVED Thing.size',
  ],
  [
    'a parameter of the query is gone, within a message',
    queries('Part part = 1;', part),
    queries('Part part = 1;', 'message Part { string id = 1; }'),
    'REQUEST_FIELD_REMOVED Part.note',
  ],
  [
    'a parameter of the query is gone, within a message within itself',
    queries('Node node = 1;', 'message Node { Node next = 1; string id = 2; string note = 3; }'),
    queries('Node node = 1;', 'message Node { Node next = 1; string id = 2; }'),
    'REQUEST_FIELD_REMOVED Node.note',
  ],
  [
    'a field is gone from what is a list in a query, which no parameter can reach',
    queries('repeated Part parts = 1; string name = 2;', part),
    queries('repeated Part parts = 1; string name = 2;', 'message Part { string id = 1; }'),
  ],
  [
    'a field is gone deep in an answer',
    answers('repeated Part parts = 1; map<string, Part> by_id = 2;', part),
    answers('repeated Part parts = 1; map<string, Part> by_id = 2;', 'message Part { string id = 1; }'),
    'RESPONSE_FIELD_REMOVED Part.note',
  ],
  [
    'a field is reserved in requests and answers',
    `message Thing { string name = 1; int32 size = 2; } ${service(rpc('post: "/v1/a" body: "*"', { takes: 'Thing' }))}`,
    `message Thing { string name = 1; reserved 2; } ${service(rpc('post: "/v1/a" body: "*"', { takes: 'Thing' }))}`,
    'REQUEST_FIELD_REMOVED Thing.size',
    'RESPONSE_FIELD_REMOVED Thing.size',
  ],
  [
    'a field that nobody could set is gone from requests',
    takes(`string name = 1; string note = 2 ${outputOnly};`),
    takes('string name = 1;'),
  ],
  [
    'a field of answers has another name and the same number',
    answers('string name = 1; int32 size = 2;'),
    answers('string name = 1; int32 length = 2;'),
    'RESPONSE_FIELD_RENAMED Thing.size',
  ],
  [
    'a field of requests has another name and the same number',
    takes('string name = 1; int32 size = 2;'),
    takes('string name = 1; int32 length = 2;'),
    'REQUEST_FIELD_RENAMED Thing.size',
  ],
  [
    'a field of answers has another name and keeps that of JSON',
    answers('string display_name = 1;'),
    answers('string title = 1 [json_name = "displayName"];'),
  ],
  [
    'a field of requests has another name and keeps that of JSON',
    takes('string display_name = 1;'),
    takes('string title = 1 [json_name = "displayName"];'),
    'REQUEST_FIELD_ALIAS_REMOVED Thing.display_name',
  ],
  [
    'a name of JSON for a field of answers',
    answers('string display_name = 1;'),
    answers('string display_name = 1 [json_name = "title"];'),
    'RESPONSE_FIELD_RENAMED Thing.display_name',
  ],
  [
    'a name of JSON for a field of requests',
    takes('string display_name = 1;'),
    takes('string display_name = 1 [json_name = "title"];'),
    'REQUEST_FIELD_RENAMED Thing.display_name',
  ],
  [
    'two names change places',
    answers('string a = 1; int32 b = 2;'),
    answers('int32 a = 1; string b = 2;'),
    'RESPONSE_TYPE_CHANGED Thing.a',
    'RESPONSE_TYPE_CHANGED Thing.b',
  ],
  [
    'a field has another number',
    answers('string name = 1; int32 size = 2;'),
    answers('string name = 1; int32 size = 3;'),
  ],
  [
    'fields in another order',
    answers('string name = 1; int32 size = 2;'),
    answers('int32 size = 2; string name = 1;'),
  ],
  ['a new field', answers('string name = 1;'), answers('string name = 1; int32 size = 2;')],
  [
    'a new field of requests',
    takes('string name = 1;'),
    takes('string name = 1; int32 size = 2; Part part = 3;', part),
  ],
  ['a new parameter', queries('string name = 1;'), queries('string name = 1; int32 size = 2;')],
  [
    'a new message with a required field, in a new field',
    takes('string name = 1;'),
    takes('string name = 1; Part part = 2;', `message Part { string id = 1 ${required}; }`),
  ],
  ['a comment', answers('string name = 1;'), answers('// What it is called.\nstring name = 1;')],
  [
    'a message has another name',
    answers('Part part = 1;', part),
    answers('Piece part = 1;', part.replace('Part', 'Piece')),
  ],
  ['a message has moved into another', answers('Part part = 1;', part), answers(`${part} Part part = 1;`)],
  [
    'the request has another name',
    takes('string name = 1;'),
    takes('string name = 1;').replaceAll('Thing', 'Other'),
  ],
  [
    'a field that nothing uses is gone',
    `${answers('string name = 1;')} ${part}`,
    answers('string name = 1;'),
  ],

  [
    'a field of requests is required now',
    takes('string name = 1;'),
    takes(`string name = 1 ${required};`),
    'REQUEST_FIELD_REQUIRED Thing.name',
  ],
  [
    'a new required field',
    takes('string name = 1;'),
    takes(`string name = 1; string parent = 2 ${required};`),
    'REQUEST_FIELD_REQUIRED Thing.parent',
  ],
  [
    'a parameter is required now',
    queries('string name = 1;'),
    queries(`string name = 1 ${required};`),
    'REQUEST_FIELD_REQUIRED Thing.name',
  ],
  [
    'a field is required by buf.validate',
    takes('string name = 1;'),
    takes('string name = 1 [(buf.validate.field).required = true];'),
    'REQUEST_FIELD_REQUIRED Thing.name',
  ],
  [
    'a field is required deep in a request',
    takes('repeated Part parts = 1;', part),
    takes('repeated Part parts = 1;', `message Part { string id = 1 ${required}; string note = 2; }`),
    'REQUEST_FIELD_REQUIRED Part.id',
  ],
  [
    'a body is required now',
    `message Ask { Part part = 1; } message Thing {} ${part} ${service(rpc('post: "/v1/a" body: "part"'))}`,
    `message Ask { Part part = 1 ${required}; } message Thing {} ${part} ${service(rpc('post: "/v1/a" body: "part"'))}`,
    'REQUEST_FIELD_REQUIRED Ask.part',
  ],
  ['a field is no longer required', takes(`string name = 1 ${required};`), takes('string name = 1;')],
  [
    'what the path binds is required now',
    `message Ask { string name = 1; } message Thing {} ${service(rpc('get: "/v1/{name}"'))}`,
    `message Ask { string name = 1 ${required}; } message Thing {} ${service(rpc('get: "/v1/{name}"'))}`,
  ],
  [
    'a field of answers is required now',
    answers('string name = 1;'),
    answers(`string name = 1 ${required};`),
  ],
  [
    'a field is required now in what only patches take',
    `message Ask { Part part = 1; } message Thing {} ${part} ${service(rpc('patch: "/v1/a" body: "part"'))}`,
    `message Ask { Part part = 1; } message Thing {} message Part { string id = 1 ${required}; string note = 2; } ${service(rpc('patch: "/v1/a" body: "part"'))}`,
  ],
  [
    'an input becomes an output',
    takes('string name = 1; string state = 2;'),
    takes(`string name = 1; string state = 2 ${outputOnly};`),
    'REQUEST_FIELD_IGNORED Thing.state',
  ],
  ['an output becomes an input too', takes(`string state = 2 ${outputOnly};`), takes('string state = 2;')],
  [
    'an output becomes an input',
    answers('string name = 1; string secret = 2;'),
    answers(`string name = 1; string secret = 2 ${inputOnly};`),
    'RESPONSE_FIELD_INPUT_ONLY Thing.secret',
  ],
  [
    'a field is not to be changed any more',
    takes('string name = 1;'),
    takes('string name = 1 [(google.api.field_behavior) = IMMUTABLE];'),
    'REQUEST_FIELD_IMMUTABLE Thing.name',
  ],
  [
    'a field of answers is OUTPUT_ONLY',
    answers('string name = 1;'),
    answers(`string name = 1 ${outputOnly};`),
  ],
  [
    'presence is gone',
    answers('optional int32 size = 1;'),
    answers('int32 size = 1;'),
    'FIELD_PRESENCE_REMOVED Thing.size',
  ],
  ['presence is new', answers('int32 size = 1;'), answers('optional int32 size = 1;')],
  [
    'a field is deprecated',
    answers('int32 size = 1;'),
    answers('int32 size = 1 [deprecated = true];'),
    'DEPRECATED Thing.size',
  ],
  [
    'names of a resource have lost a pattern',
    takes(
      'string book = 1 [(google.api.resource_reference).type = "t.example/Book"];',
      'message Book { option (google.api.resource) = { type: "t.example/Book" pattern: "books/{book}" pattern: "shelves/{shelf}/books/{book}" }; string name = 1; }',
    ),
    takes(
      'string book = 1 [(google.api.resource_reference).type = "t.example/Book"];',
      'message Book { option (google.api.resource) = { type: "t.example/Book" pattern: "shelves/{shelf}/books/{book}" }; string name = 1; }',
    ),
    'RESOURCE_PATTERN_REMOVED Thing.book',
  ],
  [
    'names of a resource have a pattern more',
    takes(
      'string book = 1 [(google.api.resource_reference).type = "t.example/Book"];',
      'message Book { option (google.api.resource) = { type: "t.example/Book" pattern: "books/{book}" }; string name = 1; }',
    ),
    takes(
      'string book = 1 [(google.api.resource_reference).type = "t.example/Book"];',
      'message Book { option (google.api.resource) = { type: "t.example/Book" pattern: "books/{book}" pattern: "shelves/{shelf}/books/{book}" }; string name = 1; }',
    ),
  ],

  [
    'a field that nobody could set is required',
    takes(`string name = 1; string note = 2 ${outputOnly};`),
    takes(`string name = 1; string note = 2 ${required};`),
    'REQUEST_FIELD_REQUIRED Thing.note',
  ],
  [
    'two fields of answers become a oneof',
    answers('string a = 1; string b = 2;'),
    answers('oneof kind { string a = 1; string b = 2; }'),
    'RESPONSE_ONEOF_NARROWED Thing.kind',
  ],
  [
    'a field of answers moves into an oneof of what is new',
    answers('string a = 1;'),
    answers('oneof kind { string a = 1; string b = 2; }'),
  ],
  [
    'two fields of requests become a oneof',
    takes('string a = 1; string b = 2;'),
    takes('oneof kind { string a = 1; string b = 2; }'),
    'REQUEST_ONEOF_NARROWED Thing.kind',
  ],
  [
    'a field moves into an oneof with another',
    takes('string a = 1; oneof kind { string b = 2; string c = 3; }'),
    takes('oneof kind { string a = 1; string b = 2; string c = 3; }'),
    'REQUEST_ONEOF_NARROWED Thing.kind',
  ],
  [
    'a field moves into an oneof of what is new',
    takes('string a = 1;'),
    takes('oneof kind { string a = 1; string b = 2; }'),
  ],
  [
    'an oneof of requests has a new member',
    takes('oneof kind { string a = 1; }'),
    takes('oneof kind { string a = 1; string b = 2; }'),
  ],
  [
    'an oneof of requests is taken apart',
    takes('oneof kind { string a = 1; string b = 2; }'),
    takes('string a = 1; string b = 2;'),
  ],
  [
    'an oneof of answers is taken apart',
    answers('oneof kind { string a = 1; string b = 2; }'),
    answers('string a = 1; string b = 2;'),
    'RESPONSE_ONEOF_WIDENED Thing.kind',
  ],
  [
    'an oneof of answers has a new member',
    answers('oneof kind { string a = 1; string b = 2; }'),
    answers('oneof kind { string a = 1; string b = 2; string c = 3; }'),
    'RESPONSE_ONEOF_MEMBER_ADDED Thing.kind',
  ],
  [
    'an oneof has another name',
    takes('oneof kind { string a = 1; string b = 2; }'),
    takes('oneof sort { string a = 1; string b = 2; }'),
  ],
  [
    'an oneof must have a member',
    takes('oneof kind { string a = 1; string b = 2; }'),
    takes('oneof kind { option (buf.validate.oneof).required = true; string a = 1; string b = 2; }'),
    'REQUEST_ONEOF_REQUIRED Thing.kind',
  ],
  [
    'a required oneof has one more member',
    takes('oneof kind { option (buf.validate.oneof).required = true; string a = 1; }'),
    takes('oneof kind { option (buf.validate.oneof).required = true; string a = 1; string b = 2; }'),
  ],
]);
