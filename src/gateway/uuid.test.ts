import { expect, it } from 'vitest';
import { newUuid } from './uuid.js';

it('is a UUID of version 4 in its usual form, lower-case', () => {
  for (let count = 0; count < 1_000; count++) {
    expect(newUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

it('never comes twice, and takes each value of each free digit', () => {
  const ids = Array.from({ length: 5_000 }, newUuid);
  expect(new Set(ids).size).toBe(ids.length);
  for (let place = 0; place < 36; place++) {
    const values = new Set(ids.map((id) => id[place])).size;
    const isFixed = [8, 13, 14, 18, 23].includes(place);
    expect(values, `place ${place}`).toBe(isFixed ? 1 : place === 19 ? 4 : 16);
  }
});
