import { expect, it } from 'vitest';
import { testSurface } from '../../../test/support/surface.js';
import { compareSurfaces } from './compare.js';

const before = `
message Part { string id = 1; string note = 2; }
message Thing {
  string name = 1; int32 size = 2; repeated string tags = 3; map<string, int32> counts = 4;
  Part part = 5; Kind kind = 6; string old = 7; repeated Part parts = 8;
}
enum Kind { KIND_UNSPECIFIED = 0; }
message Ask { string name = 1; int32 page = 2; Thing thing = 3; }
service Things {
  rpc Get(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/{name=things/*}" }; }
  rpc Gone(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/gone" }; }
  rpc Moved(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/moved" }; }
  rpc Stays(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/{name}/stays" }; }
  rpc Streams(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/streams" }; }
  rpc Takes(Ask) returns (Thing) { option (google.api.http) = { post: "/v1/takes" body: "*" }; }
  rpc Gives(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/gives" }; }
}`;

const after = `
message Piece { string id = 1; int64 note = 2; }
message Thing {
  string name = 1; int64 size = 2; string tags = 3; map<string, int64> counts = 4;
  Piece part = 5; Sort kind = 6; repeated Piece parts = 8; string added = 9;
}
enum Sort { SORT_UNSPECIFIED = 0; }
message Ask { string id = 1 [json_name = "name"]; Thing thing = 3; string page = 4; }
service Things {
  rpc Get(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/{id=things/*}" }; }
  rpc Other(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/moved" }; }
  rpc Stays(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/{id}/stays" }; }
  rpc Streams(Ask) returns (stream Thing) { option (google.api.http) = { get: "/v1/streams" }; }
  rpc Takes(Ask) returns (Thing) { option (google.api.http) = { post: "/v1/takes" body: "thing" }; }
  rpc Gives(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/gives" response_body: "part" }; }
  rpc Added(Ask) returns (Thing) { option (google.api.http) = { get: "/v1/added" }; }
}`;

it('tells what breaks clients, and nothing else', () => {
  const [one, other] = [testSurface(before).surface, testSurface(after).surface];
  const found = compareSurfaces(one, other);
  expect(found.every(({ severity }) => severity === 'warning')).toBe(true);
  expect(found.map(({ code, text }) => `${code} ${text}`).sort()).toEqual([
    'FIELD_CHANGED The field t.v1.Ask.page was int32, and is string.',
    'FIELD_CHANGED The field t.v1.Part.note was string, and is int64.',
    'FIELD_CHANGED The field t.v1.Thing.counts was map<string, int32>, and is map<string, int64>.',
    'FIELD_CHANGED The field t.v1.Thing.old is gone.',
    'FIELD_CHANGED The field t.v1.Thing.size was int32, and is int64.',
    'FIELD_CHANGED The field t.v1.Thing.tags was repeated string, and is string.',
    'ROUTE_CHANGED GET /v1/gives answered with the whole message, and now part.',
    'ROUTE_CHANGED GET /v1/moved led to t.v1.Things.Moved, and now t.v1.Things.Other.',
    'ROUTE_CHANGED GET /v1/streams was unary, and now server streaming.',
    'ROUTE_CHANGED POST /v1/takes took its body for the whole message, and now thing.',
    'ROUTE_REMOVED The route GET /v1/gone of t.v1.Things.Gone is gone.',
  ]);
  expect(compareSurfaces(one, one)).toEqual([]);
});
