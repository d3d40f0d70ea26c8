import { describe, expect, it } from 'vitest';
import type { Principal } from '../../principal.js';
import { defaultIdentityMetadata, identityMetadata } from './metadata.js';

const caller: Principal = {
  id: 'login:ann',
  provider: 'login',
  kind: 'jwt',
  audience: 'public',
  subject: 'ann',
  scopes: new Set(['orders.read', 'orders.write']),
  claims: { tenant: { id: 7 }, roles: ['a', 'b,c'], verified: true, none: null },
};

describe('the identity as metadata', () => {
  it('says by default who calls, as whom of which provider, and what for', () => {
    expect(identityMetadata(defaultIdentityMetadata)(caller)).toEqual([
      ['x-propylon-subject', 'ann'],
      ['x-propylon-principal', 'login:ann'],
      ['x-propylon-provider', 'login'],
      ['x-propylon-scopes', 'orders.read orders.write'],
    ]);
  });

  it.each<[string, string, unknown]>([
    ['a claim inside of another', 'claims.tenant.id', '7'],
    ['a list', 'claims.roles', 'a,b%2Cc'],
    ['a truth value', 'claims.verified', 'true'],
    ['an object', 'claims.tenant', '{"id":7}'],
  ])('%s', (_, source, value) => {
    expect(identityMetadata({ 'x-a': source })(caller)).toEqual([['x-a', value]]);
  });

  it.each(['claims.none', 'claims.other', 'claims.__proto__', 'claims.tenant.constructor'])(
    '%s is left out',
    (source) => {
      expect(identityMetadata({ 'x-a': source })(caller)).toEqual([]);
    },
  );

  it.each([
    ['a line break', 'a\r\nx-admin: 1', 'a%0D%0Ax-admin:%201'],
    ['NUL', 'a\u0000', 'a%00'],
    ['a percent sign', '100%', '100%25'],
    ['other letters', 'Zoë', 'Zo%C3%AB'],
    ['half a letter', '\ud800', '%EF%BF%BD'],
    ['blanks at the end', 'a ', 'a%20'],
  ])('%s in a subject is text and nothing else', (_, subject, value) => {
    expect(identityMetadata({ 'x-a': 'subject' })({ ...caller, subject })).toEqual([['x-a', value]]);
  });

  it('a scope with a comma or a blank is one scope', () => {
    const scopes = new Set(['a b', 'c']);
    expect(identityMetadata({ 'x-a': 'scopes' })({ ...caller, scopes })).toEqual([['x-a', 'a%20b c']]);
  });

  it('-bin holds bytes', () => {
    const bytes = new TextEncoder().encode('Zoë\n');
    expect(identityMetadata({ 'x-a-bin': 'subject' })({ ...caller, subject: 'Zoë\n' })).toEqual([
      ['x-a-bin', bytes],
    ]);
  });
});
