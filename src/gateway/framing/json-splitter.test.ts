import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, text } from '../../../test/support/gateway-bench.js';
import { StatusError } from '../../status/index.js';
import { JsonSplitter } from './json-splitter.js';

const limits = { requestBodyBytesMax: 40, nestingDepthMax: 4 };

/** The messages of a body cut into these chunks, and the reason of the error it ends with. */
function split(chunks: readonly Uint8Array[], bounds = limits): (string | undefined)[] {
  const splitter = new JsonSplitter(bounds);
  const messages: string[] = [];
  try {
    for (const chunk of chunks) for (const message of splitter.push(chunk)) messages.push(text(message));
    for (const message of splitter.end()) messages.push(text(message));
  } catch (error) {
    return [...messages, error instanceof StatusError ? error.reason : `not a StatusError: ${error}`];
  }
  return messages;
}

const table: readonly (readonly [body: string, messages: readonly string[]])[] = [
  ['', []],
  [' \r\n\t', []],
  ['{"a":1}', ['{"a":1}']],
  ['{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ['{"a":1}{"a":2}', ['{"a":1}', '{"a":2}']],
  ['[]', []],
  [' [ ] ', []],
  ['[{"a":1} , {"b":[1,{}]}]\n', ['{"a":1}', '{"b":[1,{}]}']],
  ['[1,"x",null,[2]]', ['1', '"x"', 'null', '[2]']],
  ['1 -2.5e+3\n"x""y"true', ['1', '-2.5e+3', '"x"', '"y"', 'true']],
  ['{"a":"}]\\"{["}', ['{"a":"}]\\"{["}']],
  ['{"a":"\\\\"}{"b":"é€😀"}', ['{"a":"\\\\"}', '{"b":"é€😀"}']],
  ['{"a":1}\n[2]', ['{"a":1}', '[2]']],
  ['[[[[1]]]]', ['[[[1]]]']],
  ['{', ['BODY_MALFORMED']],
  ['[', ['BODY_MALFORMED']],
  ['[{}', ['{}', 'BODY_MALFORMED']],
  ['[{},', ['{}', 'BODY_MALFORMED']],
  ['[1', ['BODY_MALFORMED']],
  ['[{},]', ['{}', 'BODY_MALFORMED']],
  ['[,{}]', ['BODY_MALFORMED']],
  ['[{}{}]', ['{}', 'BODY_MALFORMED']],
  ['[{}] {}', ['{}', 'BODY_MALFORMED']],
  ['{}, {}', ['{}', 'BODY_MALFORMED']],
  ['{]', ['BODY_MALFORMED']],
  ['{"a\n"}', ['BODY_MALFORMED']],
  ['\ufeff{}', ['BODY_MALFORMED']],
  ['a=b', ['a', 'BODY_MALFORMED']],
  ['{"a":"\\', ['BODY_MALFORMED']],
  [`"${'x'.repeat(38)}"`, [`"${'x'.repeat(38)}"`]],
  [`{}"${'x'.repeat(39)}"`, ['{}', 'BODY_TOO_LARGE']],
  ['[[[[[[1]]]]]]', ['BODY_TOO_DEEP']],
  ['{"a":[[[{}]]]}', ['BODY_TOO_DEEP']],
  [`${' '.repeat(100)}{}${' '.repeat(100)}`, ['{}']],
];

describe('JsonSplitter', () => {
  it.each(table)('%j', (body, messages) => {
    expect(split([bytes(body)])).toEqual(messages);
  });

  it.each(table)('is the same however the input is cut: %j', (body, messages) => {
    const binary = bytes(body);
    for (let at = 0; at <= binary.length; at++) {
      expect(split([binary.subarray(0, at), binary.subarray(at)])).toEqual(messages);
    }
    expect(split([...binary].map((byte) => Uint8Array.of(byte)))).toEqual(messages);
  });

  it('names the byte at which it stumbled, over all chunks', () => {
    const splitter = new JsonSplitter(limits);
    expect([...splitter.push(bytes('{} '))].map(text)).toEqual(['{}']);
    expect(() => [...splitter.push(bytes(' ;'))]).toThrow('at byte 4');
  });

  it('gives back any JSON texts, joined in any way and cut anywhere', () => {
    const bounds = { requestBodyBytesMax: 1_000_000, nestingDepthMax: 100 };
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1 }),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 8 }),
        (values, asArray, cuts) => {
          const messages = values.map((value) => JSON.stringify(value));
          fc.pre(asArray || !messages[0]?.startsWith('['));
          const body = bytes(asArray ? `[${messages.join(',')}]` : messages.join('\n'));
          const edges = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b);
          const chunks = edges.slice(1).map((edge, index) => body.subarray(edges[index], edge));
          expect(split(chunks, bounds)).toEqual(messages);
        },
      ),
    );
  });

  it('never throws anything but a StatusError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        expect(split([body]).filter((message) => message?.startsWith('not a StatusError'))).toEqual([]);
      }),
    );
  });
});
