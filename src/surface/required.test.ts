import { describe, expect, it } from 'vitest';
import { testMessage } from '../../test/support/codec-protos.js';
import { compileProtos } from '../../test/support/compile-protos.js';
import { httpAnnotations } from '../../test/support/http-annotations.js';
import { testSurface } from '../../test/support/surface.js';
import { defaultLimits } from '../limits.js';
import { StatusError } from '../status/index.js';
import { requireFields } from './required.js';

const proto2 = `syntax = "proto2";
package t;
import "google/api/annotations.proto";
service T {
  rpc Put(M) returns (M) { option (google.api.http) = { put: "/m/{id}" body: "*" additional_bindings { put: "/in/{id}" body: "one" } additional_bindings { get: "/m" } }; }
  rpc Import(stream M) returns (M) { option (google.api.http) = { post: "/m:import" body: "*" }; }
}
message M {
  required string id = 1;
  optional N one = 2;
  repeated N many = 3;
  map<string, N> map = 4;
  optional group Data = 5 { required int32 must_be = 1; }
  oneof either { N left = 6; string right = 7; }
  optional M again = 8;
}
message N { required int32 must_be = 1; optional int32 other = 2; }
`;
const edition = `edition = "2024";
package e;
import "google/api/annotations.proto";
service E { rpc Put(M) returns (M) { option (google.api.http) = { put: "/e" body: "*" }; } }
message M { string id = 1 [features.field_presence = LEGACY_REQUIRED]; string free = 2; }
`;
const surface = testSurface(compileProtos({ ...httpAnnotations(), 't.proto': proto2, 'e.proto': edition }));

function missing(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return [error.reason, error.httpStatus, error.violations[0]?.field];
  }
  return undefined;
}

describe('a request without a required field, which no backend could parse', () => {
  it.each<[string, string, string]>([
    ['PUT /e', '{"free":"x"}', 'id'],
    ['GET /m?one.must_be=3', '', 'id'],
    ['PUT /m/1', '{"one":{}}', 'one.mustBe'],
    ['PUT /m/1', '{"one":{"other":1}}', 'one.mustBe'],
    ['PUT /m/1', '{"many":[{"mustBe":1},{}]}', 'many[1].mustBe'],
    ['PUT /m/1', '{"map":{"a":{"mustBe":1},"b":{}}}', 'map.mustBe'],
    ['PUT /m/1', '{"data":{}}', 'data.mustBe'],
    ['PUT /m/1', '{"left":{}}', 'left.mustBe'],
    ['PUT /m/1', '{"again":{"again":{"id":"x"}}}', 'again.id'],
    ['PUT /in/1', '{"other":1}', 'one.mustBe'],
  ])('%s %s is a 400 that names %3$s', (request, body, field) => {
    expect(missing(() => surface.bind(request, body, 'application/json'))).toEqual([
      'FIELD_REQUIRED',
      400,
      field,
    ]);
  });

  it.each<[string, string, string]>([
    ['a field from the path counts', 'PUT /m/1', '{}'],
    ['an empty message has none', 'PUT /m/1', '{"many":[],"map":{}}'],
    ['zero is a value', 'PUT /m/1', '{"one":{"mustBe":0},"many":[{"mustBe":0}],"data":{"mustBe":0}}'],
    ['a field from the query counts', 'GET /m?id=x&one.must_be=3', ''],
    ['as deep as it goes', 'PUT /m/1', '{"again":{"id":"x","again":{"id":"y","map":{"":{"mustBe":1}}}}}'],
    ['an empty required string', 'PUT /e', '{"id":""}'],
  ])('%s: %s %s', (_, request, body) => {
    expect(missing(() => surface.bind(request, body, 'application/json'))).toBeUndefined();
  });

  it.each<[string, readonly number[], string | undefined]>([
    ['protobuf is checked as JSON is', [0x12, 2, 0x10, 1], 'one.mustBe'],
    ['pieces of a message are one', [0x12, 2, 0x10, 1, 0x12, 2, 0x08, 1], undefined],
    ['a member of a oneof that another replaced is gone', [0x32, 0, 0x3a, 1, 0x61], undefined],
    ['what is no message inside is for the backend to refuse', [0x12, 1, 0x0f], undefined],
  ])('%s', (_, body, field) => {
    const { request } = surface.match('PUT /m/1').route;
    const bind = () =>
      request.bind(['1'], request.readQuery(''), new Uint8Array(body), 'application/x-protobuf');
    expect(missing(bind)).toEqual(field === undefined ? undefined : ['FIELD_REQUIRED', 400, field]);
  });

  it('is refused in a stream, whichever message it is', () => {
    const { request } = surface.match('POST /m:import').route;
    const next = (body: string) => missing(() => request.bindNext(Buffer.from(body), 'application/json'));
    expect([next('{"id":"x"}'), next('{}')]).toEqual([undefined, ['FIELD_REQUIRED', 400, 'id']]);
  });

  it('is not looked for where a type has none', () => {
    const binder = surface.match('PUT /e').route.request;
    const proto3 = testMessage('Everything');
    expect(requireFields(binder, proto3, defaultLimits)).toBe(binder);
    expect(requireFields(binder, testMessage('Legacy'), defaultLimits)).not.toBe(binder);
  });
});
