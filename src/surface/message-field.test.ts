import { describe, expect, it } from 'vitest';
import { echoImage, jsonOf, messageOf } from '../../test/support/echo-gateway.js';
import { buildRegistry } from '../descriptor/index.js';
import { StatusError } from '../status/index.js';
import { createFieldNames } from './field-names.js';
import { messageField, requestField } from './message-field.js';

const { registry } = buildRegistry([{ label: 'echo', binary: echoImage }]);
const names = createFieldNames();

function fieldOf(path: string, find = messageField) {
  const message = registry.types.getMessage('t.M');
  if (message === undefined) throw new Error('no t.M');
  const field = find(message, path, names);
  if ('problem' in field) throw new Error(field.problem);
  return field;
}

describe('a field of a message, by its path', () => {
  it.each<[path: string, before: object, text: string, after: object]>([
    ['name', {}, 'n', { name: 'n' }],
    ['name', { name: 'old', text: 't' }, 'n', { name: 'n', text: 't' }],
    ['is_old', {}, 'true', { isOld: true }],
    ['color', { color: 'RED' }, 'COLOR_UNSPECIFIED', {}],
    ['size', { size: '7' }, '9007199254740993', { size: '9007199254740993' }],
    ['child.child.name', { child: { text: 't' } }, 'n', { child: { text: 't', child: { name: 'n' } } }],
    ['numbers', { numbers: [1, 2] }, '3', { numbers: [3] }],
  ])('%s of %j set to %s', (path, before, text, after) => {
    expect(jsonOf(fieldOf(path).set(messageOf(before as never), text))).toEqual(after);
  });

  it.each<[path: string, before: object, after: object]>([
    ['child.name', { child: { name: 'n', text: 't' } }, { child: { text: 't' } }],
    ['child', { child: { name: 'n' }, name: 'n' }, { name: 'n' }],
    ['labels', { labels: { a: 'b', c: 'd' } }, {}],
    ['items', { items: [{ name: 'a' }, { name: 'b' }] }, {}],
    ['name', {}, {}],
  ])('%s of %j dropped', (path, before, after) => {
    expect(jsonOf(fieldOf(path).clear(messageOf(before as never)))).toEqual(after);
  });

  it('is set once in a message whose pieces all have it, so that no parser finds the old value', () => {
    const pieces = Buffer.concat([
      messageOf({ child: { name: 'a' } }),
      messageOf({ name: 'x' }),
      messageOf({ child: { name: 'b', text: 't' } }),
    ]);
    const changed = Buffer.from(fieldOf('child.name').set(pieces, 'new'));
    expect(jsonOf(changed)).toEqual({ name: 'x', child: { name: 'new', text: 't' } });
    expect(changed.includes('a') || changed.includes('b')).toBe(false);
  });

  it.each<[path: string, message: Uint8Array, isSet: boolean]>([
    ['name', messageOf({ name: 'n' }), true],
    ['name', new Uint8Array([0x0a, 0]), false],
    ['size', new Uint8Array([0x18, 0]), false],
    ['size', messageOf({ size: '1' }), true],
    ['child', new Uint8Array([0x3a, 0]), true],
    ['child.name', messageOf({ child: { text: 't' } }), false],
  ])('%s of %s is set: %s', (path, message, isSet) => {
    expect(fieldOf(path).isSet(message)).toBe(isSet);
  });

  it.each<[path: string, text: string, problem: string | undefined]>([
    ['color', 'RED', undefined],
    ['color', 'MAUVE', 'RED'],
    ['size', 'x', 'must be'],
    ['child', '{}', 'has no text form'],
    ['labels', 'a', 'needs a key'],
  ])('%s takes %s: %s', (path, text, problem) => {
    const found = fieldOf(path).problemOf(text);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  it('of a request that is no message is the fault of the client', () => {
    const garbage = new Uint8Array([0x3a, 2, 0x0a, 9]);
    const { clear, isSet, isTaken, set, text } = fieldOf('child.name', requestField);
    for (const work of [clear, isSet, isTaken, (binary: Uint8Array) => set(binary, 'n'), text]) {
      expect(() => work(garbage)).toThrow(StatusError);
      expect(() => work(garbage)).toThrow('The body is not a protobuf message of its type.');
    }
  });
});
