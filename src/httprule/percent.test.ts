import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCapture, normalizeEscapes } from './percent.js';

describe('percent-encoding', () => {
  it.each([
    ['abc', 'abc'],
    ['%73helves', 'shelves'],
    ['%2d%2E%5f%7e%30', '-._~0'],
    ['a%2fb%c3%a9', 'a%2Fb%C3%A9'],
    ['%2573', '%2573'],
  ])('%s is compared as %s', (text, normal) => {
    expect(normalizeEscapes(text)).toBe(normal);
  });

  it.each([
    ['a+b', 'a+b', 'a+b'],
    ['a%2Fb%20c', 'a/b c', 'a%2Fb c'],
    ['%2f%23/%20%2523', '/#/ %23', '%2f#/ %23'],
    ['%252F', '%2F', '%2F'],
    ['%25252F', '%252F', '%252F'],
    ['%C3%A9%2F%C3%A9', 'é/é', 'é%2Fé'],
    ['%EF%BB%BF', '\ufeff', '\ufeff'],
  ])('%s is decoded to %j, in several segments to %j', (raw, single, multi) => {
    expect(decodeCapture(raw, false)).toBe(single);
    expect(decodeCapture(raw, true)).toBe(multi);
  });

  it.each(['%FF', '%C3', '%C3%2F%A9', '%C0%AF', '%ED%A0%80', '%F4%90%80%80', 'a%80'])(
    '%s is not UTF-8',
    (raw) => {
      expect(decodeCapture(raw, false)).toBeUndefined();
      expect(decodeCapture(raw, true)).toBeUndefined();
    },
  );

  it('is decoded exactly once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeCapture(encodeURIComponent(text), false)).toBe(text);
        expect(decodeCapture(encodeURIComponent(text), true)).toBe(text.replaceAll('/', '%2F'));
      }),
    );
  });
});
