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
    ['a+b', 'a+b', 'a+b', 'a+b'],
    ['a%2Fb%20c', 'a/b c', 'a%2Fb c', 'a%2Fb c'],
    // The sample of Envoy's documentation.
    ['%2f%23/%20%2523', '/#/ %23', '%2f#/ %23', '%2f%23/ %23'],
    ['%252F', '%2F', '%2F', '%2F'],
    ['%25252F', '%252F', '%252F', '%252F'],
    ['%C3%A9%2F%C3%A9', 'é/é', 'é%2Fé', 'é%2Fé'],
    ['%EF%BB%BF', '\ufeff', '\ufeff', '\ufeff'],
    [
      '%21%22%23%24%25%26%27%28%29%2A%2B%2C%2D%2E%2F',
      '!"#$%&\'()*+,-./',
      '!"#$%&\'()*+,-.%2F',
      '%21"%23%24%%26%27%28%29%2A%2B%2C-.%2F',
    ],
    ['%3a%3b%3c%3d%3e%3f%40%5b%5c%5d%5e', ':;<=>?@[\\]^', ':;<=>?@[\\]^', '%3a%3b<%3d>%3f%40%5b\\%5d^'],
  ])(
    '%s is decoded to %j, in several segments to %j, and as Envoy does to %j',
    (raw, single, multi, envoy) => {
      expect(decodeCapture(raw, 'reserved')).toBe(envoy);
      expect(decodeCapture(raw, 'none')).toBe(single);
      expect(decodeCapture(raw, 'slash')).toBe(multi);
    },
  );

  it.each(['%FF', '%C3', '%C3%2F%A9', '%C0%AF', '%ED%A0%80', '%F4%90%80%80', 'a%80'])(
    '%s is not UTF-8',
    (raw) => {
      expect(decodeCapture(raw, 'none')).toBeUndefined();
      expect(decodeCapture(raw, 'slash')).toBeUndefined();
    },
  );

  it('is decoded exactly once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeCapture(encodeURIComponent(text), 'none')).toBe(text);
        expect(decodeCapture(encodeURIComponent(text), 'slash')).toBe(text.replaceAll('/', '%2F'));
      }),
    );
  });
});
