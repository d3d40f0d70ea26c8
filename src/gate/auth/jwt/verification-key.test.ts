import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { edKey, issuerKey, rsaKey } from '../../../../test/support/tokens.js';
import { issueCertificate } from '../../../../test/support/x509.js';
import { algorithms, asymmetricAlgorithms } from './algorithm.js';
import {
  keyOfJwk,
  keyOfPem,
  keyOfSecret,
  type UnusableKey,
  type VerificationKey,
} from './verification-key.js';

/** What a key may be used for: its algorithms, or why there are none. */

const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const uses = (key: VerificationKey | UnusableKey): readonly string[] | string =>
  'problem' in key ? key.problem : key.algorithms;

const ec = issuerKey('ec').jwk;
const secretOf = (bytes: number) => ({ kty: 'oct', k: randomBytes(bytes).toString('base64url') });

describe('a JWK', () => {
  it.each<[string, Parameters<typeof keyOfJwk>[0], readonly string[] | RegExp]>([
    ['RSA of 2048 bits', rsaKey('k').jwk, rsa],
    ['RSA of 1024 bits', rsaKey('k', 1024).jwk, /too short/],
    ['for one algorithm', { ...rsaKey('k').jwk, alg: 'PS256' }, ['PS256']],
    ['P-256', ec, ['ES256']],
    ['secp256k1', issuerKey('k', 'secp256k1').jwk, /of a kind that is not accepted/],
    ['Ed25519', edKey('k').jwk, ['EdDSA', 'Ed25519']],
    ['a secret of 32 bytes', secretOf(32), ['HS256']],
    ['a secret of 48 bytes', secretOf(48), ['HS256', 'HS384']],
    ['a secret of 64 bytes', secretOf(64), ['HS256', 'HS384', 'HS512']],
    ['a secret of 31 bytes', secretOf(31), /too short/],
    ['an empty secret', { kty: 'oct', k: '' }, /no key/],
    ['for signatures', { ...ec, use: 'sig', key_ops: ['verify'] }, ['ES256']],
    ['for encryption', { ...ec, use: 'enc' }, /\(use\)/],
    ['for signing', { ...ec, key_ops: ['sign'] }, /\(key_ops\)/],
    ['for whatever', { ...ec, key_ops: 'verify' }, /\(key_ops\)/],
    ['for an algorithm that it cannot do', { ...ec, alg: 'ES384' }, /does none/],
    ['for encrypting by an algorithm', { ...rsaKey('k').jwk, alg: 'RSA-OAEP' }, /\(alg\)/],
    ['for the algorithm none', { ...ec, alg: 'none' }, /\(alg\)/],
    ['private', { ...ec, d: 'AQAB' }, /private key/],
    ['with a name that is none', { ...ec, kid: 7 }, /kid/],
    ['of a kind that there is not', { kty: 'XX' }, /no key/],
    ['off its curve (an invalid curve attack)', { ...ec, x: ec['y'], y: ec['x'] }, /no key/],
    ['with numbers for texts', { kty: 'RSA', n: 5, e: 3 }, /no key/],
  ])('%s', (_, jwk, expected) => {
    const found = uses(keyOfJwk(jwk, algorithms));
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toEqual(expected);
  });

  it('a secret does nothing for a provider of public keys, and neither does the other for the one of a secret', () => {
    expect(uses(keyOfJwk(secretOf(64), asymmetricAlgorithms))).toMatch(/does none/);
    expect(uses(keyOfJwk(ec, ['HS256']))).toMatch(/does none/);
  });
});

describe('a file in PEM form', () => {
  const certificate = issueCertificate('id');
  it.each<[string, string, readonly string[] | RegExp]>([
    ['a public key', rsaKey('k').pem, rsa],
    ['a certificate', certificate.cert, ['ES256']],
    ['a private key', certificate.key, /private key/],
    ['a certificate with its private key', `${certificate.cert}${certificate.key}`, /private key/],
    ['something else', 'hello', /no public key/],
  ])('%s', (_, pem, expected) => {
    const found = uses(keyOfPem(pem, asymmetricAlgorithms));
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toEqual(expected);
  });
});

describe('a secret', () => {
  it('is as long as the hash, at least', () => {
    expect(uses(keyOfSecret(randomBytes(32), ['HS256', 'HS512']))).toEqual(['HS256']);
    expect(uses(keyOfSecret(randomBytes(31), ['HS256']))).toMatch(/too short/);
    expect(uses(keyOfSecret(Buffer.alloc(0), ['HS256']))).toMatch(/empty/);
  });
});
