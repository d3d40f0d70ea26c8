import { describe, expect, it } from 'vitest';
import type { Metadata } from '../../status/index.js';
import { HpackDecoder } from './hpack-decoder.js';
import { RequestHeadEncoder } from './request-head.js';

const path = '/shop.v1.Shop/Get';
const own = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', path],
  [':authority', 'shop:50051'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
];

function encode(
  metadata: Metadata,
  timeoutMs?: number,
  { isCompressing = false, isFirst = false } = {},
): readonly (readonly string[])[] | undefined {
  const encoder = new RequestHeadEncoder('http', 'shop:50051');
  const end = encoder.encode(path, metadata, timeoutMs, isCompressing, isFirst);
  if (end === undefined) return undefined;
  return new HpackDecoder(1_000_000).decode(encoder.block, 0, end).fields;
}

/** What comes after the fields that all calls have. */
function rest(fields: ReturnType<typeof encode>): readonly (readonly string[])[] | undefined {
  return fields?.slice(own.length + 2);
}

describe('RequestHeadEncoder', () => {
  it('begins with what gRPC asks for, in its order', () => {
    const fields = encode([]);
    expect(fields?.slice(0, own.length)).toEqual(own);
    expect(fields?.[own.length]?.[1]).toMatch(/^propylon /);
    expect(fields?.[own.length + 1]).toEqual(['grpc-accept-encoding', 'identity,gzip']);
  });

  it.each([
    [0.2, '1m'],
    [14_999.4, '15000m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [100_000_000_000, '27778H'],
    [1e18, '99999999H'],
  ])('writes %d ms as %s', (timeoutMs, text) => {
    expect(rest(encode([], timeoutMs))).toEqual([['grpc-timeout', text]]);
  });

  it('keeps metadata in order, with duplicates, and binary values in base64 without padding', () => {
    const metadata: Metadata = [
      ['x-a', '1'],
      ['x-b-bin', Buffer.from([255, 0])],
      ['x-a', '2'],
      ['x-empty', ''],
      ['x-long', 'v'.repeat(20_000)],
    ];
    expect(rest(encode(metadata))).toEqual([
      ['x-a', '1'],
      ['x-b-bin', '/wA'],
      ['x-a', '2'],
      ['x-empty', ''],
      ['x-long', 'v'.repeat(20_000)],
    ]);
  });

  it.each(['te', 'content-type', 'user-agent', 'grpc-timeout', 'grpc-encoding', 'grpc-accept-encoding'])(
    'lets nobody overrule %s',
    (name) => {
      expect(rest(encode([[name, 'x']]))).toEqual([]);
    },
  );

  it.each<[string, Metadata[number]]>([
    ['a name in upper case', ['X-A', '1']],
    ['a name with a space', ['x a', '1']],
    ['a pseudo-header', [':path', '/other']],
    ['an empty name', ['', '1']],
    ['connection', ['connection', 'x']],
    ['transfer-encoding', ['transfer-encoding', 'chunked']],
    ['host', ['host', 'x']],
    ['content-length', ['content-length', '1']],
    ['CR LF in a value', ['x-a', 'b\r\nc: d']],
    ['NUL in a value', ['x-a', '\0']],
    ['text that is not ASCII', ['x-a', 'é']],
    ['text for a binary name', ['x-a-bin', 'text']],
    ['bytes for a text name', ['x-a', Buffer.from('bytes')]],
  ])('refuses %s', (_, entry) => {
    expect(encode([entry])).toBeUndefined();
  });

  it('sets the table to 0 in the first block, and says when messages may be compressed', () => {
    const encoder = new RequestHeadEncoder('https', 'a');
    encoder.encode(path, [], undefined, false, true);
    expect([encoder.block[0], encoder.block[1], encoder.block[2]]).toEqual([0x20, 0x83, 0x87]);
    expect(rest(encode([], undefined, { isCompressing: true }))).toEqual([['grpc-encoding', 'gzip']]);
  });

  it('keeps secrets out of tables (RFC 7541 §7.1.3)', () => {
    const encoder = new RequestHeadEncoder('http', 'a');
    const end = encoder.encode(path, [['authorization', 'Bearer t']], undefined, false, false);
    const at = encoder.block.indexOf('authorization', 0, 'latin1');
    expect(encoder.block[at - 2]).toBe(0x10);
    expect(at).toBeLessThan(end ?? 0);
  });
});
