import { describe, expect, it } from 'vitest';
import { applyDiff } from './diff.js';
import { isShown } from './expected.js';

describe('what a page shows is what was printed', () => {
  it.each([
    ['text', 'a\nb', 'a\nb\n', true],
    ['text', 'a\nb', 'a\nc\n', false],
    ['text', 'a', 'a\nb', false],
    ['text', 'a\n…', 'a\nb\nc', true],
    ['text', 'a\n…\nc', 'a\nb\nb\nc', true],
    ['text', 'a\n…\nd', 'a\nb\nc', false],
    ['text', '…\nb', 'a\nb', true],
    ['text', 'id=…;', 'id=17;', true],
    ['text', 'id=…;', 'id=17', false],
    ['text', 'a.b', 'axb', false],
    ['json', '{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}', true],
    ['json', '{"a": 1}', '{"a":1,"b":2}', false],
    ['json', '{"a": 1, "…": "…"}', '{"a":1,"b":2}', true],
    ['json', '{"a": 1, "…": "…"}', '{"a":2,"b":2}', false],
    ['json', '{"a": "…"}', '{"a":{"b":1}}', true],
    ['json', '{"a": "…"}', '{}', false],
    ['json', '["x…", "…"]', '["xy",2,3]', true],
    ['json', '[1, 2]', '[1,2,3]', false],
    ['json', '{}', 'not JSON', false],
  ])('%s %j of %j: %s', (language, shown, printed, expected) => {
    expect(isShown(language, shown, printed)).toBe(expected);
  });
});

describe('a diff', () => {
  it('changes what it names, piece by piece', () => {
    expect(applyDiff('a\nb\nc\nd\n', ' a\n-b\n+B\n…\n d\n+e\n')).toBe('a\nB\nc\nd\ne\n');
  });

  it.each([
    ['a\n', '-b\n'],
    ['a\na\n', '-a\n'],
  ])('of what is not there once is refused: %j, %j', (text, diff) => {
    expect(() => applyDiff(text, diff)).toThrow();
  });
});
