import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentPieces, printDocument } from './print.js';

it.each([
  ['lines', 'first\nsecond\n\n  third\n'],
  ['ends of lines that are none of YAML', 'a\u2028b\nc\u2029d\u0085e'],
  ['ends of lines of other machines', 'a\r\nb\rc\n'],
  ['blanks and marks', ' \n# a: b\n---\n- c\t\n'],
  ['nothing', ''],
])('a text of %s is the same in each format', (_, text) => {
  const document = { info: { description: text }, paths: { [`/${text}`]: { get: { summary: text } } } };
  expect(parse(printDocument(document, 'yaml'))).toEqual(document);
  expect(JSON.parse(printDocument(document, 'json'))).toEqual(document);
  for (const format of ['json', 'yaml'] as const) {
    const pieces = documentPieces(document, format);
    expect(parse([...{ [Symbol.iterator]: () => pieces }].join(''))).toEqual(document);
  }
});
