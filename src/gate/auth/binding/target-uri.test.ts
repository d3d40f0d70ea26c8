import { describe, expect, it } from 'vitest';
import { normalizedUri, targetUri } from './target-uri.js';

describe('the URI of a proof', () => {
  it.each([
    ['the query is not part of it', 'https://api.example/v1/a?x=1', 'https://api.example/v1/a'],
    ['nor is the fragment', 'https://api.example/v1/a#x', 'https://api.example/v1/a'],
    ['scheme and host are without case', 'HTTPS://API.Example/v1/A', 'https://api.example/v1/A'],
    ['the default port is no port', 'https://api.example:443/v1', 'https://api.example/v1'],
    ['an empty path is /', 'https://api.example', 'https://api.example/'],
    ['escapes of what needs none are none', 'https://api.example/%76%31/%7Ea', 'https://api.example/v1/~a'],
    ['other escapes are in upper case', 'https://api.example/a%2fb', 'https://api.example/a%2Fb'],
    ['dots climb', 'https://api.example/a/../b/./c', 'https://api.example/b/c'],
  ])('%s', (_, text, normal) => {
    expect(normalizedUri(text)).toBe(normal);
  });

  it.each([
    ['another scheme', 'ftp://api.example/'],
    ['a path alone', '/v1/a'],
    ['a back slash', 'https://api.example\\@evil.example/'],
    ['a blank', 'https://api.example/a b'],
    ['a line break', 'https://api.example/a\n'],
    ['who asks', 'https://api.example@evil.example/'],
    ['nothing', ''],
  ])('%s is none', (_, text) => {
    expect(normalizedUri(text)).toBeUndefined();
  });

  it.each([
    ['is that of the public URL', 'https://api.example', '/v1/a?x', 'https://api.example/v1/a'],
    ['is behind its path', 'https://api.example/shop/', '/v1/a', 'https://api.example/shop/v1/a'],
    [
      'is not what the client calls the host',
      'https://api.example',
      'http://evil.example/v1/a',
      'https://api.example/v1/a',
    ],
    ['is none for a target that is no path', 'https://api.example', '*', undefined],
    [
      'cannot lead to another host',
      'https://api.example',
      '//evil.example/v1',
      'https://api.example//evil.example/v1',
    ],
  ])('of a request %s', (_, publicUrl, target, uri) => {
    expect(targetUri(publicUrl, target)).toBe(uri);
  });
});
