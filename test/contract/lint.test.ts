import { describe, expect, it } from 'vitest';
import { lintRules } from '../../src/contract/index.js';
import { checked, manyImages } from '../support/lint.js';

const http = (rule: string): string => `option (google.api.http) = { ${rule} };`;
const rpc = (name: string, rule: string, rest = ''): string =>
  `// It.\nrpc ${name} { ${http(rule)} ${rest} }`;
const service = (...methods: readonly string[]): string => `// S.\nservice S {\n${methods.join('\n')} }\n`;
const m = 'message M { string name = 1; string id = 2; }\n';
const required = '[(google.api.field_behavior) = REQUIRED]';
const stamped = (rule: string): string =>
  `string stamp = 1 [(google.api.field_behavior) = OUTPUT_ONLY, (buf.validate.field).string = { ${rule} }];`;
const policy = (text: string): string => `option (propylon.v1.method) = { ${text} };`;
const thing = 'option (google.api.resource) = { type: "x.example/Thing" pattern: "things/{thing}" };';

/** Rule → protos that trip it, and nothing else, and what is as near to that as may be without tripping any. */
const cases: readonly (readonly [rule: string, trips: string, passes: string])[] = [
  [
    'HTTP_RULE_TEMPLATE',
    service(rpc('Do(M) returns (M)', 'get: "/v1/things/"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/things"')) + m,
  ],
  [
    'HTTP_RULE_FIELD',
    service(rpc('Do(M) returns (M)', 'get: "/v1/{nam=things/*}"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*}"')) + m,
  ],
  [
    'HTTP_RULE_NESTED',
    service(
      rpc(
        'Do(M) returns (M)',
        'get: "/v1/a" additional_bindings { get: "/v1/b" additional_bindings { get: "/v1/c" } }',
      ),
    ) + m,
    service(
      rpc(
        'Do(M) returns (M)',
        'get: "/v1/a" additional_bindings { get: "/v1/b" } additional_bindings { get: "/v1/c" }',
      ),
    ) + m,
  ],
  [
    'HTTP_RULE_EMPTY',
    service(rpc('Do(M) returns (M)', 'body: "*"')) + m,
    service(rpc('Do(M) returns (M)', 'post: "/v1/a" body: "*"')) + m,
  ],
  [
    'HTTP_RULE_CONFLICT',
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*}"'),
      rpc('Be(M) returns (M)', 'get: "/v1/things/{id}"'),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*}"'),
      rpc('Be(M) returns (M)', 'post: "/v1/things/{id}"'),
    ) + m,
  ],
  [
    'ROUTE_UNREACHABLE',
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/*/{name=**}"'),
      // One or more segments too, and behind `*` in the order of the router.
      rpc('Be(M) returns (M)', 'get: "/v1/{name=**}/*"'),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/*/{name=**}"'),
      rpc('Be(M) returns (M)', 'post: "/v1/{name=**}"'),
    ) + m,
  ],
  [
    'HTTP_RULE_OVERLAP',
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/things/{id}"'),
      rpc('Be(M) returns (M)', 'get: "/v1/*/special"'),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/things/{id}"'),
      rpc('Be(M) returns (M)', 'get: "/v1/*/*/special"'),
    ) + m,
  ],
  [
    'OVERLAP_AUTHORIZATION',
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/things/{id}"', policy('authorization: { scopes: "a" }')),
      rpc('Be(M) returns (M)', 'get: "/v1/*/special"', policy('authorization: { scopes: "b" }')),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/things/{id}"', policy('authorization: { scopes: "a" }')),
      rpc('Be(M) returns (M)', 'post: "/v1/*/special"', policy('authorization: { scopes: "b" }')),
    ) + m,
  ],
  [
    'HTTP_RULE_WILDCARD_INSIDE',
    service(rpc('Do(M) returns (M)', 'get: "/v1/{name=**}/of/{id}"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/{name=**}/of"')) + m,
  ],
  [
    'HTTP_RULE_BODY_ON_GET',
    service(rpc('Do(M) returns (M)', 'delete: "/v1/a" body: "*"')) + m,
    service(rpc('Do(M) returns (M)', 'put: "/v1/a" body: "*"')) + m,
  ],
  [
    'FIELD_NAME_CLASH',
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { string a_b = 1; string other = 2 [json_name = "a_b"]; }`,
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "*"'))}${m}message N { string a_b = 1; string other = 2 [json_name = "ab"]; }`,
  ],
  [
    'POLICY_INVALID',
    service(rpc('Do(M) returns (M)', 'get: "/v1/a"', policy('rate_limits { requests: 0 }'))) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/a"', policy('rate_limits { requests: 1 }'))) + m,
  ],
  [
    'REQUIRED_FIELD_UNREACHABLE',
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { repeated M parts = 1 ${required}; }`,
    // A second binding can carry it.
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a" additional_bindings { post: "/v1/a" body: "*" }'))}${m}message N { repeated M parts = 1 ${required}; }`,
  ],
  [
    'FIELD_UNREACHABLE',
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "part"'))}${m}message N { M part = 1; O other = 2; } message O { map<string, M> parts = 1; O again = 2; }`,
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "part"'))}${m}message N { M part = 1; O other = 2; google.protobuf.Struct facts = 4; google.protobuf.Any set = 3 [(google.api.field_behavior) = OUTPUT_ONLY]; } message O { map<string, string> labels = 1; repeated string tags = 2; O again = 3; }`,
  ],
  [
    'OUTPUT_ONLY_NEEDED',
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "*"'))}${m}message N { O part = 1; } message O { ${stamped('min_len: 1')} }`,
    // Longer than it may be is nothing that is empty; what the path names is not left out; answers are not checked.
    `${service(
      rpc('Do(N) returns (P)', 'post: "/v1/a" body: "*"'),
      rpc('Be(P) returns (M)', 'post: "/v1/b/{stamp}" body: "*"'),
      rpc('Go(P) returns (M)', 'post: "/v1/c" body: "*"', policy('validation: { field_behavior: false }')),
    )}${m}message N { O part = 1; } message O { ${stamped('max_len: 1')} } message P { ${stamped('min_len: 1')} }`,
  ],
  [
    'BODY_NOT_A_MESSAGE',
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "tags"'))}${m}message N { repeated string tags = 1; M part = 2; }`,
    `${service(rpc('Do(N) returns (M)', 'post: "/v1/a" body: "part"'))}${m}message N { repeated string tags = 1; M part = 2; }`,
  ],
  [
    'RESPONSE_BODY_NOT_A_MESSAGE',
    service(rpc('Do(M) returns (M)', 'get: "/v1/a" response_body: "name"')) + m,
    `${service(rpc('Do(M) returns (N)', 'get: "/v1/a" response_body: "parts"'))}${m}message N { repeated M parts = 1; }`,
  ],
  [
    'RESPONSE_BODY_HIDES_PAGE_TOKEN',
    `${service(rpc('Do(M) returns (N)', 'get: "/v1/a" response_body: "parts"'))}${m}message N { repeated M parts = 1; string next_page_token = 2; }`,
    `${service(rpc('Do(M) returns (N)', 'get: "/v1/a"'))}${m}message N { repeated M parts = 1; string next_page_token = 2; }`,
  ],
  [
    'STREAM_WITHOUT_BODY',
    service(rpc('Do(stream M) returns (M)', 'post: "/v1/a"')) + m,
    service(rpc('Do(M) returns (stream M)', 'get: "/v1/a"')) + m,
  ],
  [
    'PATCH_WITHOUT_MASK',
    `${service(rpc('UpdateIt(N) returns (M)', 'patch: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
    `${service(rpc('UpdateIt(N) returns (M)', 'patch: "/v1/a" body: "part"'))}${m}message N { M part = 1; google.protobuf.FieldMask update_mask = 2; }`,
  ],
  [
    'AIP_131_GET',
    service(rpc('GetIt(M) returns (M)', 'post: "/v1/a" body: "*"')) + m,
    service(
      rpc('GetIt(M) returns (M)', 'post: "/v1/a:getIt" body: "*"'),
      rpc('Getaway(M) returns (M)', 'post: "/v1/b" body: "*"'),
    ) + m,
  ],
  [
    'AIP_132_LIST',
    service(rpc('ListIt(M) returns (M)', 'post: "/v1/a" body: "*"')) + m,
    service(rpc('ListIt(M) returns (M)', 'get: "/v1/a"')) + m,
  ],
  [
    'AIP_133_CREATE',
    `${service(rpc('CreateIt(N) returns (M)', 'put: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
    `${service(rpc('CreateIt(N) returns (M)', 'post: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
  ],
  [
    'AIP_133_CREATE_BODY',
    service(rpc('CreateIt(M) returns (M)', 'post: "/v1/a" body: "*"')) + m,
    `${service(rpc('CreateIt(N) returns (M)', 'post: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
  ],
  [
    'AIP_134_UPDATE',
    `${service(rpc('UpdateIt(N) returns (M)', 'put: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
    `${service(rpc('ReplaceIt(N) returns (M)', 'put: "/v1/a" body: "part"'))}${m}message N { M part = 1; }`,
  ],
  [
    'AIP_134_UPDATE_BODY',
    `${service(rpc('UpdateIt(N) returns (M)', 'patch: "/v1/a" body: "*"'))}${m}message N { M part = 1; google.protobuf.FieldMask update_mask = 2; }`,
    `${service(rpc('UpdateIt(N) returns (M)', 'patch: "/v1/a" body: "part"'))}${m}message N { M part = 1; google.protobuf.FieldMask update_mask = 2; }`,
  ],
  [
    'AIP_135_DELETE',
    service(rpc('DeleteIt(M) returns (M)', 'post: "/v1/a" body: "*"')) + m,
    service(rpc('DeleteIt(M) returns (M)', 'delete: "/v1/a"')) + m,
  ],
  [
    'AIP_136_CUSTOM',
    service(rpc('Do(M) returns (M)', 'put: "/v1/a:do" body: "*"')) + m,
    service(rpc('Do(M) returns (M)', 'post: "/v1/a:do" body: "*" additional_bindings { get: "/v1/a:do" }')) +
      m,
  ],
  [
    'AIP_136_VERB_CASE',
    service(rpc('Do(M) returns (M)', 'post: "/v1/a:do_it" body: "*"')) + m,
    service(rpc('Do(M) returns (M)', 'post: "/v1/a:doIt" body: "*"')) + m,
  ],
  [
    'LIST_WITHOUT_PAGINATION',
    `${service(rpc('ListIt(M) returns (N)', 'get: "/v1/a"'))}${m}message N { repeated M parts = 1; string next_page_token = 2; }`,
    `${service(rpc('ListIt(A) returns (N)', 'get: "/v1/a"'))}${m}message A { int32 page_size = 1; string page_token = 2; } message N { repeated M parts = 1; string next_page_token = 2; }`,
  ],
  [
    'PATH_CASE',
    service(rpc('Do(M) returns (M)', 'get: "/v1/some-things"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/someThings/-/.well-known"')) + m,
  ],
  [
    'PATH_NAMES_VERB',
    service(rpc('Do(M) returns (M)', 'get: "/v1/getThings"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/getaways"')) + m,
  ],
  [
    'PATH_VERSION',
    service(rpc('Do(M) returns (M)', 'get: "/things"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/api/v1/things"')) + m,
  ],
  [
    'PATH_VERSION_MISMATCH',
    service(rpc('Do(M) returns (M)', 'get: "/v2/things"')) + m,
    service(rpc('Do(M) returns (M)', 'get: "/v1/v2/things"')) + m,
  ],
  [
    'VARIABLE_NAME_INCONSISTENT',
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/things/{name}"'),
      rpc('Be(M) returns (M)', 'get: "/v1/things/{id}/parts"'),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*}"'),
      rpc('Be(M) returns (M)', 'get: "/v1/things/{id}/parts"'),
    ) + m,
  ],
  [
    'RESOURCE_PATTERN_MISMATCH',
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*/parts/*}"'))}message M { ${thing} string name = 1; }`,
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/{name=things/*}" additional_bindings { get: "/v1/any/{name=**}" } additional_bindings { get: "/v2/v1/{name=*/*}" }'))}message M { ${thing} string name = 1; }`,
  ],
  [
    'METHOD_WITHOUT_RULE',
    service(rpc('Do(M) returns (M)', 'get: "/v1/a"'), '// It.\nrpc Be(M) returns (M);') + m,
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/a"'))}service T { rpc Be(M) returns (M); }${m}`,
  ],
  [
    'COMMENT_MISSING',
    `// S.\nservice S { rpc Do(M) returns (M) { ${http('get: "/v1/a"')} } }${m}`,
    `// S.\nservice S {\n// It.\nrpc Do(M) returns (M) { ${http('get: "/v1/a"')} } }${m}`,
  ],
  [
    'DEPRECATED_WITHOUT_REPLACEMENT',
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { string a = 1 [deprecated = true]; }`,
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { string b = 2;\n// Use b.\nstring a = 1 [deprecated = true]; }`,
  ],
  [
    'ENUM_ZERO_VALUE',
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { E e = 1; } enum E { RED = 0; }`,
    `${service(rpc('Do(N) returns (M)', 'get: "/v1/a"'))}${m}message N { E e = 1; } enum E { E_UNSPECIFIED = 0; } enum Unused { BLUE = 0; }`,
  ],
  [
    'UNAUTHENTICATED_WRITE',
    service(
      rpc('Do(M) returns (M)', 'post: "/v1/a" body: "*"', policy('authentication: { mode: MODE_OPTIONAL }')),
    ) + m,
    service(
      rpc('Do(M) returns (M)', 'post: "/v1/a" body: "*"', policy('authentication: { mode: MODE_REQUIRED }')),
      rpc(
        'Be(M) returns (M)',
        'post: "/v1/b" body: "*"',
        `${policy('authentication: { mode: MODE_NONE }')} option idempotency_level = NO_SIDE_EFFECTS;`,
      ),
      rpc('Go(M) returns (M)', 'get: "/v1/c"', policy('authentication: { mode: MODE_NONE }')),
    ) + m,
  ],
  [
    'SCOPES_WITHOUT_AUTHENTICATION',
    service(
      rpc(
        'Do(M) returns (M)',
        'get: "/v1/a"',
        policy('authentication: { mode: MODE_NONE } authorization: { scopes: "a" }'),
      ),
    ) + m,
    service(
      rpc(
        'Do(M) returns (M)',
        'get: "/v1/a"',
        policy('authentication: { mode: MODE_OPTIONAL } authorization: { scopes: "a" }'),
      ),
    ) + m,
  ],
  [
    'IGNORE_UNKNOWN_RULE',
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/a"'))}// propylon:ignore PATH_CAES it is so.\n${m}`,
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/a"'))}// propylon:ignore PATH_CASE it is so.\n${m}`,
  ],
  [
    'IGNORE_WITHOUT_REASON',
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/a"'))}// propylon:ignore PATH_CASE\n${m}`,
    `${service(rpc('Do(M) returns (M)', 'get: "/v1/a"'))}// propylon:ignore PATH_CASE so.\n${m}`,
  ],
];

const why = 'propylon:ignore PATH_CASE it is so';
const odd = `${http('get: "/v1/a-b"')} }\n}\n${m}`;
/** Where a comment stands → how many findings it ignores. */
const ignoring: readonly (readonly [where: string, text: string, ignored: number])[] = [
  ['beside the element', `// S.\nservice S {\n// It.\n// ${why}\nrpc Do(M) returns (M) { ${odd}`, 1],
  ['as a block', `// S.\nservice S {\n/* It.\n * ${why}\n */\nrpc Do(M) returns (M) { ${odd}`, 1],
  [
    'on the line of what it is in',
    `// S.\nservice S { // ${why}\n\n// It.\nrpc Do(M) returns (M) { ${odd}`,
    1,
  ],
  ['above what it is in', `// S.\n// ${why}\nservice S {\n// It.\nrpc Do(M) returns (M) { ${odd}`, 1],
  [
    'beside something else',
    `// S.\nservice S {\n// It.\nrpc Do(M) returns (M) { ${odd}// ${why}\nmessage N {}`,
    0,
  ],
  ['within a sentence', `// S.\nservice S {\n// Not a ${why}\nrpc Do(M) returns (M) { ${odd}`, 0],
];

const images = manyImages([
  ...cases.flatMap(([, trips, passes]) => [trips, passes]),
  ...ignoring.map(([, text]) => text),
]);
const empty = new Uint8Array();

describe('each rule finds what it is for, and nothing near it', () => {
  it.each(
    cases.map(([rule], index) => [rule, images[2 * index] ?? empty, images[2 * index + 1] ?? empty] as const),
  )('%s', (rule, trips, passes) => {
    const tripped = checked(trips).findings;
    const others = new Set(tripped.map((finding) => finding.rule).filter((one) => one !== rule));
    // Whoever loses paths overlaps with who wins them.
    const overlap = ['HTTP_RULE_OVERLAP', 'HTTP_RULE_WILDCARD_INSIDE'];
    const besides =
      rule === 'ROUTE_UNREACHABLE' ? overlap : rule === 'OVERLAP_AUTHORIZATION' ? overlap.slice(0, 1) : [];
    expect([...others].sort()).toEqual(besides);
    expect(tripped.map((finding) => finding.rule)).toContain(rule);
    for (const { subject, text, locations } of tripped) {
      expect(subject).not.toMatch(/:\d+/);
      expect(text).toMatch(/^[A-Z":{a-z].*[.?]$/);
      expect(locations.length).toBeGreaterThan(0);
    }
    expect(checked(passes).findings.map((finding) => `${finding.rule} ${finding.text}`)).toEqual([]);
  });

  it('no rule is without a case', () => {
    // RULES_FILE_SELECTOR_UNKNOWN and SOURCE_CONFLICT are not of one proto: test/cli/check.test.ts.
    const others = ['RULES_FILE_SELECTOR_UNKNOWN', 'SOURCE_CONFLICT'];
    expect([...cases.map(([rule]) => rule), ...others].sort()).toEqual(Object.keys(lintRules).sort());
  });
});

describe('a comment propylon:ignore', () => {
  it.each(
    ignoring.map(
      ([where, , ignored], index) => [where, ignored, images[2 * cases.length + index] ?? empty] as const,
    ),
  )('%s ignores %i', (_, ignored, image) => {
    const { findings, ignoredCount } = checked(image);
    expect([findings.map(({ rule }) => rule), ignoredCount]).toEqual([
      ignored === 1 ? [] : ['PATH_CASE'],
      ignored,
    ]);
  });
});
