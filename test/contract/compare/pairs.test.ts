import { describe, expect, it, test } from 'vitest';
import { compareRules, printLock, surfaceLock } from '../../../src/contract/index.js';
import { foundIn, outlinePairs } from '../../support/compared-pairs.js';
import { unsaidErrors } from '../../support/unsaid-errors.js';
import { fieldPairs } from './tables/fields.js';
import { policyPairs } from './tables/policies.js';
import { routePairs } from './tables/routes.js';
import { valuePairs } from './tables/values.js';

const pairs = [...routePairs, ...fieldPairs, ...valuePairs, ...policyPairs];
const outlines = outlinePairs(pairs);

describe('what breaks clients', () => {
  test.each(pairs.map((pair, index) => ({ ...pair, index })))('$name', ({ index, found }) => {
    const outlined = outlines[index];
    expect(outlined && foundIn(outlined).toSorted()).toEqual(found.toSorted());
  });
});

it('nothing is found between an API and itself', () => {
  for (const { before } of outlines) expect(foundIn({ before, after: before })).toEqual([]);
});

it('the table is large, and a third of it breaks nobody', () => {
  expect(pairs.length).toBeGreaterThan(110);
  expect(pairs.filter(({ found }) => found.length === 0).length).toBeGreaterThan(pairs.length / 3);
  expect(new Set(pairs.map(({ name }) => name)).size).toBe(pairs.length);
});

it('each rule is in the table', () => {
  const found = new Set(pairs.flatMap((pair) => pair.found.map((one) => one.split(' ')[0])));
  expect(Object.keys(compareRules).filter((rule) => !found.has(rule))).toEqual([]);
});

it('where documents are equal, there is no error but what documents do not say', () => {
  const found = outlines.flatMap(({ before, after }, index) =>
    unsaidErrors(before, after).map((error) => `${pairs[index]?.name}: ${error}`),
  );
  expect(found).toEqual([]);
});

it('the lock of the surface is another wherever something is found', () => {
  const unseen = outlines.flatMap((pair, index) => {
    const [one, other] = [pair.before, pair.after].map((outline) => printLock(surfaceLock(outline)));
    return one === other ? foundIn(pair).map((found) => `${pairs[index]?.name}: ${found}`) : [];
  });
  expect(unseen).toEqual([]);
});
