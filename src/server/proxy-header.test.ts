import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProxyHeader, readProxyHeader } from './proxy-header.js';

/** haproxy, proxy-protocol.txt: §2.1 for lines, §2.2 for binary headers. */

const text = (line: string): Buffer => Buffer.from(line, 'latin1');
const signature = '0d0a0d0a000d0a515549540a';
const hex = (rest: string): Buffer => Buffer.from(signature + rest.replaceAll(' ', ''), 'hex');
const ports = '1f90 01bb';
const four = `c0000201 c6336401 ${ports}`;
const six = `20010db8000000000000000000000001 20010db8000000000000000000000002 ${ports}`;
const unix = '2f746d702f61'.padEnd(216 * 2, '0');

const good: readonly [what: string, header: Buffer, address: string | undefined][] = [
  ['TCP over IPv4', text('PROXY TCP4 192.0.2.1 198.51.100.1 8080 443\r\n'), '192.0.2.1'],
  [
    'the longest of IPv4',
    text('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'),
    '255.255.255.255',
  ],
  ['TCP over IPv6', text('PROXY TCP6 2001:db8::1 2001:db8::2 8080 443\r\n'), '2001:db8::1'],
  ['an unknown protocol', text('PROXY UNKNOWN\r\n'), undefined],
  [
    'the longest line there is',
    text(`PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`),
    undefined,
  ],
  ['binary, IPv4', hex(`21 11 000c ${four}`), '192.0.2.1'],
  ['binary, IPv6', hex(`21 21 0024 ${six}`), '2001:db8:0:0:0:0:0:1'],
  ['binary with TLVs', hex(`21 11 0013 ${four} 03 0004 00000000`), '192.0.2.1'],
  ['binary, a Unix socket', hex(`21 31 00d8 ${unix}`), undefined],
  ['binary, datagrams', hex(`21 12 000c ${four}`), undefined],
  ['binary, unspecified', hex('21 00 0000'), undefined],
  ['binary, LOCAL: a health check of the proxy itself', hex(`20 11 000c ${four}`), undefined],
  ['binary, LOCAL without addresses', hex('20 00 0000'), undefined],
];

const bad: readonly [what: string, header: Buffer][] = [
  ['no header', text('GET / HTTP/1.1\r\nhost: a\r\n\r\n')],
  ['another word', text('PROXI TCP4 192.0.2.1 198.51.100.1 1 2\r\n')],
  ['words in lower case', text('PROXY tcp4 192.0.2.1 198.51.100.1 1 2\r\n')],
  ['a line feed alone', text('PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n')],
  ['an address of another family', text('PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n')],
  ['an address that is none', text('PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n')],
  ['a port that is none', text('PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n')],
  ['a port with a zero before it', text('PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n')],
  ['two blanks', text('PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n')],
  ['something behind the ports', text('PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n')],
  ['a port too few', text('PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n')],
  ['a line that does not end', text(`PROXY UNKNOWN ${'a'.repeat(93)}`)],
  ['another version', hex(`11 11 000c ${four}`)],
  ['another command', hex(`22 11 000c ${four}`)],
  ['another family', hex(`21 41 000c ${four}`)],
  ['another transport', hex(`21 13 000c ${four}`)],
  ['addresses that are cut', hex('21 11 000b c0000201 c6336401 1f9001')],
  ['IPv6 with room for IPv4', hex(`21 21 000c ${four}`)],
  ['more than any proxy adds', hex('21 11 ffff')],
];

/** Reads bytes as they come. */
function readIn(pieces: readonly Buffer[]): ProxyHeader {
  let bytes = Buffer.alloc(0);
  let header: ProxyHeader = { kind: 'more' };
  for (const piece of pieces) {
    if (header.kind !== 'more') break;
    bytes = Buffer.concat([bytes, piece]);
    header = readProxyHeader(bytes);
  }
  return header;
}

describe('a header of the PROXY protocol', () => {
  it.each(good)('%s, cut anywhere, names its address', (_, header, address) => {
    const all = Buffer.concat([header, text('GET / HTTP/1.1\r\n')]);
    for (let cut = 0; cut <= all.length; cut++) {
      const read = readIn([all.subarray(0, cut), all.subarray(cut)]);
      expect(read).toEqual({ kind: 'header', length: header.length, address });
    }
    expect(readIn(Array.from(all, (byte) => Buffer.of(byte)))).toMatchObject({ kind: 'header', address });
  });

  it.each(bad)('%s is none', (_, header) => {
    // A line feed alone may still be followed by the end of the line.
    const read = readIn([header, Buffer.alloc(200, 0x20)]);
    expect(read).toEqual({ kind: 'malformed' });
    expect(
      readIn(Array.from(Buffer.concat([header, Buffer.alloc(200, 0x20)]), (byte) => Buffer.of(byte))),
    ).toEqual(read);
  });

  it('is never looked for without end, whatever comes', () => {
    const beginnings = fc.constantFrom(Buffer.alloc(0), text('PROXY '), hex(''), hex('21'), hex('2111'));
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 300 }), (beginning, rest) => {
        const read = readProxyHeader(Buffer.concat([beginning, rest]));
        if (read.kind === 'more') expect(beginning.length + rest.length).toBeLessThan(4_096);
        if (read.kind === 'header') expect(read.length).toBeLessThanOrEqual(beginning.length + rest.length);
      }),
    );
    expect(readProxyHeader(Buffer.concat([hex('21110fff'), Buffer.alloc(4_096)])).kind).not.toBe('more');
  });
});
