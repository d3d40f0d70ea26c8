import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../limits.js';
import { StatusError } from '../status/index.js';
import { parseQuery } from './query-string.js';

test('what URLSearchParams writes is read back', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
      const query = new URLSearchParams(pairs).toString();
      const parsed = parseQuery(query, defaultLimits).map(({ name, value }) => [name, value]);
      expect(parsed).toEqual(pairs);
    }),
  );
});

test('any text is parsed as URLSearchParams does, or refused with a status', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=&%4+2;CF#é \u0000') }), (query) => {
      let parsed: (readonly [string, string])[];
      try {
        parsed = parseQuery(query, defaultLimits).map(({ name, value }) => [name, value] as const);
      } catch (error) {
        expect(error).toBeInstanceOf(StatusError);
        expect(error).toMatchObject({ reason: 'QUERY_MALFORMED', httpStatus: 400 });
        return;
      }
      expect(parsed).toEqual([...new URLSearchParams(query)]);
    }),
  );
});

const refused = ['a#b', 'a=\u00e9', 'a=b c', 'a=\u0000', 'a=\u007f'];
test.each(refused)('raw characters that a query may not hold are refused: %j', (query) => {
  expect(() => parseQuery(query, defaultLimits)).toThrow(StatusError);
});

test('raw characters that browsers leave as they are are accepted', () => {
  expect(parseQuery('a="{}[]|^`', defaultLimits)).toEqual([{ name: 'a', value: '"{}[]|^`' }]);
});
