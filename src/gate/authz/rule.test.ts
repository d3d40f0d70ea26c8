import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import { surfaceProtos } from '../../../test/support/surface.js';
import { messageReader } from '../../descriptor/index.js';
import { admit, inspect, type PolicyInput, type Principal, RequestMessage } from '../index.js';
import { ruleSteps } from './rule.js';

const image = surfaceProtos(`
enum Color { COLOR_UNSPECIFIED = 0; RED = 1; }
message M {
  string name = 1; int64 size = 2; uint32 count = 3; double share = 4; bool is_old = 5; bytes data = 6;
  Color color = 7; M child = 8; repeated M items = 9; repeated string tags = 10; map<string, M> by_name = 11;
  map<int32, string> by_number = 12; oneof kind { string left = 13; int32 right = 14; }
  google.protobuf.Timestamp at = 15; google.protobuf.Duration takes = 16; google.protobuf.Struct extra = 17;
  google.protobuf.StringValue wrapped = 18; google.protobuf.Any any = 19; google.protobuf.Value value = 20;
}
service S { rpc Get(M) returns (M); }
`);

const built = (
  rule: string,
  policy: PolicyInput = {},
  variables: readonly string[] = ['name', 'child.name'],
) =>
  gateOf(
    image,
    { ...policy, authorization: { rule, ...policy.authorization } },
    { builders: [ruleSteps], variables },
  );

function judge(rule: string, json: JsonValue, caller?: Partial<Principal>) {
  const { gate, method, diagnostics } = built(rule);
  expect(diagnostics).toEqual([]);
  const binary = toBinary(method.input, fromJson(method.input, json));
  const view = viewOf(caller, ['a', 'b']);
  const refused =
    admit(gate.admit, view) ??
    inspect(gate.inspect, view, new RequestMessage(binary, messageReader(method.input)));
  if (refused instanceof Promise) throw new Error('left the stack');
  return refused;
}

const ann: Partial<Principal> = {
  scopes: new Set(['read']),
  claims: { sub: 'ann', admin: true, level: 3, org: { id: 'o', teams: ['x', 'y'] } },
};
const something: JsonValue = {
  name: 'n',
  size: '5',
  count: 7,
  share: 0.5,
  color: 'RED',
  child: { name: 'c' },
  items: [
    { name: 'i', size: '1' },
    { name: 'j', size: '2' },
  ],
  tags: ['t', 'u'],
  byName: { k: { size: '3' } },
  byNumber: { 1: 'one' },
  left: 'l',
  at: '2026-01-02T03:04:05Z',
  takes: '90s',
  extra: { deep: { list: [1, 'two'] } },
  wrapped: 'w',
  value: 'v',
};

describe('a rule', () => {
  it.each([
    'request.name == "n" && request.size == 5 && request.count == 7u && request.share < 1.0',
    'request.count == 7 && !request.is_old && request.data.size() == 0',
    'request.color == Color.RED',
    'request.color == t.v1.Color.RED',
    'request.child.name == "c" && request.child.child.child.name == ""',
    'has(request.child) && !has(request.child.child) && !has(request.any)',
    'request.items.all(i, i.size > 0) && request.items.exists(i, i.name == "j")',
    'request.items.exists_one(i, i.size == 1) && request.items.filter(i, i.size > 1).size() == 1',
    'request.items.map(i, i.name) == ["i", "j"] && request.items.map(i, i.size > 1, i.name) == ["j"]',
    'request.items[0].name == "i" && "t" in request.tags && !("z" in request.tags)',
    'request.by_name["k"].size == 3 && request.by_name.k.size == 3 && "k" in request.by_name',
    'request.by_name.all(k, request.by_name[k].size == 3) && request.by_number[1] == "one"',
    'has(request.left) && request.left == "l" && !has(request.right)',
    'request.at > timestamp("2026-01-01T00:00:00Z") && request.at.getFullYear() == 2026',
    'request.takes == duration("90s") && request.takes < duration("2m")',
    'request.extra.deep.list[1] == "two" && request.extra["deep"].list.size() == 2',
    'request.wrapped == "w" && request.value == "v" && request.child.wrapped == null',
    'path.name == "a" && path["child.name"] == "b"',
    'auth.sub == "ann" && auth.admin && auth.level >= 3 && "x" in auth.org.teams',
    'principal.subject == "ann" && "read" in principal.scopes && principal.kind == "jwt"',
    'has(auth.sub) && !has(auth.nobody) && (auth.sub == "ann" ? true : false)',
    'source.address.startsWith("192.0.2.") && source.address.matches("^[0-9.]+$")',
    '[1, 2].all(x, [3, 4].all(y, x < y)) && {"a": 1}["a"] == 1 && [[1]].map(l, l + [2]) == [[1, 2]]',
    'type(request.size) == int && string(request.size) == "5" && size(request.name) == 1',
    'request.name == "no" || true',
  ])('%s lets the request pass', (rule) => {
    expect(judge(rule, something, ann)).toBeUndefined();
  });

  it.each([
    'false',
    'request.name == "m"',
    'auth.sub == "bob"',
    'auth.nobody == request.name',
    'auth.sub',
    'principal.subject == request.child.name',
    'request.items[9].name == "x"',
    'request.tags.exists(t, 1 / 0 == 1)',
  ])('%s refuses', (rule) => {
    expect(judge(rule, something, ann)).toMatchObject({ code: 7, reason: 'RULE_DENIED' });
  });

  it.each(['principal.id == request.name', 'auth.sub == request.name', 'principal.id == ""', '!auth.banned'])(
    '%s is not true of nobody',
    (rule) => {
      expect(judge(rule, {})).toMatchObject({ reason: 'RULE_DENIED', cause: expect.any(Error) });
    },
  );

  it('can speak of nobody', () => {
    expect(judge('principal == null || principal.subject == "ann"', {})).toBeUndefined();
  });

  it.each<[string, readonly string[], boolean]>([
    ['auth.admin && path.name == "a" && source.address != ""', ['admit'], false],
    ['request.name == "n"', ['inspect'], true],
    ['[1].all(request, request == 1)', ['admit'], false],
  ])('%s is asked as early as it can be: %j', (rule, phases, everyMessage) => {
    const { gate } = built(rule);
    expect([
      ...(gate.admit.length > 0 ? ['admit'] : []),
      ...(gate.inspect.length > 0 ? ['inspect'] : []),
    ]).toEqual(phases);
    expect(gate.everyMessage.length > 0).toBe(everyMessage);
  });

  it('says what the operator wants said', () => {
    const { gate } = built('false', { authorization: { message: 'Ask Ann.' } });
    expect(admit(gate.admit, viewOf({}))).toMatchObject({ message: 'Ask Ann.' });
  });
});

describe('a rule that does not load', () => {
  it.each<[string, string, string | undefined]>([
    ['request.nmae == "n"', 'knows no field "nmae" of t.v1.M', 'Did you mean name?'],
    ['request.isOld', 'knows no field "isOld"', 'Did you mean is_old?'],
    ['request.child.child.nam == ""', 'knows no field "nam"', 'Did you mean name?'],
    ['has(request.chidl)', 'knows no field "chidl"', 'Did you mean child?'],
    ['request.items.all(i, i.nam == "")', 'knows no field "nam"', 'Did you mean name?'],
    ['request.items.map(i, i.child).all(c, c.nam == "")', 'knows no field "nam"', 'Did you mean name?'],
    ['request.items.filter(i, true)[0].nam == ""', 'knows no field "nam"', 'Did you mean name?'],
    ['request.by_name.k.nam == ""', 'knows no field "nam"', 'Did you mean name?'],
    ['request.by_name.all(k, k.name == "")', 'which is of type string', undefined],
    ['(true ? request.child : request).nam == ""', 'knows no field "nam"', 'Did you mean name?'],
    ['request.at.second == 1', 'knows no field "second"', 'Did you mean seconds?'],
    ['request.kind == ""', 'knows no field "kind"', undefined],
    ['requst.name == ""', 'knows nothing called "requst.name"', 'Did you mean request?'],
    ['foo', 'knows nothing called "foo"', 'Known here: request, path, auth, principal, source.'],
    ['Color.BLUE == request.color', 'knows no value "BLUE"', undefined],
    ['Color.RAD == request.color', 'knows no value "RAD"', 'Did you mean RED?'],
    ['path.nmae == ""', 'knows no "nmae" of path', 'Did you mean name?'],
    ['path["other"] == ""', 'knows no "other" of path', undefined],
    ['principal.scope == []', 'knows no "scope" of principal', 'Did you mean scopes?'],
    ['source.ip == ""', 'knows no "ip" of source', 'There is address.'],
    ['request.name.startWith("a")', 'knows no function "startWith"', 'Did you mean startsWith?'],
    ['request.name.startsWith(1)', 'cannot do string.startsWith(int)', undefined],
    ['request.size.size() == 1', 'cannot do int.size()', undefined],
    ['request.name == 1', 'cannot do _==_ of string and int', undefined],
    ['request.name == null', 'cannot do _==_', undefined],
    ['1 in request.tags', 'cannot do @in', undefined],
    ['request.child == request.at', 'cannot do _==_', undefined],
    ['request.name && true', 'cannot do _&&_', undefined],
    ['request.by_number["1"] == ""', 'cannot do _[_]', undefined],
    ['request.name.all(c, true)', 'which is no list', undefined],
    ['request.any.name == ""', 'cannot look into', undefined],
    ['request.name', 'is of type string, not true or false', undefined],
    ['request.tags.map(t, t)', 'is of type list(string)', undefined],
    ['request.name.matches(request.tags[0])', 'pattern that is not written in it', undefined],
    ['request.name.matches("(")', 'a pattern that is none', undefined],
    ['request.name.matches("(?=a)")', 'a pattern that is none', undefined],
    ['t.v1.M{name: "n"} == request', 'makes a message', undefined],
    ['request.name ==', 'does not parse', undefined],
    ['request.?name', 'does not parse', undefined],
  ])('%s: %s', (rule, problem, hint) => {
    const { diagnostics } = built(rule);
    expect(diagnostics).toMatchObject([
      { code: 'POLICY_INVALID', severity: 'error', locations: [{ file: 't.proto' }], ...(hint && { hint }) },
    ]);
    expect(diagnostics[0]?.text).toContain(problem);
  });

  it('speaks of callers whom nobody authenticates', () => {
    const { diagnostics } = built('auth.admin', { authentication: { mode: 'none' } });
    expect(diagnostics).toMatchObject([{ code: 'POLICY_INVALID' }]);
    expect(built('request.name != ""', { authentication: { mode: 'none' } }).diagnostics).toEqual([]);
  });

  it('nests loops without end', () => {
    const nested = [1, 2, 3, 4, 5].reduceRight((inner, at) => `request.tags.all(t${at}, ${inner})`, 'true');
    expect(built(nested).diagnostics[0]?.text).toContain('is the limit');
  });

  it('takes no longer to check than it is long', () => {
    const { diagnostics } = built(`request${'.child'.repeat(200)}.name == ""`);
    expect(diagnostics).toEqual([]);
  });
});

describe('a rule that would cost too much', () => {
  const many = (count: number): JsonValue => ({
    items: Array.from({ length: count }, (_, at) => ({ name: `item ${at}`, size: String(at) })),
    tags: Array.from({ length: count }, (_, at) => `tag ${at}`),
  });
  const long = 'a'.repeat(300_000);
  it.each<[string, string, JsonValue]>([
    ['loops in loops', 'request.items.all(a, request.items.all(b, a.size + b.size >= 0))', many(2_000)],
    [
      'loops that swallow errors',
      'request.items.exists(a, request.items.exists(b, 1 / 0 == 1)) || true',
      many(2_000),
    ],
    ['lists made in loops', 'request.items.map(a, request.items.map(b, b)).size() > 0', many(2_000)],
    ['growing lists', 'request.tags.map(a, request.tags).map(l, l + l + l + l).size() > 0', many(5_000)],
    ['comparisons of all with all', 'request.items.all(a, request.items == request.items)', many(2_000)],
    [
      'looking through lists again and again',
      'request.tags.all(t, "x" in request.tags || true)',
      many(5_000),
    ],
    [
      'a Struct read in a loop',
      'request.tags.all(t, request.extra.x == 1.0)',
      {
        ...(many(2_000) as object),
        extra: { x: 1, ...Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at])) },
      },
    ],
    [
      'long texts in loops',
      'request.tags.all(t, request.name.contains("b" + request.left) || true)',
      {
        ...(many(1_000) as object),
        name: long,
        left: long,
      },
    ],
    [
      'patterns on long texts',
      'request.tags.all(t, request.name.matches("(a|aa)*b") || true)',
      {
        ...(many(1_000) as object),
        name: long,
      },
    ],
    [
      'texts that double',
      `request.name${'.split'.repeat(0)} != "" && [request.name].map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).all(a, request.tags.all(t, a + a != ""))`,
      {
        ...(many(1_000) as object),
        name: long,
      },
    ],
    ['what is swallowed outside of loops', 'int(request.name) > 0 || true', { name: '9'.repeat(300_000) }],
    ['numbers of many digits', 'int(request.name) > 0', { name: '9'.repeat(300_000) }],
  ])('%s denies within milliseconds', (_, rule, json) => {
    const { gate, method, diagnostics } = built(rule);
    expect(diagnostics).toEqual([]);
    const message = new RequestMessage(
      toBinary(method.input, fromJson(method.input, json)),
      messageReader(method.input),
    );
    void message.decoded;
    const before = process.cpuUsage();
    const refused = inspect(gate.inspect, viewOf(ann), message);
    const { user } = process.cpuUsage(before);
    expect(refused).toMatchObject({ reason: 'RULE_DENIED', cause: expect.any(Error) });
    expect(user).toBeLessThan(250_000);
  });

  it('is none of a few thousand items', () => {
    expect(
      judge('request.items.filter(i, i.size >= 0).map(i, i.name).size() == 2000', many(2_000)),
    ).toBeUndefined();
    expect(judge('"tag 1999" in request.tags', many(2_000))).toBeUndefined();
  });
});
