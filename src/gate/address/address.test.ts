import { describe, expect, it } from 'vitest';
import { addressKey, canonicalAddress } from './address.js';
import { addressRanges } from './ranges.js';
import { createTrustedProxies, trustedProxiesProblems } from './trusted-proxies.js';

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s has one spelling: %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
    expect(addressKey(text)).toBe(addressKey(canonical));
  });

  it.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '01.2.3.4',
    '1.2.3.00',
    '0x1.2.3.4',
    '16909060',
    '256.1.1.1',
    '1.2.3.4 ',
    '1.2.3.4/8',
    '-1.2.3.4',
    '1:2:3',
    '1::2::3',
    '12345::',
    ':',
    '::ffff:256.1.1.1',
    '１.2.3.4',
  ])('%j is none', (text) => {
    expect(addressKey(text)).toBeUndefined();
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('ranges', () => {
  const isIn = (texts: readonly string[], address: string): boolean => {
    const compiled = addressRanges(texts);
    if ('problems' in compiled) throw new Error(compiled.problems.join());
    return compiled.ranges(addressKey(address) ?? 'none');
  };

  it.each([
    [['10.0.0.0/8'], ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['9.255.255.255', '11.0.0.0', '::']],
    [['192.0.2.128/25'], ['192.0.2.128', '192.0.2.255'], ['192.0.2.127', '192.0.3.0']],
    [['192.0.2.1'], ['192.0.2.1'], ['192.0.2.0', '192.0.2.2']],
    [['0.0.0.0/0'], ['0.0.0.0', '255.255.255.255'], ['::', '2001:db8::1']],
    [['::/0'], ['::', 'ffff::'], ['1.2.3.4', '::ffff:1.2.3.4']],
    [['::ffff:10.0.0.0/104'], ['10.1.1.1'], ['11.0.0.0', '::1']],
    [['2001:db8::/32'], ['2001:db8::', '2001:db8:ffff:ffff::1'], ['2001:db7::', '2001:db9::']],
    [['2001:db8::8/125'], ['2001:db8::8', '2001:db8::f'], ['2001:db8::7', '2001:db8::10']],
    [['fe80::1%eth0'], ['fe80::1', 'fe80::1%lo'], ['fe80::2']],
    [['loopback'], ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1'], ['128.0.0.0', '::2']],
    [['private'], ['10.1.1.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1'], ['172.32.0.0']],
    [
      ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '1.1.1.1', '9.0.0.0/8'],
      ['10.0.0.1', '10.1.2.4', '10.200.0.0', '1.1.1.1', '9.9.9.9'],
      ['1.1.1.2', '8.255.255.255', '11.0.0.0'],
    ],
    [[], [], ['1.2.3.4', '::1']],
  ])('%j', (texts, inside, outside) => {
    expect(inside.filter((address) => !isIn(texts, address))).toEqual([]);
    expect(outside.filter((address) => isIn(texts, address))).toEqual([]);
  });

  it.each([
    ['10.0.0.1/8', /bits of an address behind/],
    ['2001:db8::1/32', /bits of an address behind/],
    ['10.0.0.0/33', /prefix/],
    ['10.0.0.0/', /prefix/],
    ['10.0.0.0/-1', /prefix/],
    ['10.0.0.0/8.0', /prefix/],
    ['::/129', /prefix/],
    ['::ffff:10.0.0.0/95', /prefix/],
    ['10.0.0.0/8/8', /neither/],
    ['10.0.0/8', /neither/],
    ['10.0.0.0-10.0.0.9', /neither/],
    ['localhost', /neither/],
    ['', /neither/],
  ])('%j is none', (text, problem) => {
    const compiled = addressRanges(['1.1.1.1', text]);
    expect('problems' in compiled ? compiled.problems : []).toEqual([expect.stringMatching(problem)]);
  });
});

describe('trusted proxies', () => {
  const request = (peerAddress: string, ...headers: (readonly [string, string])[]) => ({
    peerAddress,
    headers,
    httpMethod: 'GET',
    target: '/',
    scheme: 'http' as const,
    signal: new AbortController().signal,
  });
  const forwarded = (...values: string[]) =>
    values.map((value): [string, string] => ['x-forwarded-for', value]);
  const ten = ['10.0.0.0/8'];

  it.each([
    ['nobody is trusted', [], '10.0.0.1', ['1.1.1.1'], '10.0.0.1'],
    ['a peer that is not trusted', ten, '11.0.0.1', ['1.1.1.1'], '11.0.0.1'],
    ['a trusted peer that says nothing', ten, '10.0.0.1', [], '10.0.0.1'],
    ['a trusted peer', ten, '10.0.0.1', ['1.1.1.1'], '1.1.1.1'],
    ['one that came in by IPv6', ten, '::ffff:10.0.0.1', ['1.1.1.1'], '1.1.1.1'],
    ['what the client wrote itself', ten, '10.0.0.1', ['6.6.6.6, 1.1.1.1'], '1.1.1.1'],
    ['what the client wrote in a field of its own', ten, '10.0.0.1', ['10.0.0.9', '1.1.1.1'], '1.1.1.1'],
    ['two proxies', ten, '10.0.0.1', ['6.6.6.6, 1.1.1.1, 10.0.0.2'], '1.1.1.1'],
    ['two proxies, two fields', ten, '10.0.0.1', ['1.1.1.1', '10.0.0.2'], '1.1.1.1'],
    ['proxies only', ten, '10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
    ['a word that is no address', ten, '10.0.0.1', ['1.1.1.1, unknown'], '10.0.0.1'],
    ['no address behind a proxy', ten, '10.0.0.1', ['1.1.1.1, x, 10.0.0.2'], '10.0.0.2'],
    ['octal digits', ten, '10.0.0.1', ['010.0.0.2'], '10.0.0.1'],
    ['empty elements', ten, '10.0.0.1', ['1.1.1.1, ,'], '1.1.1.1'],
    ['a port', ten, '10.0.0.1', ['1.1.1.1:4711'], '1.1.1.1'],
    ['a port of IPv6', ten, '10.0.0.1', ['[2001:db8::1]:4711'], '2001:db8::1'],
    ['brackets', ten, '10.0.0.1', ['[2001:db8::1]'], '2001:db8::1'],
    ['half a bracket', ten, '10.0.0.1', ['[2001:db8::1'], '10.0.0.1'],
    ['another spelling', ten, '10.0.0.1', ['2001:DB8:0::0:1'], '2001:db8::1'],
    ['a client of IPv4 in IPv6', ten, '10.0.0.1', ['::ffff:1.1.1.1'], '1.1.1.1'],
    ['a peer of IPv4 in IPv6', [], '::ffff:10.0.0.1', [], '10.0.0.1'],
    ['a peer with a zone', [], 'fe80::1%eth0', [], 'fe80::1'],
    ['a peer of IPv6', [], '2001:db8::1', [], '2001:db8::1'],
    ['loopback', ['loopback'], '::1', ['1.1.1.1'], '1.1.1.1'],
    ['a peer without address', ten, '', ['1.1.1.1'], ''],
    ['a Unix socket that is trusted', ['unix'], '', ['1.1.1.1'], '1.1.1.1'],
  ])('the client: %s', (_what, options, peer, values, client) => {
    const proxies = createTrustedProxies(options);
    expect(proxies.clientAddress(request(peer, ...forwarded(...values)))).toBe(client);
  });

  it('a client cannot hide behind many hops', () => {
    const hops = Array.from({ length: 1_000 }, () => '10.0.0.2').join(', ');
    const proxies = createTrustedProxies(ten);
    expect(proxies.clientAddress(request('10.0.0.1', ...forwarded(`${hops}, 1.1.1.1`)))).toBe('1.1.1.1');
  });

  it.each([
    ['10.0.0.1', [['x-forwarded-proto', 'https']], 'https', 'inner'],
    ['10.0.0.1', [['x-forwarded-proto', 'http, HTTPS']], 'https', 'inner'],
    ['10.0.0.1', [['x-forwarded-proto', 'ftp']], 'http', 'inner'],
    ['10.0.0.1', [['x-forwarded-host', 'shop.example:8443']], 'http', 'shop.example:8443'],
    ['10.0.0.1', [['x-forwarded-host', 'evil.example, shop.example']], 'http', 'shop.example'],
    ['10.0.0.1', [['x-forwarded-host', 'a/b']], 'http', 'inner'],
    ['11.0.0.1', [['x-forwarded-proto', 'https']], 'http', 'inner'],
    ['11.0.0.1', [['x-forwarded-host', 'evil.example']], 'http', 'inner'],
  ] as const)('what the client asked for: %s %j', (peer, fields, scheme, host) => {
    const sent = createTrustedProxies(ten).asSent(request(peer, ['host', 'inner'], ...fields));
    expect(sent.scheme).toBe(scheme);
    expect(sent.headers.filter(([name]) => name === 'host')).toEqual([['host', host]]);
  });

  it('says what is wrong with its options', () => {
    expect(trustedProxiesProblems(['unix', 'loopback', '10.0.0.0/8'])).toEqual([]);
    expect(trustedProxiesProblems(['10.0.0.1/8', 'nginx'])).toHaveLength(2);
    expect(() => createTrustedProxies(['nginx'])).toThrow('nginx is neither');
  });
});
