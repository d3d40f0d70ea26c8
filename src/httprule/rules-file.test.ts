import { describe, expect, it } from 'vitest';
import { readRulesFile } from './rules-file.js';

const rule = (more: Record<string, unknown>) => ({
  httpMethod: '',
  path: '',
  body: '',
  responseBody: '',
  additionalBindings: [],
  ...more,
});

describe('a rules file', () => {
  it('is a google.api.Service document', () => {
    const { rules, diagnostics } = readRulesFile(
      `
type: google.api.Service
config_version: 3
name: shop.example.com
apis:
- name: shop.v1.Orders
http:
  fully_decode_reserved_expansion: true
  rules:
  - selector: shop.v1.Orders.Get
    get: /v1/{name=orders/*}
    response_body: order
    additional_bindings:
    - post: /v1/orders:get
      body: "*"
  - selector: shop.v1.Orders.List
    custom: { kind: LIST, path: /v1/orders }
    responseBody: orders
    additionalBindings:
    - put: /a
    - delete: /b
    - patch: /c
`,
      'rules.yaml',
    );
    expect(diagnostics).toEqual([]);
    expect([...rules.bySelector].map(([selector, found]) => [selector, found.rule])).toEqual([
      [
        'shop.v1.Orders.Get',
        rule({
          httpMethod: 'GET',
          path: '/v1/{name=orders/*}',
          responseBody: 'order',
          additionalBindings: [rule({ httpMethod: 'POST', path: '/v1/orders:get', body: '*' })],
        }),
      ],
      [
        'shop.v1.Orders.List',
        rule({
          httpMethod: 'LIST',
          path: '/v1/orders',
          responseBody: 'orders',
          additionalBindings: [
            rule({ httpMethod: 'PUT', path: '/a' }),
            rule({ httpMethod: 'DELETE', path: '/b' }),
            rule({ httpMethod: 'PATCH', path: '/c' }),
          ],
        }),
      ],
    ]);
    const found = rules.bySelector.get('shop.v1.Orders.Get');
    expect(found?.location).toEqual({ file: 'rules.yaml', line: 10, column: 5 });
    expect(found?.additionalLocations).toEqual([{ file: 'rules.yaml', line: 14, column: 7 }]);
  });

  it('may be JSON, use aliases, and give the last rule for a selector', () => {
    expect(
      readRulesFile('{"http":{"rules":[{"selector":"a.B","get":"/a"}]}}', 'f').rules.bySelector.size,
    ).toBe(1);
    const { rules, diagnostics } = readRulesFile(
      'http: {rules: [{selector: a.B, get: &p /one}, {selector: a.C, get: *p}, {selector: a.B, put: /two}]}',
      'f',
    );
    expect(diagnostics).toEqual([]);
    expect(
      [...rules.bySelector].map(
        ([selector, found]) => `${selector} ${found.rule.httpMethod} ${found.rule.path}`,
      ),
    ).toEqual(['a.C GET /one', 'a.B PUT /two']);
  });

  it.each([
    ['', 1, 1, 'a mapping was expected'],
    ['[]', 1, 1, 'a mapping was expected'],
    ['type: google.api.Other', 1, 7, 'is not google.api.Service'],
    ['htpp: {}', 1, 1, 'no key "htpp"'],
    ['http:\n  rule: []', 2, 3, 'no key "rule"'],
    ['http: []', 1, 7, 'a mapping was expected'],
    ['http:\n  rules: {}', 2, 10, 'a list was expected'],
    ['http:\n  rules: [x]', 2, 11, 'a mapping was expected'],
    ['http:\n  rules:\n  - selector: a.B\n    gett: /a', 4, 5, 'no key "gett"'],
    ['http:\n  rules:\n  - get: /a', 3, 5, 'without a selector'],
    ['http:\n  rules:\n  - {selector: a.*, get: /a}', 3, 16, '"a.*" is not a method name'],
    ['http:\n  rules:\n  - {selector: "*", get: /a}', 3, 16, 'is not a method name'],
    ['http:\n  rules:\n  - {selector: a b, get: /a}', 3, 16, 'is not a method name'],
    ['http:\n  rules:\n  - {selector: a.B, get: /a, put: /b}', 3, 5, 'get and put'],
    ['http:\n  rules:\n  - {selector: a.B, get: 1}', 3, 26, 'a string was expected'],
    ['http:\n  rules:\n  - {selector: a.B, custom: /a}', 3, 29, 'a mapping was expected'],
    ['http:\n  rules:\n  - {selector: a.B, custom: {kin: A}}', 3, 30, 'no key "kin"'],
    ['http:\n  rules:\n  - {selector: a.B, response_body: a, responseBody: b}', 3, 39, 'given twice'],
    [
      'http:\n  rules:\n  - {selector: a.B, get: /a, additional_bindings: [{gett: /b}]}',
      3,
      53,
      'no key "gett"',
    ],
    ['http: {fully_decode_reserved_expansion: maybe}', 1, 41, 'true or false'],
    ['http:\n  rules:\n  - selector: a.B\n    post: /a\n    body: *\n', 5, 11, 'not valid YAML'],
    ['http: {', 1, 8, 'not valid YAML'],
    ['http: {}\nhttp: {}', 2, 1, 'not valid YAML'],
  ])('%j is refused at %i:%i: %s', (text, line, column, problem) => {
    const { rules, diagnostics } = readRulesFile(text, 'rules.yaml');
    expect(rules.bySelector.size).toBe(0);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      code: 'RULES_FILE_INVALID',
      locations: [{ file: 'rules.yaml', line, column }],
    });
    expect(diagnostics[0]?.text).toContain(problem);
    expect(diagnostics[0]?.hint).toBeTruthy();
  });

  it('says how to write a body of "*"', () => {
    const { diagnostics } = readRulesFile(
      'http:\n  rules:\n  - selector: a.B\n    post: /a\n    body: *\n',
      'f',
    );
    expect(diagnostics[0]?.hint).toContain('"*"');
  });

  it('keeps the rules that are right, and ends on circular aliases', () => {
    const { rules, diagnostics } = readRulesFile(
      'http: {rules: [{selector: a.B}, {selector: 1}, &r {selector: a.C, get: /c, additional_bindings: [*r]}]}',
      'f',
    );
    expect([...rules.bySelector.keys()]).toEqual(['a.B', 'a.C']);
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});
