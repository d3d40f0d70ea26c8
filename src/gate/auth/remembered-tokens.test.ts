import { describe, expect, it } from 'vitest';
import type { Authentication } from './authenticator.js';
import { RememberedTokens } from './remembered-tokens.js';

const authentication: Authentication = { kind: 'unavailable' };

describe('remembered tokens', () => {
  it('are bounded in number: what was not used for longest goes first', () => {
    const tokens = new RememberedTokens(2, 1_000);
    for (const digest of ['a', 'b']) tokens.set(digest, 1, { authentication, untilMs: 10 });
    tokens.get('a', 0);
    tokens.set('c', 1, { authentication, untilMs: 10 });
    expect(['a', 'b', 'c'].map((digest) => tokens.get(digest, 0) !== undefined)).toEqual([true, false, true]);
  });

  it('are bounded in size, together and each', () => {
    const tokens = new RememberedTokens(100, 10);
    for (const digest of ['a', 'b', 'c']) tokens.set(digest, 4, { authentication, untilMs: 10 });
    tokens.set('huge', 11, { authentication, untilMs: 10 });
    expect(['a', 'b', 'c', 'huge'].map((digest) => tokens.get(digest, 0) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('are forgotten when their time is over, and when their key is gone', () => {
    const tokens = new RememberedTokens(100, 1_000);
    const key = { isRetired: false };
    tokens.set('a', 1, { authentication, untilMs: 10, key });
    expect(tokens.get('a', 9)).toBe(authentication);
    key.isRetired = true;
    expect(tokens.get('a', 9)).toBeUndefined();
    key.isRetired = false;
    expect(tokens.get('a', 9)).toBeUndefined();
    tokens.set('b', 1, { authentication, untilMs: 10 });
    expect([tokens.get('b', 10), tokens.get('b', 9)]).toEqual([undefined, undefined]);
  });
});
