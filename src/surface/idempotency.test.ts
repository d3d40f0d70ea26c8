import { expect, test } from 'vitest';
import { testSurface } from '../../test/support/surface.js';
import { idempotencyOf } from './idempotency.js';

const { input, match } = testSurface(`
  message Plain { string name = 1; }
  message Known { string request_id = 1; string name = 2; }
  message Odd { int64 request_id = 1; }
  service S {
    rpc Get(Plain) returns (Plain) { option (google.api.http) = { get: "/get" additional_bindings { post: "/get" } }; }
    rpc Put(Plain) returns (Plain) { option (google.api.http) = { put: "/put" }; }
    rpc Delete(Plain) returns (Plain) { option (google.api.http) = { delete: "/delete" }; }
    rpc Head(Plain) returns (Plain) { option (google.api.http) = { custom { kind: "HEAD" path: "/head" } }; }
    rpc Post(Plain) returns (Plain) { option (google.api.http) = { post: "/post" }; }
    rpc Patch(Plain) returns (Plain) { option (google.api.http) = { patch: "/patch" }; }
    rpc Any(Plain) returns (Plain) { option (google.api.http) = { custom { kind: "*" path: "/any" } }; }
    rpc Create(Known) returns (Plain) { option (google.api.http) = { post: "/create" }; }
    rpc Number(Odd) returns (Plain) { option (google.api.http) = { post: "/number" }; }
    rpc Safe(Plain) returns (Plain) {
      option idempotency_level = NO_SIDE_EFFECTS;
      option (google.api.http) = { post: "/safe" };
    }
    rpc Same(Plain) returns (Plain) {
      option idempotency_level = IDEMPOTENT;
      option (google.api.http) = { post: "/same" };
    }
    rpc Watch(Plain) returns (stream Plain) { option (google.api.http) = { get: "/watch" }; }
    rpc Upload(stream Plain) returns (Plain) { option (google.api.http) = { put: "/upload" }; }
  }
`);

test.each([
  ['GET /get', '', true],
  ['POST /get', '', false],
  ['PUT /put', '', true],
  ['DELETE /delete', '', true],
  ['HEAD /head', '', true],
  ['POST /post', '', false],
  ['PATCH /patch', '', false],
  ['GET /any', '', false],
  ['POST /create', '0a0161', true],
  ['POST /create', '12016e', false],
  ['POST /create', '0a00', false],
  ['POST /number', '0801', false],
  ['POST /safe', '', true],
  ['POST /same', '', true],
  ['GET /watch', '', true],
  ['PUT /upload', '', false],
])('%s with the request %j may be repeated: %s', (request, hex, expected) => {
  const { binding } = match(request).route;
  expect(idempotencyOf(binding, input.codecs)(Buffer.from(hex, 'hex'))).toBe(expected);
});
