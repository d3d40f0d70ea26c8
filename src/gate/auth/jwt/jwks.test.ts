import { describe, expect, it } from 'vitest';
import { issuerKey } from '../../../../test/support/tokens.js';
import { algorithms } from './algorithm.js';
import { keysOfSet } from './jwks.js';

const { jwk } = issuerKey('a');
const secret = { kty: 'oct', kid: 's', k: Buffer.alloc(64).toString('base64url') };

describe('a JWK set', () => {
  it.each<[string, unknown, readonly string[] | undefined]>([
    ['has keys', { keys: [jwk, { ...jwk, kid: 'b' }] }, ['a', 'b']],
    ['has none', { keys: [] }, []],
    ['has no secrets, whatever is allowed: what is published is none', { keys: [secret, jwk] }, ['a']],
    ['has what nobody understands', { keys: [null, 'x', {}, { kty: 1 }, [jwk], jwk] }, ['a']],
    ['is too long: the first hundred count', { keys: [...Array(100).fill(secret), jwk] }, []],
    ['is a list', [jwk], undefined],
    ['is a key', jwk, undefined],
    ['has an object for a list', { keys: { a: jwk } }, undefined],
    ['is nothing', null, undefined],
  ])('that %s', (_, set, kids) => {
    expect(keysOfSet(set, algorithms)?.map(({ kid }) => kid)).toEqual(kids);
  });
});
