import { create, type FileRegistry, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { compileProtos } from '../../test/support/compile-protos.js';
import { httpAnnotations } from '../../test/support/http-annotations.js';
import { buildRegistry, httpRuleOf, locationOf, resolveFieldPath } from './index.js';

const image = (files: Readonly<Record<string, string>>): Uint8Array =>
  compileProtos(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `syntax = "proto3";\n${text}`])),
  );
const source = (label: string, files: Readonly<Record<string, string>>) => ({ label, binary: image(files) });
const edited = (binary: Uint8Array, edit: (set: FileDescriptorSet) => void): Uint8Array => {
  const set = fromBinary(FileDescriptorSetSchema, binary);
  edit(set);
  return toBinary(FileDescriptorSetSchema, set);
};

describe('the registry', () => {
  it('lists services in the order of source, file and position', () => {
    const b = source('second', { 'b.proto': 'package b; service Z {} service A {}' });
    const a = source('first', {
      'y.proto': 'package y; import "z.proto"; service Y { rpc M(z.M) returns (z.M); }',
      'z.proto': 'package z; message M {} service Z {}',
    });
    const { registry, diagnostics } = buildRegistry([a, b]);
    expect(diagnostics).toEqual([]);
    const inFile = fromBinary(FileDescriptorSetSchema, a.binary).file.map((file) => file.name);
    const expected = inFile.map((name) => (name === 'y.proto' ? 'y.Y' : 'z.Z'));
    expect(registry.services.map((service) => service.typeName)).toEqual([...expected, 'b.Z', 'b.A']);
  });

  it('lists services in file order even where a later file is imported by an earlier one', () => {
    const binary = edited(
      image({
        'y.proto': 'package y; import "z.proto"; service Y { rpc M(z.M) returns (z.M); }',
        'z.proto': 'package z; message M {} service Z {}',
      }),
      (set) => void set.file.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    expect(buildRegistry([{ label: 'x', binary }]).registry.services.map((s) => s.typeName)).toEqual([
      'y.Y',
      'z.Z',
    ]);
  });

  it('keeps a file that two sources define alike once', () => {
    const one = source('one', { 'a.proto': 'package a; // a comment\nmessage M {}' });
    const two = source('two', { 'a.proto': 'package a;\n\nmessage M {}' });
    expect(buildRegistry([one, two]).diagnostics).toEqual([]);
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    [
      'one file, two definitions',
      { 'a.proto': 'package a; message M { string one = 1; }' },
      { 'a.proto': 'package a; message M { string two = 1; }' },
      /a\.proto is defined differently by one and by two/,
    ],
    [
      'one symbol, two files',
      { 'a.proto': 'package a; message M { string one = 1; }' },
      { 'x/a.proto': 'package a; message M { string two = 1; }' },
      /a\.M is defined by a\.proto and by x\/a\.proto/,
    ],
  ])('%s: the first keeps the name, and it is said', (_, first, second, text) => {
    const { registry, diagnostics } = buildRegistry([source('one', first), source('two', second)]);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'SOURCE_CONFLICT', text: expect.stringMatching(text) },
    ]);
    expect(registry.message('a.M')?.fields.map((field) => field.name)).toEqual(['one']);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['something else', Buffer.from('hello, world')],
  ])('refuses an image that is %s', (_, binary) => {
    expect(buildRegistry([{ label: 'image x', binary }]).diagnostics).toMatchObject([
      { severity: 'error', code: 'SOURCE_UNREADABLE', text: 'image x is not a descriptor image.' },
    ]);
  });

  it('names file, source and import when an import is missing, and keeps what does not need it', () => {
    const files = {
      'a.proto': 'package a; import "b.proto"; message A { b.B b = 1; }',
      'b.proto': 'package b; message B {}',
      'c.proto': 'package c; message C {}',
    };
    const binary = edited(image(files), (set) => {
      set.file = set.file.filter((file) => file.name !== 'b.proto');
    });
    const { registry, diagnostics } = buildRegistry([{ label: 'image x', binary }]);
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'SOURCE_UNREADABLE',
        text: expect.stringMatching(/^a\.proto of image x imports b\.proto, which is not in any source/),
      },
    ]);
    expect(registry.message('c.C')).toBeDefined();
    expect(registry.message('a.A')).toBeUndefined();
  });

  it('does not need the files that only options come from', () => {
    const binary = edited(
      compileProtos({
        ...httpAnnotations(),
        'a.proto':
          'syntax = "proto3"; package a; import "google/api/annotations.proto"; service S { rpc M(E) returns (E) { option (google.api.http) = { get: "/a" }; } } message E {}',
      }),
      (set) => {
        set.file = set.file.filter((file) => file.name === 'a.proto');
      },
    );
    const { registry, diagnostics } = buildRegistry([{ label: 'x', binary }]);
    expect(diagnostics).toEqual([]);
    const method = registry.method('a.S.M');
    expect(method && httpRuleOf(method)).toMatchObject({ httpMethod: 'GET', path: '/a' });
  });

  it('links what a file names by way of others, however many lie between', () => {
    const many = (name: string): string =>
      Array.from({ length: 300 }, (_, index) => `message ${name}${index} {}`).join(' ');
    const { registry, diagnostics } = buildRegistry([
      source('x', {
        'a.proto': `package a; ${many('A')}`,
        'b.proto': `package a; import public "a.proto"; ${many('B')}`,
        'c.proto': `package a; import "b.proto"; message C { A0 a = 1; B0 b = 2; } ${many('D')}`,
        'd.proto': 'package a; import "c.proto"; import "b.proto"; message E { C c = 1; A1 a = 2; }',
      }),
    ]);
    expect(diagnostics).toEqual([]);
    const [c, a] = registry.message('a.E')?.fields ?? [];
    expect(c?.message).toBe(registry.message('a.C'));
    expect(a?.message).toBe(registry.message('a.A1'));
    expect(c?.message?.fields[0]?.message).toBe(registry.message('a.A0'));
  });

  it('links an image whose files import one another along a great many paths', () => {
    const files = Array.from({ length: 40 }, (_, n) => {
      const imports = [n - 1, n - 2].filter((one) => one >= 0).map((one) => `import "f${one}.proto";`);
      const types = Array.from({ length: 250 }, (_, index) => `message M${n}x${index} {}`);
      const uses = n === 0 ? '' : `message U${n} { M${n - 1}x0 m = 1; }`;
      return [`f${n}.proto`, `package a; ${imports.join(' ')} ${types.join(' ')} ${uses}`];
    });
    const { registry, diagnostics } = buildRegistry([source('x', Object.fromEntries(files))]);
    expect(diagnostics).toEqual([]);
    expect(registry.message('a.U39')?.fields[0]?.message).toBe(registry.message('a.M38x0'));
  });

  it('derives JSON names that a descriptor leaves out, as protoc does', () => {
    const names = ['page_size', 'a_1b', '_under', 'trailing_', 'two__scores', 'already', 'x9_y'];
    const fields = names.map((name, i) => `string ${name} = ${i + 1};`).join(' ');
    const whole = image({ 'a.proto': `package a; message M { ${fields} message N { int32 in_side = 1; } }` });
    const stripped = edited(whole, (set) => {
      for (const message of set.file[0]?.messageType ?? []) {
        for (const field of [...message.field, ...message.nestedType.flatMap((nested) => nested.field)])
          field.jsonName = '';
      }
    });
    const jsonNames = (binary: Uint8Array): unknown => {
      const { registry } = buildRegistry([{ label: 'x', binary }]);
      return ['a.M', 'a.M.N'].map((type) => registry.message(type)?.fields.map((field) => field.jsonName));
    };
    expect(jsonNames(stripped)).toEqual(jsonNames(whole));
  });

  it("knows google.rpc's error details and the well-known types without any source having them", () => {
    const { registry } = buildRegistry([source('x', { 'a.proto': 'package a;' })]);
    const violation = registry.message('google.rpc.QuotaFailure.Violation');
    expect(violation?.fields.map((f) => [f.number, f.jsonName])).toEqual([
      [1, 'subject'],
      [2, 'description'],
      [3, 'apiService'],
      [4, 'quotaMetric'],
      [5, 'quotaId'],
      [6, 'quotaDimensions'],
      [7, 'quotaValue'],
      [8, 'futureQuotaValue'],
    ]);
    const info = registry.message('google.rpc.ErrorInfo');
    expect(info).toBeDefined();
    if (info === undefined) return;
    // reason = 1 "R", metadata = 3 { "k": "v" }
    const bytes = Buffer.from([0x0a, 1, 0x52, 0x1a, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76]);
    expect(toJson(info, fromBinary(info, bytes), { registry: registry.types as FileRegistry })).toEqual({
      reason: 'R',
      metadata: { k: 'v' },
    });
    expect(registry.message('google.protobuf.Timestamp')).toBeDefined();
  });
});

describe('an HttpRule', () => {
  const rule = (bytes: readonly number[]) => {
    const binary = edited(
      image({ 'a.proto': 'package a; service S { rpc M(E) returns (E); } message E {}' }),
      (set) => {
        const method = set.file[0]?.service[0]?.method[0];
        if (method === undefined) throw new Error('no method');
        const data = Uint8Array.from([bytes.length, ...bytes]);
        method.options = create(MethodOptionsSchema);
        method.options.$unknown = [{ no: 72295728, wireType: 2, data }];
      },
    );
    const method = buildRegistry([{ label: 'x', binary }]).registry.method('a.S.M');
    return method && httpRuleOf(method);
  };
  const text = (number: number, value: string): number[] => [
    (number << 3) | 2,
    value.length,
    ...Buffer.from(value),
  ];

  it.each<[string, number[], object]>([
    [
      'the last pattern of the oneof wins',
      [...text(2, '/a'), ...text(4, '/b')],
      { httpMethod: 'POST', path: '/b' },
    ],
    [
      'two pieces of one custom pattern merge',
      [...text(8, '\n\x01K'), ...text(8, '\x12\x02/p')],
      { httpMethod: 'K', path: '/p' },
    ],
    [
      'another pattern between them starts anew',
      [...text(8, '\n\x01K'), ...text(2, '/a'), ...text(8, '\x12\x02/p')],
      { httpMethod: '', path: '/p' },
    ],
    ['bytes that are no message say nothing', [0x0a, 0x7f, 0x00], { httpMethod: '', path: '' }],
    [
      'a field of another wire type is passed over',
      [0x10, 5, ...text(2, '/a')],
      { httpMethod: 'GET', path: '/a' },
    ],
  ])('%s', (_, bytes, expected) => {
    expect(rule(bytes)).toMatchObject(expected);
  });
});

describe('a place', () => {
  const { registry } = buildRegistry([
    source('x', {
      'a.proto':
        'package a;\nmessage M {\n  message N {\n    string in = 1;\n  }\n  N n = 1;\n}\nservice S {\n  rpc R(M) returns (M);\n}',
    }),
  ]);
  it('is file, line and column of the declaration, counted from 1', () => {
    const [service] = registry.services;
    const nested = registry.message('a.M.N');
    const field = nested?.fields[0];
    const method = service?.methods[0];
    expect([service, method, nested, field].map((desc) => desc && locationOf(desc))).toEqual([
      { file: 'a.proto', line: 9, column: 1 },
      { file: 'a.proto', line: 10, column: 3 },
      { file: 'a.proto', line: 4, column: 3 },
      { file: 'a.proto', line: 5, column: 5 },
    ]);
  });
  it('has line 0 in an image without source info', () => {
    const binary = edited(image({ 'b.proto': 'package b; message M {}' }), (set) => {
      for (const file of set.file) delete file.sourceCodeInfo;
    });
    const message = buildRegistry([{ label: 'x', binary }]).registry.message('b.M');
    expect(message && locationOf(message)).toEqual({ file: 'b.proto', line: 0, column: 0 });
  });
});

describe('a FieldPath', () => {
  const { registry } = buildRegistry([
    source('x', {
      'a.proto':
        'package a; message M { string id = 1; M child_node = 2; repeated M many = 3; map<string, M> by_key = 4; string swapped = 5 [json_name = "other"]; string other_one = 6; }',
    }),
  ]);
  const message = registry.message('a.M');
  const path = (text: string, names: 'proto' | 'json-then-proto' = 'proto') => {
    if (message === undefined) throw new Error('no message');
    const found = resolveFieldPath(message, text, names);
    return 'problem' in found ? found.problem : `${found.text} ${found.jsonText}`;
  };
  it.each<[string, 'proto' | 'json-then-proto', string | RegExp]>([
    ['id', 'proto', 'id id'],
    ['child_node.child_node.id', 'proto', 'child_node.child_node.id childNode.childNode.id'],
    ['childNode.id', 'proto', /a\.M has no field childNode/],
    ['childNode.id', 'json-then-proto', 'child_node.id childNode.id'],
    ['child_node.id', 'json-then-proto', 'child_node.id childNode.id'],
    ['other', 'json-then-proto', 'swapped other'],
    ['id.x', 'proto', /id has no fields: it is a scalar/],
    ['many.id', 'proto', /many has no fields: it is a repeated field/],
    ['by_key.id', 'proto', /by_key has no fields: it is a map/],
    ['', 'proto', /empty name/],
    ['child_node..id', 'proto', /empty name/],
    ['__proto__', 'proto', /no field __proto__/],
  ])('%j by %s names is %s', (text, names, expected) => {
    expect(path(text, names)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });
});
