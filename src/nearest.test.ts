import { expect, it } from 'vitest';
import { nearestName } from './nearest.js';

it.each([
  ['quantty', 'quantity'],
  ['display_name', 'displayName'],
  ['DISPLAYNAME', 'displayName'],
  ['idd', 'id'],
  ['qauntity', 'quantity'],
  ['nmae', 'name'],
  ['zzz', undefined],
  ['', undefined],
  ['quantity'.repeat(1000), undefined],
])('%s → %s', (name, expected) => {
  expect(nearestName(name, ['id', 'name', 'quantity', 'displayName'])).toBe(expected);
});
