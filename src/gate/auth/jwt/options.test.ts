import { describe, expect, it } from 'vitest';
import { jwtProviderSchema } from './options.js';

/** What an operator cannot configure, since it would be unsafe, or could not work. */

const base = { type: 'jwt', issuer: 'https://id.example', aud: ['shop'] };
const secret = { kty: 'oct', k: 'c2VjcmV0' };
const publicKey = { kty: 'EC' };

describe('settings of a provider of JWTs', () => {
  it.each<[string, object, string, RegExp]>([
    ['no audience', { aud: undefined }, 'aud', /Invalid/],
    ['audiences of which there are none', { aud: [] }, 'aud', /small/],
    ['no issuer', { issuer: undefined }, 'issuer', /Invalid/],
    ['a check that is left out without a word', { aud: { unchecked: '' } }, 'aud.unchecked', /small/],
    ['an issuer that is no URL, without keys', { issuer: 'me' }, 'keys', /must be said/],
    [
      'an issuer that is not checked, without keys',
      { issuer: { unchecked: 'since I say so' } },
      'keys',
      /must be said/,
    ],
    ['discovery by http', { issuer: 'http://id.example' }, 'issuer', /must be https/],
    ['keys by http', { keys: { jwksUrl: 'http://id.example/jwks' } }, 'keys.jwksUrl', /must be https/],
    ['keys from a file by URL', { keys: { jwksUrl: 'file:///etc/jwks.json' } }, 'keys.jwksUrl', /Invalid/],
    [
      'a password in a URL',
      { keys: { jwksUrl: 'https://a:b@id.example/jwks' } },
      'keys.jwksUrl',
      /must be https/,
    ],
    ['two sources of keys', { keys: { pem: 'x', jwk: publicKey } }, 'keys', /needs one of/],
    ['no source of keys', { keys: {} }, 'keys', /needs one of/],
    ['HS256 with a JWKS', { algorithms: ['RS256', 'HS256'] }, 'algorithms', /cannot have HS256/],
    [
      'HS256 with a public key',
      { keys: { pem: 'x' }, algorithms: ['HS256'] },
      'algorithms',
      /cannot have HS256/,
    ],
    [
      'RS256 with a secret',
      { keys: { secretFile: 'x' }, algorithms: ['RS256'] },
      'algorithms',
      /cannot have RS256/,
    ],
    [
      'a secret beside a public key',
      { keys: { jwk: [secret, publicKey] } },
      'keys.jwk',
      /secrets and public keys/,
    ],
    ['the algorithm none', { algorithms: ['none'] }, 'algorithms.0', /Invalid/],
    ['no algorithm', { algorithms: [] }, 'algorithms', /small/],
    ['a tolerance of hours', { clockTolerance: '1h' }, 'clockTolerance', /5m at most/],
    ['a type that is none', { typ: 'jwt+at' }, 'typ', /Invalid/],
    ['an option that is none', { algs: ['RS256'] }, '', /Unrecognized/],
  ])('refuses %s', (_, options, path, message) => {
    const { error } = jwtProviderSchema.safeParse({ ...base, ...options });
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([
      path,
      expect.stringMatching(message),
    ]);
  });

  it.each<[string, object]>([
    ['discovery', {}],
    ['discovery by http on this machine', { issuer: 'http://127.0.0.1:8080/realm' }],
    ['keys by http, where that is said', { keys: { jwksUrl: 'http://keys/jwks' }, allowHttp: true }],
    ['a secret and its algorithm', { keys: { jwk: secret }, algorithms: ['HS256'] }],
    [
      'checks that are left out, for a reason',
      {
        issuer: { unchecked: 'the key is ours alone' },
        aud: { unchecked: 'the key is ours alone' },
        keys: { pemFile: 'key.pem' },
      },
    ],
  ])('takes %s', (_, options) => {
    expect(jwtProviderSchema.safeParse({ ...base, ...options }).error).toBeUndefined();
  });
});
