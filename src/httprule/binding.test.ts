import { beforeAll, describe, expect, it } from 'vitest';
import { compileProto, serviceOf } from '../../test/support/httprule.js';
import type { DescService } from '../descriptor/index.js';
import { finished } from '../steps.js';
import { bindingSteps } from './binding.js';
import { mergeRules, noRules } from './overlay.js';
import { readRulesFile } from './rules-file.js';

let services: readonly DescService[];
beforeAll(() => {
  const registry = compileProto(`
syntax = "proto3";
package t;
import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/duration.proto";
// google.api.http as it is on the wire, without the package it comes from.
extend google.protobuf.MethodOptions { HttpRule http = 72295728; }
message HttpRule { string selector = 1; oneof pattern { string get = 2; string put = 3; string post = 4; string delete = 5; string patch = 6; Custom custom = 8; } string body = 7; string response_body = 12; repeated HttpRule additional_bindings = 11; }
message Custom { string kind = 1; string path = 2; }
enum Color { RED = 0; }
message Inner { string id = 1; Inner self = 2; repeated string tags = 3; }
message Request {
  string name = 1; int64 big = 2; bool flag = 3; bytes blob = 4; Color color = 5; double ratio = 6;
  google.protobuf.Timestamp time = 7; google.protobuf.Duration span = 8; google.protobuf.FieldMask mask = 9;
  google.protobuf.StringValue wrapped = 10; google.protobuf.BytesValue bytes_value = 11;
  Inner inner = 12; repeated string names = 13; map<string, string> labels = 14; repeated Inner inners = 15;
  google.protobuf.Any any = 16; google.protobuf.Struct data = 17; google.protobuf.Value value = 18;
  google.protobuf.ListValue list = 19; oneof one { string first = 20; Inner second = 21; } optional string maybe = 22;
  string display_name = 23;
}
message Clash { string fine = 1; ClashInner inner = 2; ClashBody body = 3; Clash self = 4; }
message ClashInner { string a = 1 [json_name = "b"]; string b = 2 [json_name = "c"]; }
message ClashBody { string d = 1 [json_name = "e"]; string e = 2 [json_name = "f"]; }
service S {
  rpc Do(Request) returns (Request);
  rpc Annotated(Request) returns (Request) {
    option (http) = {
      get: "/v1/{name=a/*}"
      response_body: "inner"
      additional_bindings { post: "/v1/a" body: "inner" }
      additional_bindings { custom { kind: "LIST" path: "/v1/b" } body: "*" }
    };
  }
  rpc Clashing(Clash) returns (Clash);
}`);
  services = [serviceOf(registry, 't.S')];
});

/** Findings for a rule of t.S.Do, given as the YAML flow mapping's inside. */
function check(rule: string, method = 'Do') {
  const read = readRulesFile(`http: { rules: [{ selector: t.S.${method}, ${rule} }] }`, 'rules.yaml');
  expect(read.diagnostics).toEqual([]);
  const found = finished(bindingSteps(services, read.rules));
  return {
    bindings: found.bindings.filter((binding) => binding.method.name === method),
    diagnostics: found.diagnostics,
  };
}

describe('a binding', () => {
  it('is read off the annotation, with its additional bindings', () => {
    const { bindings, diagnostics } = finished(bindingSteps(services, noRules));
    expect(diagnostics).toEqual([]);
    expect(
      bindings.map(({ httpMethod, template, body, responseBody, index, variables }) => [
        index,
        httpMethod,
        template.text,
        typeof body === 'string' ? body : body.name,
        responseBody?.name,
        variables.map(({ path, multi }) => [path.text, multi]),
      ]),
    ).toEqual([
      [0, 'GET', '/v1/{name=a/*}', 'none', 'inner', [['name', true]]],
      [1, 'POST', '/v1/a', 'inner', undefined, []],
      [2, 'LIST', '/v1/b', 'all', undefined, []],
    ]);
    expect(bindings[0]?.location).toMatchObject({ file: 'test.proto', line: expect.any(Number) });
    expect(bindings[0]?.location.line).toBeGreaterThan(30);
  });

  it.each(
    [
      'name',
      'big',
      'flag',
      'blob',
      'color',
      'ratio',
      'time',
      'span',
      'mask',
      'wrapped',
      'bytes_value',
    ].concat(['inner.id', 'inner.self.self.id', 'first', 'second.id', 'maybe', 'display_name']),
  )('can have a variable for the field %s', (field) => {
    const { bindings, diagnostics } = check(`get: "/v1/{${field}}"`);
    expect(diagnostics).toEqual([]);
    expect(bindings[0]?.variables[0]?.path.text).toBe(field);
  });

  it.each([
    ['HTTP_RULE_FIELD', 'get: "/v1/{nope}"', 'nope'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{displayName}"', 'displayName'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{inner.nope}"', 'nope'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{name.id}"', 'name'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{names}"', 'repeated'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{inner.tags}"', 'repeated'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{inners.id}"', 'inners'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{first}/{second.id}"', 'of one oneof with "first"'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{labels}"', 'map'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{labels.key}"', 'labels'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{inner}"', 't.Inner'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{any}"', 'google.protobuf.Any'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{data}"', 'google.protobuf.Struct'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{value}"', 'google.protobuf.Value'],
    ['HTTP_RULE_FIELD', 'get: "/v1/{list}"', 'google.protobuf.ListValue'],
    ['HTTP_RULE_FIELD', 'post: /v1, body: nope', 'body "nope" is not a field of t.Request'],
    ['HTTP_RULE_FIELD', 'post: /v1, body: inner.id', 'must be one top-level field'],
    ['HTTP_RULE_FIELD', 'post: /v1, body: displayName', 'body "displayName" is not a field'],
    ['HTTP_RULE_FIELD', 'get: /v1, response_body: nope', 'response_body "nope" is not a field'],
    ['HTTP_RULE_FIELD', 'get: /v1, response_body: inner.id', 'must be one top-level field'],
    ['HTTP_RULE_TEMPLATE', 'get: v1', 'must begin with "/", at column 1'],
    ['HTTP_RULE_TEMPLATE', 'get: "/{name}/{name}"', 'bound twice, at column 9'],
    ['HTTP_RULE_TEMPLATE', 'get: "/{inner}/{inner.id}"', 'one is inside the other'],
    ['HTTP_RULE_EMPTY', 'body: "*"', 'names no HTTP method'],
    ['HTTP_RULE_EMPTY', 'get: ""', 'empty path'],
    ['HTTP_RULE_EMPTY', 'custom: { kind: "", path: /v1 }', 'names no HTTP method'],
    ['HTTP_RULE_EMPTY', 'custom: { kind: "A B", path: /v1 }', 'not an HTTP method'],
  ])('is refused as %s: %s', (code, rule, text) => {
    const { bindings, diagnostics } = check(rule);
    expect(bindings).toEqual([]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      code,
      locations: [{ file: 'rules.yaml', line: 1 }],
    });
    expect(diagnostics[0]?.text).toContain('t.S.Do, "');
    expect(diagnostics[0]?.text).toContain(text);
    expect(diagnostics[0]?.hint).toBeTruthy();
  });

  it.each([
    ['HTTP_RULE_BODY_ON_GET', 'get: /v1, body: "*"'],
    ['HTTP_RULE_BODY_ON_GET', 'delete: /v1, body: inner'],
    ['HTTP_RULE_WILDCARD_INSIDE', 'get: "/v1/{name=**}/{inner.id}"'],
    ['HTTP_RULE_WILDCARD_INSIDE', 'get: "/v1/**/a/*"'],
  ])('is served with the warning %s: %s', (code, rule) => {
    const { bindings, diagnostics } = check(rule);
    expect(bindings).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code }]);
  });

  it.each([
    'post: /v1, body: "*"',
    'get: "/v1/**/a"',
    'get: /v1, response_body: "*"',
    'post: /v1, body: names',
  ])('is served without a word: %s', (rule) => {
    expect(check(rule)).toMatchObject({ bindings: [{ responseBody: undefined }], diagnostics: [] });
  });

  it('reports every finding of every rule, and keeps the rules that are right', () => {
    const { bindings, diagnostics } = check(
      'post: "/v1/{nope}/{names}", body: nope, additional_bindings: [{ get: /v2 }, { get: "" }]',
    );
    expect(bindings.map((binding) => binding.template.text)).toEqual(['/v2']);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'HTTP_RULE_FIELD',
      'HTTP_RULE_FIELD',
      'HTTP_RULE_FIELD',
      'HTTP_RULE_EMPTY',
    ]);
  });

  it('must not nest additional bindings twice', () => {
    const rule = 'get: /v1, additional_bindings: [{ get: /v2, additional_bindings: [{ get: /v3 }] }]';
    expect(check(rule).diagnostics).toMatchObject([{ severity: 'error', code: 'HTTP_RULE_NESTED' }]);
  });

  it.each([
    ['get: /v1', ['ClashBody', 'ClashInner']],
    ['post: /v1, body: body', ['ClashBody', 'ClashInner']],
    ['post: /v1, body: inner', ['ClashBody', 'ClashInner']],
    ['post: /v1, body: "*"', []],
  ])('is refused when a query parameter would be ambiguous: %s', (rule, messages) => {
    const { diagnostics } = check(rule, 'Clashing');
    expect(diagnostics.map(({ code }) => code)).toEqual(messages.map(() => 'FIELD_NAME_CLASH'));
    for (const message of messages) {
      expect(diagnostics.some(({ text, severity }) => severity === 'error' && text.includes(message))).toBe(
        true,
      );
    }
  });

  it('comes from the rules file where there is one, the last file winning', () => {
    const file = (name: string, path: string) =>
      readRulesFile(`http: { rules: [{ selector: t.S.Annotated, get: ${path} }] }`, name).rules;
    const rules = mergeRules([file('one.yaml', '/one'), noRules, file('two.yaml', '/two')]);
    const { bindings } = finished(bindingSteps(services, rules));
    expect(bindings.map(({ template, location }) => [template.text, location.file])).toEqual([
      ['/two', 'two.yaml'],
    ]);
  });

  it('is missed by an unknown selector, with a warning', () => {
    const { rules } = readRulesFile('http:\n  rules:\n  - selector: t.S.Nope\n    get: /v1\n', 'rules.yaml');
    expect(finished(bindingSteps(services, rules)).diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'RULES_FILE_SELECTOR_UNKNOWN',
        locations: [{ file: 'rules.yaml', line: 3, column: 5 }],
      },
    ]);
  });
});
