import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CertificateOptions, issueCertificate } from '../../../../test/support/x509.js';
import { namesOf } from './client-certificate.js';

const names = (name: string, options: CertificateOptions = {}) =>
  namesOf(new X509Certificate(issueCertificate(name, options).cert));

describe('the names of a certificate', () => {
  it.each<[string, CertificateOptions, object]>([
    ['are its URIs', { uris: ['spiffe://mesh/a'] }, { uris: ['spiffe://mesh/a'] }],
    ['are its DNS names', { hosts: ['a.example', 'b.example'] }, { dnsNames: ['a.example', 'b.example'] }],
    ['are none where there are none', {}, { uris: [], dnsNames: [] }],
    [
      'may hold a comma, and do not end there',
      { uris: ['https://a/,URI:b'] },
      { uris: ['https://a/,URI:b'] },
    ],
    ['may hold quotes', { uris: ['https://a/"b'] }, { uris: ['https://a/"b'] }],
    ['are not those with NUL in them', { uris: ['https://a/\0b', 'https://c/'] }, { uris: ['https://c/'] }],
    ['are not those with line breaks in them', { hosts: ['a\nDNS:admin'] }, { dnsNames: [] }],
    ['are not those with blanks in them', { hosts: ['a, DNS:admin'] }, { dnsNames: [] }],
    ['are no SPIFFE ones where there are two', { uris: ['spiffe://mesh/a', 'https://b/'] }, { uris: [] }],
    ['are not in the distinguished name', { hosts: [] }, { subject: 'CN=a' }],
  ])('%s', (_, options, expected) => {
    expect(names('a', options)).toMatchObject(expected);
  });

  it.each([
    ['a comma', 'a,O=admin', 'CN=a\\,O=admin'],
    ['a line break', 'a\nO=admin', 'CN=a\\0AO=admin'],
    ['NUL', 'a\0', 'CN=a\\00'],
  ])('%s in the distinguished name begins no other part', (_, name, subject) => {
    expect(names(name).subject).toBe(subject);
  });
});
