import { describe, expect, it } from 'vitest';
import { forwardedCertificate } from './forwarded.js';

const hash = 'ab'.repeat(32);
const thumbprint = Buffer.from(hash, 'hex').toString('base64url');
const nothing = { thumbprint: undefined, subject: undefined, uris: [], dnsNames: [] };

describe('x-forwarded-client-cert', () => {
  it.each<[string, string, object]>([
    [
      'is read as Envoy writes it',
      `By=spiffe://mesh/gateway;Hash=${hash};Subject="CN=batch,O=\\"Quoted, Inc.\\"";URI=spiffe://mesh/ns/shop/sa/batch`,
      {
        thumbprint,
        subject: 'CN=batch,O="Quoted, Inc."',
        uris: ['spiffe://mesh/ns/shop/sa/batch'],
        dnsNames: [],
      },
    ],
    [
      'leaves the escapes of a distinguished name alone',
      'Subject="CN=a\\,O=admin"',
      { ...nothing, subject: 'CN=a\\,O=admin' },
    ],
    [
      'counts only in its last element',
      'URI=spiffe://mesh/admin,URI=spiffe://mesh/batch',
      { ...nothing, uris: ['spiffe://mesh/batch'] },
    ],
    [
      'hides no element in quotes',
      'URI="spiffe://mesh/a,URI=spiffe://mesh/admin"',
      { ...nothing, uris: ['spiffe://mesh/a,URI=spiffe://mesh/admin'] },
    ],
    [
      'has keys in any case, with blanks around',
      ' uri=a:b ; DNS=c.d ',
      { ...nothing, uris: ['a:b'], dnsNames: ['c.d'] },
    ],
    [
      'may have several DNS names',
      'DNS=a.example;DNS=b.example',
      { ...nothing, dnsNames: ['a.example', 'b.example'] },
    ],
    ['has no URI where Envoy writes an empty one', 'URI=;Subject=""', nothing],
    ['has no identity where two SPIFFE URIs stand', 'URI=spiffe://mesh/a;URI=spiffe://mesh/b', nothing],
    ['has no names with characters that none has', 'URI="spiffe://mesh/a b";DNS="a\u0000.example"', nothing],
    ['says nothing of who wrote it', 'By=spiffe://mesh/admin', nothing],
  ])('%s', (_, field, certificate) => {
    expect(forwardedCertificate(field)).toEqual(certificate);
  });

  it.each([
    ['nothing', ''],
    ['no pair', 'spiffe://mesh/batch'],
    ['a quote that does not end', 'URI="spiffe://mesh/batch'],
    ['text behind a quote', 'URI="a"b'],
    ['a quote inside', 'URI=a"b"'],
    ['an empty last element', 'URI=a,'],
    ['an empty pair', 'URI=a;'],
    ['a hash that is none', 'Hash=abc'],
    ['two hashes', `Hash=${hash};Hash=${'cd'.repeat(32)}`],
    ['two subjects', 'Subject="CN=a";Subject="CN=admin"'],
  ])('of %s is refused', (_, field) => {
    expect(forwardedCertificate(field)).toBeUndefined();
  });

  it('takes no longer the more blanks there are', () => {
    const startedAt = process.cpuUsage();
    expect(forwardedCertificate(`URI=${' '.repeat(100_000)}"`)).toBeUndefined();
    expect(process.cpuUsage(startedAt).user).toBeLessThan(200_000);
  });
});
