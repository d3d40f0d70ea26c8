import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateProto } from '../../src/descriptor/validate-proto.js';
import type { PolicyInput } from '../../src/gate/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { httpAnnotations } from '../support/http-annotations.js';

/** Rules of buf.validate for fields that are OUTPUT_ONLY: what the gate leaves out of requests, it does not ask for. */

const proto = `syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "buf/validate/validate.proto";
message Stamped {
  string name = 1 [(google.api.field_behavior) = OUTPUT_ONLY, (buf.validate.field).string.min_len = 2];
  Stamped made = 2 [(google.api.field_behavior) = OUTPUT_ONLY, (buf.validate.field).required = true];
  repeated string marks = 3 [(google.api.field_behavior) = OUTPUT_ONLY, (buf.validate.field).repeated.min_items = 1];
  oneof by {
    option (buf.validate.oneof).required = true;
    string user = 4 [(google.api.field_behavior) = OUTPUT_ONLY];
    string robot = 5 [(google.api.field_behavior) = OUTPUT_ONLY];
  }
  string text = 6 [(buf.validate.field).string.max_len = 5];
  repeated Stamped parts = 7;
  map<string, Stamped> named = 8;
  string given = 9 [(google.api.field_behavior) = OUTPUT_ONLY, (buf.validate.field).string.min_len = 2];
}
message Needed {
  oneof by {
    option (buf.validate.oneof).required = true;
    string user = 1 [(google.api.field_behavior) = OUTPUT_ONLY];
    string robot = 2;
  }
}
service T {
  rpc Unary(Stamped) returns (Stamped) {
    option (google.api.http) = {
      post: "/v1/stamps" body: "*"
      additional_bindings { post: "/v1/stamps/{name}" body: "*" }
    };
  }
  rpc Ping(Needed) returns (Needed) { option (google.api.http) = { post: "/v1/needed" body: "*" }; }
  rpc ClientStream(stream Stamped) returns (Stamped) { option (google.api.http) = { post: "/v1/collect/{name}" body: "*" }; }
}
`;

const policies: Readonly<Record<string, PolicyInput>> = {
  plain: {},
  'field behaviour off': { validation: { fieldBehavior: false } },
  'a value that the gateway gives': { transform: { requestFields: [{ name: 'given', set: 'a' }] } },
};

const gateways = new Map<string, EchoGateway>();
beforeAll(async () => {
  const image = compileProtos({
    ...httpAnnotations('field_behavior'),
    [validateProto.path]: await validateProto.text(),
    't.proto': proto,
  });
  for (const [name, policy] of Object.entries(policies)) {
    const sources = [{ label: 'rules', load: async () => image }];
    const settings = gateSettings({ 't.T': { authentication: { mode: 'none' } }, 't.T.Unary': policy });
    gateways.set(
      name,
      await startEchoGateway(
        { sources, ...settings },
        { Ping: (call, callback) => callback(null, call.request) },
      ),
    );
  }
});
afterAll(() => Promise.all([...gateways.values()].map((gateway) => gateway.close())));

const rules = (text: string): string[] =>
  [...text.matchAll(/"field":"([^"]*)".*?"reason":"([A-Z_]+)"/g)].map(
    ([, field, rule]) => `${field} ${rule}`,
  );

describe('a field that is left out of requests', () => {
  it.each<[gateway: string, path: string, body: string, broken: readonly string[]]>([
    ['plain', '/v1/stamps', '{}', []],
    ['plain', '/v1/stamps', '{"name":"a","marks":[],"user":"u"}', []],
    ['plain', '/v1/stamps', '{"text":"too long"}', ['text STRING_MAX_LEN']],
    ['plain', '/v1/stamps', '{"parts":[{}],"named":{"a":{"text":"b"}}}', []],
    ['plain', '/v1/stamps', '{"parts":[{"text":"too long"}]}', ['parts[0].text STRING_MAX_LEN']],
    // What the path names stays, and is judged.
    ['plain', '/v1/stamps/ab', '{}', []],
    ['plain', '/v1/stamps/a', '{}', ['name STRING_MIN_LEN']],
    ['plain', '/v1/collect/ab', '{}{"text":"b"}', []],
    ['plain', '/v1/collect/a', '{}{}', ['name STRING_MIN_LEN']],
    // Clients can give the other member.
    ['plain', '/v1/needed', '{}', ['by REQUIRED']],
    ['plain', '/v1/needed', '{"user":"u"}', ['by REQUIRED']],
    ['plain', '/v1/needed', '{"robot":"r"}', []],
    [
      'field behaviour off',
      '/v1/stamps',
      '{}',
      [
        'name STRING_MIN_LEN',
        'made REQUIRED',
        'marks REPEATED_MIN_ITEMS',
        'by REQUIRED',
        'given STRING_MIN_LEN',
      ],
    ],
    // What another step has put there is judged.
    ['a value that the gateway gives', '/v1/stamps', '{}', ['given STRING_MIN_LEN']],
  ])('%s: %s %s is refused for %j', async (name, path, body, broken) => {
    const response = await fetch(`${gateways.get(name)?.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': path.includes('collect') ? 'application/x-ndjson' : 'application/json' },
    });
    expect(rules(await response.text()).sort()).toEqual([...broken].sort());
    expect(response.status).toBe(broken.length === 0 ? 200 : 400);
  });
});
