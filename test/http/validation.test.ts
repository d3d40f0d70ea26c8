import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateProto } from '../../src/descriptor/validate-proto.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoGateway, jsonOf, messageOf, startEchoGateway } from '../support/echo-gateway.js';
import { httpAnnotations } from '../support/http-annotations.js';

/** What schemas say of requests, enforced before any backend is called. */

const proto = `syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/field_mask.proto";
import "buf/validate/validate.proto";
message M {
  string name = 1 [(google.api.field_behavior) = REQUIRED];
  string text = 2 [(buf.validate.field).string.max_len = 5];
  int64 size = 3 [(google.api.field_behavior) = OUTPUT_ONLY];
  repeated M items = 5;
  map<string, string> labels = 6 [(buf.validate.field).map.keys.string.pattern = "^[a-z]+$"];
  M child = 7;
  repeated int32 numbers = 8;
  bool is_old = 9 [(google.api.field_behavior) = OUTPUT_ONLY];
}
message Update { M m = 1; google.protobuf.FieldMask update_mask = 2; }
service T {
  rpc Unary(M) returns (M) {
    option (google.api.http) = {
      post: "/v1/echo" body: "*"
      additional_bindings { get: "/v1/echo" }
      additional_bindings { post: "/v1/sized/{size}" body: "*" }
    };
  }
  rpc Ping(Update) returns (M) { option (google.api.http) = { patch: "/v1/m" body: "m" }; }
  rpc ClientStream(stream M) returns (M) { option (google.api.http) = { post: "/v1/collect/{name}" body: "*" }; }
}
`;

const calls: unknown[] = [];
const masks: unknown[] = [];
let echo: EchoGateway;
beforeAll(async () => {
  const image = compileProtos({
    ...httpAnnotations('field_behavior'),
    [validateProto.path]: await validateProto.text(),
    't.proto': proto,
  });
  const types = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  echo = await startEchoGateway(
    { sources: [{ label: 'rules', load: async () => image }] },
    {
      Unary(call, callback) {
        calls.push(jsonOf(call.request));
        callback(null, call.request);
      },
      Ping(call, callback) {
        const mask = types.getMessage('t.Update');
        if (mask === undefined) throw new Error('no t.Update');
        const { updateMask } = toJson(mask, fromBinary(mask, call.request)) as Record<string, unknown>;
        masks.push(updateMask);
        callback(null, Buffer.alloc(0));
      },
    },
  );
});
afterAll(() => echo?.close());

async function send(
  request: string,
  body?: string | Uint8Array<ArrayBuffer>,
  contentType = 'application/json',
) {
  const [method = '', path = ''] = request.split(' ');
  calls.length = 0;
  const init = body === undefined ? { method } : { method, body, headers: { 'content-type': contentType } };
  const response = await fetch(`${echo.url}${path}`, init);
  return { status: response.status, text: await response.text() };
}

describe('rules of a request', () => {
  it('come back all at once, by the names that the client knows, and call no backend', async () => {
    const body = { text: 'too long', labels: { A1: 'x' }, items: [{ name: 'n' }, { text: 'toolong' }] };
    const { status, text } = await send('POST /v1/echo', JSON.stringify(body));
    const { code, message, details } = JSON.parse(text);
    expect([status, code, calls.length]).toEqual([400, 3, 0]);
    expect(message).toBe('Field "name": is required, and 4 more.');
    expect(details).toEqual([
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [
          { field: 'name', description: 'is required', reason: 'REQUIRED' },
          { field: 'items[1].name', description: 'is required', reason: 'REQUIRED' },
          { field: 'text', description: expect.any(String), reason: 'STRING_MAX_LEN' },
          { field: 'items[1].text', description: expect.any(String), reason: 'STRING_MAX_LEN' },
          { field: 'labels["A1"]', description: expect.any(String), reason: 'STRING_PATTERN' },
        ],
      },
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'FIELD_INVALID', domain: 'propylon' },
    ]);
  });

  it.each([
    ['POST /v1/echo', '{}'],
    ['POST /v1/echo', ''],
    ['POST /v1/echo', '{"name":""}'],
    ['GET /v1/echo', undefined],
    ['GET /v1/echo?text=a', undefined],
  ])('%s %s lacks what is REQUIRED', async (request, body) => {
    const { status, text } = await send(request, body);
    expect([status, calls.length]).toEqual([400, 0]);
    expect(text).toContain('FIELD_REQUIRED');
  });

  it('hold for protobuf bodies too', async () => {
    const { status, text } = await send(
      'POST /v1/echo',
      messageOf({ text: 'too long' }),
      'application/x-protobuf',
    );
    expect([status, calls.length]).toEqual([400, 0]);
    expect(text).toContain('STRING_MAX_LEN');
  });
});

describe('what is OUTPUT_ONLY', () => {
  const clean = { name: 'n', child: { name: 'c' } };
  it.each<[string, string, string | Uint8Array<ArrayBuffer> | undefined, string, unknown]>([
    [
      'in JSON',
      'POST /v1/echo',
      '{"name":"n","size":"5","child":{"name":"c","isOld":true,"is_old":true}}'.replace(',"is_old":true', ''),
      'application/json',
      clean,
    ],
    [
      'in protobuf',
      'POST /v1/echo',
      messageOf({ name: 'n', size: '5', child: { name: 'c', isOld: true } }),
      'application/x-protobuf',
      clean,
    ],
    ['in a query', 'GET /v1/echo?name=n&size=5&child.name=c&child.isOld=true', undefined, '', clean],
    [
      'in the path, which is meant',
      'POST /v1/sized/5',
      '{"name":"n","isOld":true}',
      'application/json',
      { name: 'n', size: '5' },
    ],
  ])('%s is not seen by the backend', async (_, request, body, contentType, seen) => {
    const { status } = await send(request, body, contentType);
    expect(status).toBe(200);
    expect(calls).toEqual([seen]);
  });
});

describe('an update', () => {
  it.each([
    ['{"text":"a","size":"5","isOld":true}', 200, 'text'],
    ['{"child":{"name":"c","isOld":true}}', 200, 'child.name'],
    ['{"name":""}', 400, undefined],
    ['{"child":{"name":""}}', 400, undefined],
    ['{"labels":{"A":"x"}}', 400, undefined],
  ])(
    '%s is judged in what it updates, and updates nothing that is OUTPUT_ONLY: %i %s',
    async (body, status, mask) => {
      masks.length = 0;
      expect(await send('PATCH /v1/m', body)).toMatchObject({ status });
      expect(masks).toEqual(mask === undefined ? [] : [mask]);
    },
  );
});

describe('a stream of requests', () => {
  it.each([
    ['{}{"text":"a"}', 200],
    ['{}{"text":"too long"}', 400],
    ['{}{"child":{"name":"c"}}', 200],
    ['{}{"child":{}}', 400],
  ])('%s is judged message by message, but for what the path says: %i', async (body, status) => {
    expect(await send('POST /v1/collect/n', body)).toMatchObject({ status });
  });
});
