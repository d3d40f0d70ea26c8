import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../../test/support/compile-protos.js';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import { httpAnnotations } from '../../../test/support/http-annotations.js';
import { messageReader } from '../../descriptor/index.js';
import { validateProto } from '../../descriptor/validate-proto.js';
import type { GateContext } from '../context.js';
import { inspect, type PolicyInput, RequestMessage } from '../index.js';
import { validationSteps } from './validation.js';

const validate = await validateProto.text();
const compiled = (body: string): Uint8Array =>
  compileProtos({
    ...httpAnnotations('field_behavior'),
    [validateProto.path]: validate,
    'shout.proto': `syntax = "proto2";
package t.v1;
import "buf/validate/validate.proto";
extend buf.validate.StringRules {
  optional bool shout = 80048952 [(buf.validate.predefined).cel = {
    id: "string.shout" message: "must be shouted" expression: "!rule || this == this.upperAscii()"
  }];
}
`,
    't.proto': `syntax = "proto3";
package t.v1;
import "google/api/field_behavior.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
import "buf/validate/validate.proto";
import "shout.proto";
${body}`,
  });

const image = compiled(`
message Book {
  string name = 1 [(google.api.field_behavior) = IDENTIFIER, (google.api.field_behavior) = REQUIRED];
  string title = 2 [(google.api.field_behavior) = REQUIRED, (buf.validate.field).string.max_len = 5];
  Author author = 3 [(google.api.field_behavior) = REQUIRED];
  repeated Author others = 4 [(buf.validate.field).repeated.max_items = 2];
  map<string, Author> by_role = 5;
  google.protobuf.Timestamp create_time = 6 [(google.api.field_behavior) = OUTPUT_ONLY, (google.api.field_behavior) = REQUIRED];
  repeated string tags = 7 [(buf.validate.field).repeated.items.string.min_len = 2];
  oneof kind { option (buf.validate.oneof).required = true; bool is_new = 8; bool is_old = 9; }
  optional int32 page_count = 10 [(google.api.field_behavior) = REQUIRED];
  string loud = 11 [(buf.validate.field).string.(shout) = true];
  option (buf.validate.message).cel = {
    id: "book.title_author" message: "title must not be the author" expression: "this.title != this.author.last_name"
  };
}
message Author {
  string last_name = 1 [(google.api.field_behavior) = REQUIRED];
  string e_mail = 2 [(buf.validate.field) = { string: { email: true } ignore: IGNORE_IF_ZERO_VALUE }];
}
message CreateRequest { string parent = 1 [(google.api.field_behavior) = REQUIRED]; Book book = 2 [(google.api.field_behavior) = REQUIRED]; }
message UpdateRequest {
  Book book = 1 [(google.api.field_behavior) = REQUIRED];
  google.protobuf.FieldMask update_mask = 2;
  int32 limit = 3 [(buf.validate.field).int32.lte = 9];
}
message Plain { string name = 1; }
message Divides { int32 by = 1 [(buf.validate.field).cel = { id: "by" expression: "10 / this > 1" }]; }
message Item { int32 id = 1; }
message Unique {
  repeated Item items = 1;
  repeated string tags = 2;
  option (buf.validate.message).cel = {
    id: "unique" expression: "this.items.all(a, this.items.exists_one(b, a.id == b.id))"
  };
}
service S {
  rpc Check(Unique) returns (Plain);
  rpc Get(Plain) returns (Plain);
  rpc Create(CreateRequest) returns (Book);
  rpc Update(UpdateRequest) returns (Book);
  rpc Put(Book) returns (Book);
  rpc Divide(Divides) returns (Plain);
}
`);

const whole = {
  title: 'Dune',
  author: { lastName: 'Herbert' },
  isNew: true,
  pageCount: 0,
} as const;

function judged(
  method: string,
  json: JsonValue,
  policy: PolicyInput = {},
  context: Partial<Omit<GateContext, 'method' | 'policy'>> = {},
  isFirst = true,
) {
  const built = gateOf(image, policy, { method, builders: [validationSteps], ...context });
  expect(built.diagnostics).toEqual([]);
  const binary = toBinary(built.method.input, fromJson(built.method.input, json));
  const message = new RequestMessage(binary, context.decode ?? decoderOf(built), isFirst);
  const verdict = inspect(built.gate.inspect, viewOf(), message);
  if (verdict instanceof Promise) throw new Error('left the stack');
  if (verdict === undefined) return undefined;
  if (verdict.kind !== 'refusal') throw new Error('a reply');
  return verdict;
}

const decoderOf = ({ method }: ReturnType<typeof gateOf>) => messageReader(method.input);

const fields = (verdict: ReturnType<typeof judged>): readonly (readonly [string, string | undefined])[] =>
  (verdict?.violations ?? []).map(({ field, reason }) => [field, reason]);

describe('validation', () => {
  it('lets a valid message pass', () => {
    expect(judged('Create', { parent: 'p', book: whole })).toBeUndefined();
  });

  it.each<[string, JsonValue, readonly (readonly [string, string])[]]>([
    [
      'an empty request',
      {},
      [
        ['parent', 'REQUIRED'],
        ['book', 'REQUIRED'],
      ],
    ],
    [
      'an empty message in it',
      { parent: 'p', book: {} },
      [
        ['book.title', 'REQUIRED'],
        ['book.author', 'REQUIRED'],
        ['book.pageCount', 'REQUIRED'],
        ['book.kind', 'REQUIRED'],
        ['book', 'BOOK_TITLE_AUTHOR'],
      ],
    ],
    [
      'a list',
      { parent: 'p', book: { ...whole, others: [{ lastName: 'a' }, { eMail: 'no' }], tags: ['ab', 'c'] } },
      [
        ['book.others[1].lastName', 'REQUIRED'],
        ['book.others[1].eMail', 'STRING_EMAIL'],
        ['book.tags[1]', 'STRING_MIN_LEN'],
      ],
    ],
    [
      'a map',
      { parent: 'p', book: { ...whole, byRole: { 'the "editor"': { eMail: 'no' } } } },
      [
        ['book.byRole["the \\"editor\\""].lastName', 'REQUIRED'],
        ['book.byRole["the \\"editor\\""].eMail', 'STRING_EMAIL'],
      ],
    ],
    [
      'a rule of the registry’s own',
      { parent: 'p', book: { ...whole, loud: 'psst' } },
      [['book.loud', 'STRING_SHOUT']],
    ],
    [
      'too much',
      { parent: 'p', book: { ...whole, title: 'Dune Messiah' } },
      [['book.title', 'STRING_MAX_LEN']],
    ],
  ])('says all that is wrong with %s, by the client’s names', (_, json, violations) => {
    const verdict = judged('Create', json);
    expect(new Set(fields(verdict))).toEqual(new Set(violations));
    const isLacking = violations.every(([, reason]) => reason === 'REQUIRED');
    expect(verdict).toMatchObject({ code: 3, reason: isLacking ? 'FIELD_REQUIRED' : 'FIELD_INVALID' });
  });

  it('uses proto names where clients do', () => {
    const verdict = judged(
      'Create',
      { parent: 'p', book: { ...whole, author: {} } },
      {},
      { clientName: ({ name }) => name },
    );
    expect(fields(verdict)).toEqual([['book.author.last_name', 'REQUIRED']]);
  });

  it.each<[string, PolicyInput['validation'], readonly string[]]>([
    ['no rules', { rules: false }, ['REQUIRED']],
    ['no field behavior', { fieldBehavior: false }, ['STRING_MIN_LEN']],
    ['neither', { rules: false, fieldBehavior: false }, []],
  ])('enforces %s where policy says so', (_, validation, reasons) => {
    const json = { parent: '', book: { ...whole, tags: ['c'] } };
    expect(fields(judged('Create', json, { validation })).map(([, reason]) => reason)).toEqual(reasons);
  });

  it.each<[string, JsonValue, readonly string[]]>([
    ['what its mask names', { book: { title: '' }, updateMask: 'title' }, ['book.title']],
    ['nothing else of it', { book: { tags: ['c'] }, updateMask: 'pageCount' }, ['book.pageCount']],
    ['what is below', { book: { author: {} }, updateMask: 'author' }, ['book.author.lastName']],
    [
      'what stands alone below',
      { book: { author: { eMail: 'no' } }, updateMask: 'author.lastName' },
      ['book.author.lastName'],
    ],
    ['all of it by *', { book: { ...whole, title: '' }, updateMask: '*' }, ['book.title']],
    ['what it populates without a mask', { book: { title: 'Dune Messiah' } }, ['book.title']],
    ['what is beside it', { book: { title: 'x' }, limit: 10 }, ['limit']],
    ['that it is there', { updateMask: 'title' }, ['book']],
  ])('of an update judges %s', (_, json, names) => {
    expect(fields(judged('Update', json)).map(([field]) => field)).toEqual(names);
  });

  it.each<[string, string, JsonValue, readonly string[]]>([
    ['PATCH', '*', { tags: ['c'] }, ['tags[0]']],
    ['PUT', '*', { ...whole, title: '' }, ['title']],
  ])('of a %s of the resource itself judges what counts there', (httpMethod, body, json, names) => {
    expect(fields(judged('Put', json, {}, { httpMethod, body })).map(([field]) => field)).toEqual(names);
  });

  it.each<[string, Partial<GateContext>, JsonValue, readonly string[]]>([
    ['but what the path binds', { variables: ['parent'] }, { book: { ...whole, title: '' } }, ['book.title']],
    [
      'but what is not in the body',
      { body: 'book' },
      { book: { ...whole, author: {} } },
      ['book.author.lastName'],
    ],
  ])('of a later message judges all %s', (_, context, json, names) => {
    expect(fields(judged('Create', json, {}, context, false)).map(([field]) => field)).toEqual(names);
  });

  it('lists no more than a bounded number of violations', () => {
    const tags = Array.from({ length: 5_000 }, () => 'c');
    expect(fields(judged('Create', { parent: 'p', book: { ...whole, tags } }))).toHaveLength(100);
  });

  it('takes no more time for loops in loops than a bounded number of items takes', () => {
    const of = (count: number) => ({ items: Array.from({ length: count }, (_, id) => ({ id: id + 1 })) });
    expect(judged('Check', of(100))).toBeUndefined();
    expect(judged('Check', { items: [{ id: 1 }, { id: 1 }] })).toMatchObject({ code: 3 });
    const before = process.cpuUsage();
    expect(judged('Check', of(100_000))).toMatchObject({
      code: 3,
      message: 'The request has too many items for its rules.',
    });
    expect(judged('Check', { items: [], tags: Array.from({ length: 9_000 }, () => 'x') })).toMatchObject({
      code: 3,
    });
    // Without a bound it is hours.
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });

  it('refuses what a rule cannot judge, and keeps the cause for the log', () => {
    expect(judged('Divide', { by: 2 })).toBeUndefined();
    expect(judged('Divide', { by: 0 })).toMatchObject({ code: 13, reason: 'INTERNAL' });
    expect(String(judged('Divide', { by: 0 })?.cause)).toContain('zero');
  });

  it('refuses what is no message', () => {
    const { gate, method } = gateOf(image, {}, { method: 'Create', builders: [validationSteps] });
    const message = new RequestMessage(Uint8Array.of(0x12, 1, 0x0f), messageReader(method.input));
    expect(inspect(gate.inspect, viewOf(), message)).toMatchObject({ code: 3, reason: 'BODY_MALFORMED' });
  });

  it('costs nothing where there is nothing to validate', () => {
    expect(gateOf(image, {}, { builders: [validationSteps] }).gate.steps).toEqual([]);
  });

  it.each([
    ['of another type', '(buf.validate.field).int32.gte = 1', 'int32'],
    ['that do not parse', '(buf.validate.field).cel = { id: "x" expression: "this +" }', 'x'],
    [
      'of items that do not parse',
      '(buf.validate.field).repeated.items.cel = { id: "y" expression: "this &&& 1" }',
      'y',
    ],
  ])('rules %s do not load', (_, option, problem) => {
    const broken = compiled(
      `message M { N n = 1; } message N { ${option.includes('repeated') ? 'repeated ' : ''}string name = 1 [${option}]; } service S { rpc Get(M) returns (M); }`,
    );
    const { diagnostics } = gateOf(broken, {}, { builders: [validationSteps] });
    expect(diagnostics).toMatchObject([{ code: 'POLICY_INVALID', severity: 'error' }]);
    expect(diagnostics[0]?.text).toContain(problem);
  });
});
