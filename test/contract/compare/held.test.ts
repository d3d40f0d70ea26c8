import { expect, test } from 'vitest';
import { foundIn, outlinePairs } from '../../support/compared-pairs.js';
import { answers, pairsOf, queries, takes } from './tables/protos.js';

/** What documents do not say, since no schema names what an Any holds. */
const any = 'google.protobuf.Any extra = 1;';
const held = (fields: string): string => `message Held { ${fields} }`;

const pairs = pairsOf([
  [
    'a field of what an answer may hold is gone',
    answers(any, held('string id = 1; string note = 2;')),
    answers(any, held('string id = 1;')),
    'RESPONSE_FIELD_REMOVED Held.note',
  ],
  [
    'a field of what a request may hold has another type',
    takes(`repeated ${any}`, held('string id = 1;')),
    takes(`repeated ${any}`, held('bool id = 1;')),
    'REQUEST_TYPE_CHANGED Held.id',
  ],
  [
    'a field of what a message within the held one has is gone',
    answers(any, `${held('Part part = 1;')} message Part { string id = 1; string note = 2; }`),
    answers(any, `${held('Part part = 1;')} message Part { string id = 1; }`),
    'RESPONSE_FIELD_REMOVED Part.note',
  ],
  [
    'a message changes that nothing can hold',
    answers('string name = 1;', held('string id = 1; string note = 2;')),
    answers('string name = 1;', held('string id = 1;')),
  ],
  [
    'a message changes that only a query could hold, which has no text for it',
    queries(any, held('string id = 1; string note = 2;')),
    queries(any, held('string id = 1;')),
  ],
  [
    'what an answer may hold has more',
    answers(any, held('string id = 1;')),
    answers(any, held('string id = 1; string note = 2;')),
  ],
]);
const outlines = outlinePairs(pairs);

test.each(pairs.map((pair, index) => ({ ...pair, index })))('$name', ({ index, found }) => {
  const outlined = outlines[index];
  expect(outlined && foundIn(outlined)).toEqual(found);
});
