import { describe, expect, it } from 'vitest';
import { printLock, surfaceLock } from '../../../src/contract/index.js';
import { contractProtos, outlineOf } from '../../support/openapi.js';

const lockOf = (text: string): string => printLock(surfaceLock(outlineOf(contractProtos(text))));

const messages = [
  `message Thing {
    string name = 1 [(google.api.field_behavior) = IDENTIFIER];
    string display_name = 2 [(google.api.field_behavior) = REQUIRED, (buf.validate.field).string.max_len = 60];
    Kind kind = 3;
    oneof owner { string person = 4; Part part = 5; }
    repeated Part parts = 6 [(google.api.field_behavior) = OUTPUT_ONLY];
  }`,
  'message Part { string id = 1; google.protobuf.Timestamp made = 2; }',
  'message Ask { string parent = 1; int32 page_size = 2 [(buf.validate.field).int32 = {gte: 0, lte: 100}]; Part near = 3; }',
  'message CreateAsk { string parent = 1; Thing thing = 2; bool dry_run = 3; }',
  'enum Kind { KIND_UNSPECIFIED = 0; NEW = 1; OLD = 2 [deprecated = true]; }',
];
const methods = [
  `rpc Watch(Ask) returns (stream Thing) {
    option (google.api.http).get = "/v1/{parent=shelves/*}/things:watch";
    option (propylon.v1.method) = { authentication: { mode: MODE_NONE } };
  }`,
  `rpc Create(CreateAsk) returns (Thing) {
    option (google.api.http) = { post: "/v1/{parent=shelves/*}/things" body: "thing" };
    option (propylon.v1.method) = {
      authorization: { scopes: ["things.write"] }
      timeout: { seconds: 9 }
      rate_limits: [{ requests: 60 per: { seconds: 60 } by: KEY_ADDRESS }]
      success: { status: 201 }
    };
  }`,
];
const api = (parts: readonly string[], rpcs: readonly string[]): string =>
  `${parts.join('\n')} service S { ${rpcs.join('\n')} }`;

describe('the lock of a surface', () => {
  it('has a line for each thing that can change for clients', () => {
    expect(
      lockOf(api(messages, methods)),
    ).toBe(`# What clients of the REST API see, written by \`propylon surface\`. What changes here, changes for them.
errors: status
json: lowerCamel names, enums by name, unset fields left out, unknown fields refused

POST /v1/{parent=shelves/*}/things
  method: t.v1.S.Create, unary
  access: credentials of any provider, scopes things.write
  path parent: string, shelves/*
  query dryRun: bool
  body: t.v1.Thing (field thing)
  answer 201: t.v1.Thing
  rateLimits: [{"requests":60,"per":"1m","by":"address"}]
  timeout: 9s

GET /v1/{parent=shelves/*}/things:watch
  method: t.v1.S.Watch, server streaming
  access: public
  path parent: string, shelves/*
  query near.id: string
  query near.made: google.protobuf.Timestamp
  query pageSize: int32, int32.gte 0, int32.lte 100
  answer 200: t.v1.Thing, as ndjson

message t.v1.Part in requests and answers
  id: string
  made: google.protobuf.Timestamp

message t.v1.Thing in requests and answers
  displayName: string, required, string.max_len 60
  kind: t.v1.Kind
  name: string
  part: t.v1.Part, oneof owner
  parts: repeated t.v1.Part, output only
  person: string, oneof owner

enum t.v1.Kind
  KIND_UNSPECIFIED = 0
  NEW = 1
  OLD = 2, deprecated
`);
  });

  it('is the same in whatever order the API is declared, with whatever comments', () => {
    const other = api(messages.toReversed(), methods.toReversed())
      .replace(
        'string id = 1; google.protobuf.Timestamp made = 2;',
        'google.protobuf.Timestamp made = 2; /* why */ string id = 1;',
      )
      .replace('NEW = 1; OLD = 2 [deprecated = true];', 'OLD = 2 [deprecated = true]; NEW = 1;');
    expect(lockOf(other)).toBe(lockOf(api(messages, methods)));
  });
});
