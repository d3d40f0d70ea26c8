import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionError, ErrorCode } from './error-code.js';
import { HpackDecoder } from './hpack-decoder.js';
import { fieldBytes } from './hpack-table.js';

const listBytesMax = 64 * 1024;
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function decode(decoder: HpackDecoder, block: Buffer): string[] {
  return decoder.decode(block, 0, block.length).fields.map(([name, value]) => `${name}: ${value}`);
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

const date21 = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const date22 = 'date: Mon, 21 Oct 2013 20:13:22 GMT';
const location = 'location: https://www.example.com';
const cookie = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const requests = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
];
const responses = [
  [':status: 302', 'cache-control: private', date21, location],
  [':status: 307', 'cache-control: private', date21, location],
  [':status: 200', 'cache-control: private', date22, location, 'content-encoding: gzip', cookie],
];
/** A table of 256 bytes, as in the examples of responses: entries have to go. */
const size256 = '3fe101';

/** RFC 7541 appendix C: blocks of one connection each, in order. */
const vectors: readonly (readonly [name: string, blocks: readonly string[], fields: readonly string[][]])[] =
  [
    [
      'C.2.1 literal, indexed',
      ['400a637573746f6d2d6b65790d637573746f6d2d686561646572'],
      [['custom-key: custom-header']],
    ],
    ['C.2.2 literal, not indexed', ['040c2f73616d706c652f70617468'], [[':path: /sample/path']]],
    ['C.2.3 literal, never indexed', ['100870617373776f726406736563726574'], [['password: secret']]],
    ['C.2.4 indexed', ['82'], [[':method: GET']]],
    [
      'C.3 requests',
      [
        '828684410f7777772e6578616d706c652e636f6d',
        '828684be58086e6f2d6361636865',
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
      ],
      requests,
    ],
    [
      'C.4 requests in Huffman code',
      [
        '828684418cf1e3c2e5f23a6ba0ab90f4ff',
        '828684be5886a8eb10649cbf',
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
      ],
      requests,
    ],
    [
      'C.5 responses',
      [
        `${size256}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`,
        '4803333037c1c0bf',
        '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
      ],
      responses,
    ],
    [
      'C.6 responses in Huffman code',
      [
        `${size256}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3`,
        '4883640effc1c0bf',
        '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      ],
      responses,
    ],
  ];

describe('HpackDecoder', () => {
  it.each(vectors)('decodes RFC 7541 %s', (_, blocks, fields) => {
    const decoder = new HpackDecoder(listBytesMax);
    expect(blocks.map((block) => decode(decoder, bytes(block)))).toEqual(fields);
  });

  it.each(vectors)(
    'a block that is cut anywhere is an error or has fewer fields: %s',
    (_, blocks, fields) => {
      for (const [index, block] of blocks.entries()) {
        for (let length = 0; length < bytes(block).length; length++) {
          const decoder = new HpackDecoder(listBytesMax);
          for (const before of blocks.slice(0, index)) decode(decoder, bytes(before));
          const cut = bytes(block).subarray(0, length);
          const error = errorOf(() => {
            const found = decode(decoder, cut);
            expect(found.length).toBeLessThan(fields[index]?.length ?? 0);
            expect(found).toEqual(fields[index]?.slice(0, found.length));
          });
          if (error !== undefined) expect(error).toMatchObject({ errorCode: ErrorCode.COMPRESSION_ERROR });
        }
      }
    },
  );

  it.each([
    ['index 0', '80'],
    ['an index behind the static table', 'be'],
    ['the name of an index behind the static table', '7e0161'],
    ['an integer of five continuation bytes', 'ff8080808000'],
    ['an integer of more than 28 bits', 'ffffffffff7f'],
    ['an integer without end', 'ffffffffffffffffffff'],
    ['a string longer than the block', '000461'],
    ['a length near 2^28', '007fffffff7f61'],
    ['a size update beyond 4096', '3fe21f'],
    ['a size update after a field', '8220'],
    ['three size updates', '20202088'],
    ['an end-of-string symbol', '0084ffffffff0161'],
    ['padding of a whole byte', '00821fff0161'],
    ['padding with zeros', '0081180161'],
  ])('refuses %s', (_, block) => {
    const error = errorOf(() => decode(new HpackDecoder(listBytesMax), bytes(block)));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ errorCode: ErrorCode.COMPRESSION_ERROR });
  });

  it('a size update of 0 forgets everything', () => {
    const decoder = new HpackDecoder(listBytesMax);
    expect(decode(decoder, bytes('400161 0162'))).toEqual(['a: b']);
    expect(decode(decoder, bytes('be'))).toEqual(['a: b']);
    expect(decode(decoder, bytes('20 88'))).toEqual([':status: 200']);
    expect(errorOf(() => decode(decoder, bytes('be')))).toBeInstanceOf(ConnectionError);
  });

  it('a field larger than the table empties it', () => {
    const decoder = new HpackDecoder(listBytesMax);
    decode(decoder, bytes('3f21 400161 0162'));
    expect(decode(decoder, bytes('be'))).toEqual(['a: b']);
    decode(decoder, Buffer.concat([bytes('400163 2f'), Buffer.alloc(0x2f, 'x')]));
    expect(errorOf(() => decode(decoder, bytes('be')))).toBeInstanceOf(ConnectionError);
  });

  it('drops fields past the limit, and still remembers them', () => {
    const decoder = new HpackDecoder(50);
    const block = bytes('00016101 62 4001630164');
    const decoded = decoder.decode(block, 0, block.length);
    expect(decoded).toMatchObject({ fields: [['a', 'b']], isTooLarge: true });
    expect(decode(decoder, bytes('be'))).toEqual(['c: d']);
  });

  it.each([
    ['literals and static indexes', '88 00016101 62', true],
    ['a field to be remembered', '400161 0162', false],
    ['a size update', '2088', false],
  ])('knows whether a block means the same every time: %s', (_, block, isStateless) => {
    const input = bytes(block);
    expect(new HpackDecoder(listBytesMax).decode(input, 0, input.length).isStateless).toBe(isStateless);
  });

  it('throws nothing but ConnectionError on random bytes and on valid blocks that were changed', () => {
    const valid = fc.constantFrom(...vectors.flatMap(([, blocks]) => blocks.map(bytes)));
    const changed = fc
      .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([block, changes]) => {
        const copy = Buffer.from(block);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      });
    const random = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.array(fc.oneof(random, changed), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder(200);
        const error = errorOf(() => {
          for (const block of blocks) {
            const { fields } = decoder.decode(block, 0, block.length);
            expect(fields.reduce((sum, field) => sum + fieldBytes(field), 0)).toBeLessThanOrEqual(200);
          }
        });
        if (error !== undefined) expect(error).toBeInstanceOf(ConnectionError);
      }),
      { numRuns: 3_000 },
    );
  });
});
