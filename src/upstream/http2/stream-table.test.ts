import { expect, it } from 'vitest';
import type { Stream } from './stream.js';
import { StreamTable } from './stream-table.js';

const streamOf = (id: number): Stream => ({ id }) as Stream;

/** As a connection does: the next id each. */
function open(table: StreamTable): Stream {
  const stream = streamOf(table.nextId);
  table.add(stream);
  return stream;
}

it('a stream keeps its place while ids go round it', () => {
  const table = new StreamTable();
  const old = open(table);
  const others = Array.from({ length: 3_000 }, () => open(table));
  expect(table.size).toBe(3_001);
  expect(table.get(old.id)).toBe(old);
  for (const stream of others) expect(table.get(stream.id)).toBe(stream);
  expect(table.all()).toEqual([old, ...others]);
  for (const stream of others) table.delete(stream);
  expect([table.size, table.get(old.id), table.all()]).toEqual([1, old, [old]]);
});

it('knows none that was not opened, or has been deleted', () => {
  const table = new StreamTable();
  const stream = open(table);
  expect([0, 2, 3, 2_049].map((id) => table.get(id))).toEqual([undefined, undefined, undefined, undefined]);
  table.delete(stream);
  table.delete(stream);
  expect([table.size, table.get(stream.id)]).toEqual([0, undefined]);
});

it('what is deleted is not mistaken for the one that has its place', () => {
  const table = new StreamTable();
  const first = open(table);
  table.delete(first);
  const later = Array.from({ length: 1_024 }, () => open(table)).at(-1);
  table.delete(first);
  expect(table.get(later?.id ?? 0)).toBe(later);
  expect(table.size).toBe(1_024);
});
