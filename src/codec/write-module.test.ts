import { createFileRegistry, fromBinary, type Registry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { codecTypes, testMessage } from '../../test/support/codec-protos.js';
import { compileProtos } from '../../test/support/compile-protos.js';
import { importWritten } from '../../test/support/written-codecs.js';
import { version } from '../version.js';
import { type CodecOptions, defaultCodecOptions } from './codec.js';
import { createCompiledCodecs } from './compiled.js';
import { missingFunctions, readModule } from './read-module.js';
import { type WantedCodec, writeModule } from './write-module.js';

const proto = `edition = "2023";
package t;
message M {
  string a = 1;
  repeated int32 r = 2;
  E e = 3;
  N n = 4;
  map<string, int32> m = 5;
  oneof o { string p = 6; int32 q = 7; }
  extensions 100 to 199;
}
message N { int32 x = 1; }
enum E { E_ZERO = 0; E_ONE = 1; }
extend M { int32 y = 100; }
message Other { int32 x = 1; }
`;

function typesOf(text: string, name = 't.proto'): Registry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, compileProtos({ [name]: text })));
}

function wantedOf(types: Registry, name: string, options: CodecOptions = defaultCodecOptions): WantedCodec[] {
  const subject = types.getMessage(name);
  if (subject === undefined) throw new Error(`no message ${name}`);
  return [
    { subject, direction: 'parse', options },
    { subject, direction: 'print', options },
  ];
}

const types = typesOf(proto);
const source = writeModule(types, wantedOf(types, 't.M'));
const module = await importWritten(source);

describe('a module of codecs', () => {
  it('imports nothing and compiles nothing', () => {
    expect(source.replace(/\/\/.*/g, '')).not.toMatch(
      /\b(import|require|eval|Function|globalThis|process)\b/,
    );
  });

  it('has what is wanted, what that contains, and extensions', () => {
    const { written, diagnostics } = readModule(module, types);
    expect(diagnostics).toEqual([]);
    expect([...written.keys()]).toEqual(['parse', 'print', 'print projected']);
    for (const unit of written.values())
      expect(unit.subjects.map(String).sort()).toEqual(['extension t.y', 'message t.M', 'message t.N']);
  });

  it.each([
    ['a number', 'string a = 1', 'string a = 50', 't.M'],
    ['a name', 'string a', 'string b', 't.M'],
    ['a JSON name', 'string a = 1', 'string a = 1 [json_name = "b"]', 't.M'],
    ['a type', 'string a', 'bytes a', 't.M'],
    ['presence', 'string a = 1', 'string a = 1 [features.field_presence = IMPLICIT]', 't.M'],
    ['a list', 'string a', 'repeated string a', 't.M'],
    ['packing', 'r = 2', 'r = 2 [features.repeated_field_encoding = EXPANDED]', 't.M'],
    ['a group', 'n = 4', 'n = 4 [features.message_encoding = DELIMITED]', 't.M'],
    ['the key of a map', 'map<string', 'map<bool', 't.M'],
    ['the value of a map', 'string, int32>', 'string, bytes>', 't.M'],
    ['a oneof', 'oneof o { string p = 6; int32 q = 7; }', 'string p = 6; int32 q = 7;', 't.M'],
    ['the name of an enum value', 'E_ONE = 1', 'E_TWO = 1', 't.M'],
    ['a closed enum', 'enum E {', 'enum E { option features.enum_type = CLOSED;', 't.M'],
    ['a message inside', 'N { int32 x', 'N { int64 x', 't.N'],
    ['an extension', 'int32 y', 'int64 y', 't.y'],
    ['extensions at all', /extensions .*|extend .*/g, '', 't.M'],
    ['a message less', 't;\nmessage M', 't;\nmessage Gone', 't.M'],
  ])('is refused as a whole when %s has changed', (_, before, after, culprit) => {
    const text = proto
      .replaceAll(before, after)
      .replace('extend M {', after.includes('Gone') ? 'extend Gone {' : 'extend M {');
    expect(text).not.toBe(proto);
    const { written, diagnostics } = readModule(module, typesOf(text));
    expect(written.size).toBe(0);
    expect(diagnostics).toMatchObject([
      { severity: 'error', code: 'CODECS_STALE', hint: expect.stringContaining('propylon codec --out') },
    ]);
    expect(diagnostics[0]?.text).toContain(`: ${culprit}`);
  });

  it.each([
    ['a comment', 'string a', '// What it is.\n  string a'],
    ['an option that changes nothing', 'a = 1', 'a = 1 [deprecated = true]'],
    ['another type', 'Other { int32', 'Other { int64'],
  ])('is taken when %s has changed', (_, before, after) => {
    expect(readModule(module, typesOf(proto.replace(before, after), 'renamed.proto')).diagnostics).toEqual(
      [],
    );
  });

  it('is refused when another version wrote it', () => {
    const { diagnostics } = readModule({ ...module, version: '0.0.9' }, types);
    expect(diagnostics).toMatchObject([
      { code: 'CODECS_STALE', text: `propylon 0.0.9 wrote the codecs, and this is ${version}.` },
    ]);
  });

  it.each([[undefined], ['codecs.mjs'], [{}], [{ version }], [{ version, types: [], units: {} }]])(
    'is no module: %j',
    (given) => {
      expect(readModule(given, types).diagnostics).toMatchObject([
        { severity: 'error', code: 'CODECS_INVALID' },
      ]);
    },
  );
});

/** Names that would be code if they got into it. */
const hostile = [
  '*/ throw 1 /*',
  "']; process.exit(1); ['",
  `\`${'$'}{process.exit(1)}\``,
  '\n process.exit(1) //',
  '\u2028process.exit(1)',
  '__proto__',
  'constructor',
  '"',
  '\\',
  "\\'",
];

describe('what descriptors say never becomes source of a module', () => {
  it.each(hostile)('the name of a message and a field %j', async (name) => {
    // protobuf-es refuses such names when it links; this is what stands behind it.
    const own = typesOf(proto);
    const [wanted] = wantedOf(own, 't.M');
    const message = own.getMessage('t.M');
    const [field] = message?.fields ?? [];
    if (wanted === undefined || field === undefined) throw new Error('no message t.M');
    Object.assign(message ?? {}, { typeName: name });
    Object.assign(field, { name });
    const { types: rows, units } = await importWritten(
      writeModule(own, [wanted, { ...wanted, subject: field }]),
    );
    expect(rows.map(([, of]) => of)).toContain(name);
    expect(units[0]?.subjects).toContainEqual(['message', name]);
    expect(units[0]?.subjects).toContainEqual(['field', name, name]);
  });
});

describe('where nothing may be compiled', () => {
  const everything = testMessage('Everything');
  const wanted = wantedOf(codecTypes, 'test.Everything');
  const any = '{"any":{"@type":"a/test.Legacy","text":"x"}}';

  it('the reference codec does a message for which some function is missing', async () => {
    const written = await importWritten(writeModule(codecTypes, wanted));
    const functions = { ...readModule(written, codecTypes), evaluate: undefined };
    const codecs = createCompiledCodecs(codecTypes, { nestingDepthMax: 100 }, functions);
    const codec = codecs.codec(everything, defaultCodecOptions);
    expect(Buffer.from(codec.toJson(codec.toBinary(Buffer.from(any)))).toString()).toBe(any);
    const inner = Buffer.from('{"name":"x"}');
    const field = codecs.codec(testMessage('Inner'), { ...defaultCodecOptions, protoNames: true });
    expect(Buffer.from(field.toJson(field.toBinary(inner)))).toEqual(inner);
  });

  it('a warning names what was not written', async () => {
    const written = await importWritten(writeModule(codecTypes, wanted));
    const functions = { ...readModule(written, codecTypes), evaluate: undefined };
    expect(missingFunctions(functions, wanted)).toEqual([]);
    const others = [
      ...wantedOf(codecTypes, 'test.Legacy'),
      ...wantedOf(codecTypes, 'test.Everything', { ...defaultCodecOptions, protoNames: true }),
    ];
    expect(missingFunctions(functions, others)).toMatchObject([
      {
        severity: 'warning',
        code: 'CODECS_MISSING',
        text: expect.stringContaining('message test.Legacy, message test.Everything:'),
      },
    ]);
    expect(missingFunctions({ ...functions, evaluate: () => [] }, others)).toEqual([]);
  });
});
