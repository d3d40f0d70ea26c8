import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Cancellation } from '../../src/cancel-signal.js';
import { systemClock } from '../../src/clock.js';
import { createCompiledCodecs, defaultCodecOptions } from '../../src/codec/index.js';
import { formOf } from '../../src/contract/schema/form.js';
import { createSchemas } from '../../src/contract/schema/schemas.js';
import { buildRegistry, messageReader, protosSource, readResources } from '../../src/descriptor/index.js';
import { createInputRules } from '../../src/gate/index.js';
import { defaultLimits } from '../../src/limits.js';
import { createMock } from '../../src/mock/index.js';
import type { Call } from '../../src/upstream/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { schemaCheck } from '../support/json-schema.js';
import { contractProtos } from '../support/openapi.js';
import { randomApi } from '../support/random-api.js';
import { seeded } from '../support/random-message.js';

/** Every answer to an empty request, held against the schema of its type by ajv, and against its rules by protovalidate. */
async function findingsIn(image: Uint8Array): Promise<{ methods: number; findings: string[] }> {
  const { registry } = buildRegistry([{ label: 'image', binary: image }]);
  const { transport, diagnostics } = createMock(registry, { seed: 'test', clock: systemClock });
  const again = createMock(registry, { seed: 'test', clock: systemClock }).transport;
  const form = formOf(defaultCodecOptions);
  const schemas = createSchemas(registry.types, readResources(registry.files), form);
  const codecs = createCompiledCodecs(registry.types, defaultLimits);
  const rules = createInputRules(registry);
  const findings = diagnostics.map(({ text }) => text);
  const methods = registry.services.flatMap(({ methods: own }) => own);
  const unary = methods.filter(({ methodKind }) => methodKind === 'unary');
  // One schema for all: each with all components takes many times as long.
  const outputs = unary.map(({ output }) => [output.typeName, schemas.message(output, form)]);
  const check = schemaCheck({ properties: Object.fromEntries(outputs) }, schemas.components());
  for (const { parent, name, output } of unary) {
    const where = `${parent.typeName}.${name}`;
    const call: Call = {
      path: `/${parent.typeName}/${name}`,
      metadata: [],
      deadline: undefined,
      signal: new Cancellation(),
      responseMessageBytesMax: defaultLimits.responseMessageBytesMax,
    };
    const { status, message } = await transport.unary(call, new Uint8Array());
    if (message === undefined) {
      findings.push(`${where}: ${status.message}`);
      continue;
    }
    if (
      Buffer.compare(message, (await again.unary(call, new Uint8Array())).message ?? new Uint8Array()) !== 0
    )
      findings.push(`${where} answers otherwise the second time`);
    const json: unknown = JSON.parse(
      Buffer.from(codecs.codec(output, defaultCodecOptions).toJson(message)).toString(),
    );
    for (const { instancePath, message: said, keyword, params } of check({ [output.typeName]: json }))
      findings.push(`${where} ${instancePath}: ${said} (${keyword} ${JSON.stringify(params)})`);
    for (const { message: said, ruleId } of rules.violations(output, messageReader(output)(message)))
      findings.push(`${where}: ${said || ruleId}`);
  }
  return { methods: unary.length, findings };
}

const string = (rules: string): string => `string text = 1 [(buf.validate.field).string = { ${rules} }];`;
const number = (type: string, rules: string): string =>
  `${type} number = 1 [(buf.validate.field).${type} = { ${rules} }];`;
const time = (rules: string): string =>
  `google.protobuf.Timestamp at = 1 [(buf.validate.field).timestamp = { ${rules} }];`;

/** Bodies of messages, each with another rule. */
const ruled: readonly string[] = [
  ...[
    'const: "only"',
    'in: ["a", "b"]',
    'not_in: ["a", "b"]',
    'min_len: 200',
    'max_len: 3',
    'len: 17',
    'len_bytes: 4',
    'min_bytes: 40 max_bytes: 41',
    'prefix: "ab-"',
    'suffix: ".json" max_len: 12',
    'contains: "::" min_len: 30',
    'not_contains: "e"',
    ...['email', 'hostname', 'ip', 'ipv4', 'ipv6', 'uri', 'uri_ref', 'address', 'uuid', 'tuuid'],
    ...['ip_with_prefixlen', 'ipv4_with_prefixlen', 'ipv6_with_prefixlen', 'ip_prefix', 'ipv4_prefix'],
    ...['ipv6_prefix', 'host_and_port', 'ulid', 'protobuf_fqn', 'protobuf_dot_fqn'],
    'well_known_regex: KNOWN_REGEX_HTTP_HEADER_NAME',
    'well_known_regex: KNOWN_REGEX_HTTP_HEADER_VALUE',
    'email: true max_len: 8',
    'pattern: "^[A-Z]{3}-[0-9]{4,6}$"',
    'pattern: "^[a-z0-9]+(?:-[a-z0-9]+)*$" min_len: 40 max_len: 50',
    'pattern: "^(?P<scheme>https?|ftp)://[^/]+/(a|bc|)\\\\.?$"',
    'pattern: "[[:upper:]]\\\\d\\\\w{2}\\\\x41[^a-z]"',
    'pattern: "^\\\\+?[1-9]\\\\d{1,14}$"',
  ].map((rules) => string(/^[a-z_0-9]+$/.test(rules) ? `${rules}: true` : rules)),
  ...[
    'int32',
    'int64',
    'uint32',
    'uint64',
    'sint32',
    'sint64',
    'fixed32',
    'fixed64',
    'sfixed32',
    'sfixed64',
  ].flatMap((type) => [
    number(type, 'gt: 100000 lte: 100001'),
    number(type, 'gte: 5 lt: 6'),
    number(type, 'in: [3, 70000]'),
    number(type, 'not_in: [1, 2, 3, 4, 5] lte: 8'),
    number(type, 'gt: 70 lt: 9'),
    number(type, 'const: 77'),
  ]),
  number('int32', 'gte: -2147483648 lt: -2147483640'),
  number('uint64', 'gt: 18446744073709551610'),
  ...['float', 'double'].flatMap((type) => [
    number(type, 'gt: 0 lt: 0.001'),
    number(type, 'gte: 1e9'),
    number(type, 'lt: -7.5 finite: true'),
    number(type, 'in: [0.5, 2.5]'),
    number(type, 'const: 1.25'),
  ]),
  'bool yes = 1 [(buf.validate.field).required = true];',
  'bool no = 1 [(buf.validate.field).bool.const = false];',
  'bytes data = 1 [(buf.validate.field).bytes = { prefix: "ab" len: 7 }];',
  'bytes data = 1 [(buf.validate.field).bytes = { min_len: 3 max_len: 4 suffix: "z" }];',
  ...['ip', 'ipv4', 'ipv6', 'uuid'].map(
    (kind) => `bytes data = 1 [(buf.validate.field).bytes.${kind} = true];`,
  ),
  'Color color = 1 [(buf.validate.field).enum = { defined_only: true not_in: [1] }];',
  'Color color = 1 [(buf.validate.field).enum = { in: [0] }];',
  'repeated string tags = 1 [(buf.validate.field).repeated = { min_items: 5 unique: true items: { string: { min_len: 3 } } }];',
  'repeated Color colors = 1 [(buf.validate.field).repeated = { min_items: 2 unique: true }];',
  'repeated int32 numbers = 1 [(buf.validate.field).repeated = { max_items: 1 items: { int32: { gt: 900 } } }];',
  'repeated Inner inners = 1 [(buf.validate.field).repeated = { min_items: 3 }];',
  'map<string, int32> counts = 1 [(buf.validate.field).map = { min_pairs: 4 keys: { string: { pattern: "^k[0-9]{3}$" } } values: { int32: { gte: 500 } } }];',
  'map<int64, Inner> inners = 1 [(buf.validate.field).map = { max_pairs: 1 keys: { int64: { lt: 0 } } }];',
  time('lt_now: true'),
  time('gt_now: true'),
  time('gt: { seconds: 4102444800 }'),
  time('lt: { seconds: 1000 }'),
  time('gte: { seconds: 5000 } lt: { seconds: 5001 }'),
  'google.protobuf.Duration d = 1 [(buf.validate.field).duration = { gt: { seconds: 3 } lt: { seconds: 3 nanos: 500 } }];',
  'google.protobuf.Duration d = 1 [(buf.validate.field).duration = { in: [{ seconds: 9 }, { nanos: 4 }] }];',
  'google.protobuf.Duration d = 1 [(buf.validate.field).duration = { lte: { seconds: -60 } }];',
  'google.protobuf.FieldMask mask = 1 [(buf.validate.field).field_mask = { in: ["title", "author"] }];',
  'google.protobuf.Any any = 1 [(buf.validate.field).any = { in: ["type.googleapis.com/t.v1.Inner"] }];',
  'google.protobuf.StringValue text = 1 [(buf.validate.field).string = { email: true }];',
  'google.protobuf.Int64Value number = 1 [(buf.validate.field).int64 = { gt: 100000 }];',
  'oneof one { option (buf.validate.oneof).required = true; Inner a = 1; string b = 2 [(buf.validate.field).string.len = 9]; }',
  'option (buf.validate.message).oneof = { fields: ["a", "b", "c"] required: true }; string a = 1; int32 b = 2; Inner c = 3;',
  'Inner inner = 1 [(buf.validate.field).required = true];',
  'Tree tree = 1 [(buf.validate.field).required = true];',
  'string a = 1 [(buf.validate.field).ignore = IGNORE_ALWAYS, (buf.validate.field).string.len = 1];',
  'int32 low = 1; int32 high = 2; option (buf.validate.message).cel = { id: "order" message: "low before high" expression: "this.low < this.high" };',
  'google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; option (buf.validate.message).cel = { id: "order" expression: "this.end_time > this.start_time" };',
  'string kind = 1 [(buf.validate.field).cel = { id: "kind" expression: "this == \'cat\' || this == \'dog\'" }];',
  'int32 total = 1; repeated int32 parts = 2; option (buf.validate.message).cel = { id: "sum" expression: "this.total >= size(this.parts) * 3" };',
  'string unit = 1; int32 amount = 2; option (buf.validate.message).cel = { id: "unit" expression: "this.unit == \'kg\' ? this.amount <= 40 : this.amount > 5000" };',
  'repeated Inner inners = 1 [(buf.validate.field).cel = { id: "many" expression: "this.size() >= 3 && this.all(i, i.id.startsWith(\'k\'))" }];',
  '// Example: 12.50\n string price = 1 [(buf.validate.field).string.pattern = "^\\\\d+\\\\.\\\\d{2}$"];',
];
const others = `enum Color { COLOR_UNSPECIFIED = 0; RED = 1; BLUE = 2; GREEN = 3; }
  message Inner { string id = 1 [(buf.validate.field).string.pattern = "^[a-z]+$"]; int32 count = 2 [(buf.validate.field).int32.gt = 0]; }
  message Tree { Tree left = 1; repeated Tree children = 2; Inner inner = 3 [(buf.validate.field).required = true]; }`;

const directory = mkdtempSync(join(tmpdir(), 'mock-googleapis-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('every answer is one by its schema and its rules, and the same each time', () => {
  it('of the demo', async () => {
    const image = await protosSource([fileURLToPath(new URL('../../proto', import.meta.url))]).load(
      new AbortController().signal,
    );
    const { methods, findings } = await findingsIn(image);
    expect(findings).toEqual([]);
    expect(methods).toBeGreaterThan(20);
  }, 60_000);

  it('of messages with every kind of rule', async () => {
    const messages = ruled.map((body, at) => `message M${at} { ${body} }`).join('\n');
    const methods = ruled.map((_, at) => `rpc R${at}(google.protobuf.Empty) returns (M${at});`).join('\n');
    const image = contractProtos(`${messages}\n${others}\nservice S { ${methods} }`);
    expect(await findingsIn(image)).toEqual({ methods: ruled.length, findings: [] });
  }, 60_000);

  it('and what no message can keep is said at the start', () => {
    const image = contractProtos(`
      message Odd { string a = 1 [(buf.validate.field).string = { const: "x" min_len: 3 }]; int32 b = 2; }
      service S { rpc Get(google.protobuf.Empty) returns (Odd); }`);
    const { registry } = buildRegistry([{ label: 'image', binary: image }]);
    const { diagnostics } = createMock(registry, { seed: 'test', clock: systemClock });
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'MOCK_RULES_BROKEN' }]);
    expect(diagnostics[0]?.text).toContain('t.v1.Odd');
    expect(diagnostics[0]?.text).toContain('a: ');
  });

  it('and what has no end by its rules ends all the same', () => {
    const image = contractProtos(`
      message Loop { Loop again = 1 [(buf.validate.field).required = true]; }
      message Wide { repeated Wide all = 1 [(buf.validate.field).repeated.min_items = 1000]; string text = 2; }
      message Long { string text = 1 [(buf.validate.field).string.min_len = 4000000000]; }
      message Nest { string text = 1 [(buf.validate.field).string = { pattern: "^((([a-z]*[0-9])*x)*y)*$" len: 999 }]; }
      service S {
        rpc A(google.protobuf.Empty) returns (Loop); rpc B(google.protobuf.Empty) returns (Wide);
        rpc C(google.protobuf.Empty) returns (Long); rpc D(google.protobuf.Empty) returns (Nest);
      }`);
    const { registry } = buildRegistry([{ label: 'image', binary: image }]);
    const { diagnostics } = createMock(registry, { seed: 'test', clock: systemClock });
    expect(diagnostics.map(({ code }) => code)).toEqual(Array(4).fill('MOCK_RULES_BROKEN'));
  }, 60_000);

  it('of random APIs', async () => {
    const names = Array.from({ length: 3 }, (_, at) => `f${at}`);
    const files = names.map((name, at) => [`${name}.proto`, randomApi(seeded(at + 1), name).proto]);
    const { methods, findings } = await findingsIn(
      compileProtos({ ...httpAnnotations(), ...Object.fromEntries(files) }),
    );
    expect(findings).toEqual([]);
    expect(methods).toBeGreaterThan(80);
  }, 60_000);

  it('of the googleapis protos in google-gax', async () => {
    const protos = fileURLToPath(new URL('../../node_modules/google-gax/build/protos', import.meta.url));
    cpSync(join(protos, 'google'), join(directory, 'google'), {
      recursive: true,
      // protobuf's own test protos do not compile together; buf knows the well-known types.
      filter: (path) => !path.startsWith(join(protos, 'google/protobuf')),
    });
    const { methods, findings } = await findingsIn(
      await protosSource([directory]).load(new AbortController().signal),
    );
    expect(findings).toEqual([]);
    expect(methods).toBeGreaterThan(80);
  }, 60_000);
});
