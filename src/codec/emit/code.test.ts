import { create, createFileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { defaultCodecOptions } from '../codec.js';
import { codecSource, createCompiledCodecs } from '../compiled.js';
import { Code, code, layOut } from './code.js';

/** Names that would be code if they got into it. They come from a server's reflection, or a file of anybody. */
const hostile = [
  '*/ throw 1 /*',
  "'); process.exit(1); ('",
  `\`${'{'}process.exit(1)}\``,
  '\n process.exit(1) //',
  '\u2028process.exit(1)',
  '__proto__',
  'constructor',
  '"',
  '\\',
];

describe('what descriptors say never becomes source', () => {
  it.each(hostile)('a JSON name %j', (name) => {
    // No compiler takes such names, nor does the registry for anything but JSON.
    const set = create(FileDescriptorSetSchema, {
      file: [
        {
          name: 'h.proto',
          package: 'h',
          syntax: 'proto3',
          messageType: [
            {
              name: 'M',
              field: [
                { name: 'f', jsonName: name, number: 1, type: 9, label: 1 },
                { name: 'm', jsonName: `${name}m`, number: 2, type: 11, label: 1, typeName: '.h.M' },
              ],
            },
          ],
        },
      ],
    });
    const types = createFileRegistry(set);
    const message = types.getMessage('h.M');
    if (message === undefined) throw new Error('no message');
    const source = codecSource(types, message, defaultCodecOptions);
    const outsideComments = source.replace(/\/\/.*/g, '');
    expect(outsideComments).not.toMatch(/process|throw 1|[`'"]/);
    const codec = createCompiledCodecs(types, { nestingDepthMax: 100 }).codec(message, defaultCodecOptions);
    const json = `{${JSON.stringify(name)}:"x",${JSON.stringify(`${name}m`)}:{}}`;
    expect(Buffer.from(codec.toJson(codec.toBinary(Buffer.from(json)))).toString()).toBe(json);
  });

  it('a gap takes integers and code, nothing else', () => {
    expect(() => code`${0.5}`).toThrow(RangeError);
    expect(() => code`${Number.NaN}`).toThrow(RangeError);
    expect(code`a(${-1}, ${code`b`})`.text).toBe('a((-1), b)');
    expect(Code.comment('a*/\nb').text).toBe('// a???b');
    expect(Code.identifier(code`f`, 'a.b-c').text).toBe('f_a_b_c');
  });

  it.each([
    ['brackets', 'function f() {\nif (a) {\nb();\n}\n}', 'function f() {\n  if (a) {\n    b();\n  }\n}\n'],
    ['statements', 'if (a) { b(); c(); } d();', 'if (a) {\n  b();\n  c();\n}\nd();\n'],
    [
      'else and while',
      'if (a) { b(); } else c();\ndo { d(); } while (e);',
      'if (a) {\n  b();\n} else c();\ndo {\n  d();\n} while (e);\n',
    ],
    [
      'parentheses',
      'for (let i = 0; i < n; i++) {\nf(a,\nb);\n}',
      'for (let i = 0; i < n; i++) {\n  f(a,\n    b);\n}\n',
    ],
    [
      'labels',
      'switch (a) {\ncase 1: { // one\nb();\nbreak;\n}\ncase 2:\nc();\nbreak;\ndefault:\nd();\n}',
      'switch (a) {\n  case 1: { // one\n    b();\n    break;\n  }\n  case 2:\n    c();\n    break;\n  default:\n    d();\n}\n',
    ],
    ['comments', '// a { (\nb(); // c; d', '// a { (\nb(); // c; d\n'],
    [
      'objects in lists',
      'x = [\n{\na: 1,\nf: () => {\nb(); c();\n},\n},\n];',
      'x = [\n  {\n    a: 1,\n    f: () => {\n      b();\n      c();\n    },\n  },\n];\n',
    ],
  ])('the source is laid out by its %s', (_, text, expected) => {
    expect(layOut(Code.build([text], []))).toBe(expected);
  });

  it.each([...hostile, 'a.b_1 c', "'", '\u0000', '😀', '/', '//', '{'])('%j is quoted to itself', (text) => {
    const { text: literal } = Code.quoted(text);
    expect(literal).toMatch(/^'([\w. ]|\\u[0-9a-f]{4})*'$/);
    expect(new Function(`return ${literal}`)()).toBe(text);
  });

  it.each(['', 'a b', 'a.b', '1a', 'a;', 'é'])('%j is no word', (text) => {
    expect(() => Code.word(text)).toThrow(RangeError);
  });
});
