import { describe, expect, it } from 'vitest';
import { Code } from '../../src/status/index.js';
import {
  answer,
  block,
  data,
  type Fields,
  frame,
  grpcHead,
  headers,
  message,
  okTail,
  settings,
  trailers,
  words,
} from '../support/frames.js';
import { eachCall, greet } from '../support/raw-backend.js';
import { callOf, errorCodeOf, torture } from '../support/torture.js';

/**
 * What ends one stream (RFC 9113 §5.4.2, §8.1.1): RST_STREAM with the right code, the call INTERNAL with a text
 * of ours; the connection stays, and the calls beside it do not notice.
 */

const protocolError = 1;
const flowControlError = 3;
const frameSizeError = 6;
const cancel = 8;

const withHead = (...fields: Fields): Buffer => headers(1, [...grpcHead, ...fields]);
const whole = (length: string): Buffer => withHead(['content-length', length]);

const rows: readonly (readonly [name: string, frames: readonly Buffer[], errorCode: number])[] = [
  ['DATA before HEADERS', [data(1, message('x'))], protocolError],
  ['HEADERS without :status', [headers(1, [['content-type', 'application/grpc']])], protocolError],
  ['two :status', [headers(1, [[':status', '200'], ...grpcHead])], protocolError],
  [':status of two digits', [headers(1, [[':status', '20']])], protocolError],
  [':status that is no number', [headers(1, [[':status', 'OK!']])], protocolError],
  [':status of 000', [headers(1, [[':status', '000']])], protocolError],
  ['an unknown pseudo-header', [headers(1, [...grpcHead.slice(0, 1), [':version', '2']])], protocolError],
  ["a request's pseudo-header", [headers(1, [...grpcHead.slice(0, 1), [':path', '/']])], protocolError],
  [':status after other fields', [headers(1, [...grpcHead.slice(1), [':status', '200']])], protocolError],
  [
    ':status in trailers',
    [headers(1, grpcHead), trailers(1, [[':status', '200'], ...okTail])],
    protocolError,
  ],
  ['trailers that do not end the stream', [headers(1, grpcHead), headers(1, okTail)], protocolError],
  ['a name in upper case', [withHead(['X-Upper', '1'])], protocolError],
  ['a name with a space', [withHead(['x a', '1'])], protocolError],
  ['a name with a colon', [withHead(['x:a', '1'])], protocolError],
  ['an empty name', [withHead(['', '1'])], protocolError],
  ['a name that is not ASCII', [withHead(['x-\u00e9', '1'])], protocolError],
  ['a value with CR LF', [withHead(['x-a', 'b\r\nset-cookie: c'])], protocolError],
  ['a value with NUL', [withHead(['x-a', 'b\0c'])], protocolError],
  ['connection', [withHead(['connection', 'close'])], protocolError],
  ['transfer-encoding', [withHead(['transfer-encoding', 'chunked'])], protocolError],
  ['upgrade in trailers', [headers(1, grpcHead), trailers(1, [...okTail, ['upgrade', 'x']])], protocolError],
  ['101 Switching Protocols', [headers(1, [[':status', '101']])], protocolError],
  ['an informational response that is the last', [trailers(1, [[':status', '103']])], protocolError],
  ['more content than content-length', [whole('3'), data(1, message('x'))], protocolError],
  ['less content than content-length', [whole('99'), data(1, message('x')), trailers(1)], protocolError],
  [
    'content-length without content',
    [trailers(1, [...grpcHead, ...okTail, ['content-length', '1']])],
    protocolError,
  ],
  ['two content-lengths', [withHead(['content-length', '6'], ['content-length', '7'])], protocolError],
  ['content-length that is no number', [whole('-1')], protocolError],
  // accept-encoding of the static table, 60 bytes in the list for one on the wire.
  ['more header fields than announced', [frame(1, 4, 1, Buffer.alloc(1_200, 0x90))], protocolError],
  ['PRIORITY of 4 bytes', [frame(2, 0, 1, 'abcd')], frameSizeError],
  ['WINDOW_UPDATE of 0', [frame(8, 0, 1, words(0))], protocolError],
  ['WINDOW_UPDATE that overflows', [frame(8, 0, 1, words(0x7fff_ffff))], flowControlError],
  [
    'a flag of compression without an encoding',
    [headers(1, grpcHead), data(1, Buffer.from('\x01\0\0\0\0'))],
    cancel,
  ],
  ['a flag that does not exist', [headers(1, grpcHead), data(1, Buffer.from('\x02\0\0\0\0'))], cancel],
];

describe('a server that breaks a rule of one stream', () => {
  const victimOf = torture();

  it.each(rows)('%s', async (_, frames, errorCode) => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 3 && frame.type === 0);
      peer.send(...frames);
      await errorCodeOf(peer, 'reset', 1);
      await eachCall(peer, (stream) => stream > 1 && peer.send(answer(stream)));
    });
    const [broken, beside] = await Promise.all([victim.call(), victim.call()]);
    expect([broken.status.code, broken.localReason]).toEqual([Code.INTERNAL, 'UPSTREAM_PROTOCOL']);
    expect(broken.status.message).toMatch(/^[A-Z][A-Za-z ]+\.$/);
    expect(beside.message?.toString()).toBe('fine');
    expect((await victim.call()).message?.toString()).toBe('fine');
    const [peer] = victim.backend.peers;
    if (peer === undefined) throw new Error('no connection');
    expect(await errorCodeOf(peer, 'reset', 1)).toBe(errorCode);
    expect(victim.backend.peers.length).toBe(1);
  });

  it('more content on a stream than its window', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await peer.wait((frame) => frame.stream === 1);
      peer.send(headers(1, grpcHead));
      for (let index = 0; index < 40; index++) peer.send(data(1, message('x'.repeat(16_379))));
      await eachCall(peer, (stream) => stream > 1 && peer.send(answer(stream)));
    });
    const stream = victim.transport.stream(callOf());
    const outcome = await stream.outcome;
    expect([outcome.status.code, outcome.localReason]).toEqual([Code.INTERNAL, 'UPSTREAM_PROTOCOL']);
    const [peer] = victim.backend.peers;
    expect(peer && (await errorCodeOf(peer, 'reset', 1))).toBe(flowControlError);
    stream.cancel();
    expect(victim.transport.counts).toMatchObject({ connections: 1, openStreams: 0 });
  });
});

describe('a server that does what is unusual but allowed', () => {
  const victimOf = torture();
  const table = (stream: number, hex: string, flags = 4): Buffer =>
    frame(1, flags, stream, Buffer.from(hex.replaceAll(' ', ''), 'hex'));

  it.each<[string, (stream: number) => Buffer[]]>([
    [
      'an informational response first',
      (s) => [
        headers(s, [
          [':status', '103'],
          ['link', '</x>'],
        ]),
        answer(s),
      ],
    ],
    [
      'padding everywhere',
      (s) => [
        frame(1, 12, s, Buffer.concat([Buffer.from([3]), block(grpcHead), Buffer.alloc(3)])),
        frame(0, 8, s, Buffer.concat([Buffer.from([200]), message('fine'), Buffer.alloc(200)])),
        frame(1, 13, s, Buffer.concat([Buffer.from([0]), block(okTail)])),
      ],
    ],
    [
      'a message of one byte a frame',
      (s) => [
        headers(s, grpcHead),
        ...[...message('fine')].flatMap((byte) => [data(s, Buffer.from([byte])), data(s, Buffer.alloc(0))]),
        trailers(s),
      ],
    ],
    [
      'header blocks of one byte a frame',
      (s) => {
        const bytes = [...block(grpcHead)];
        return [
          ...bytes.map((byte, index) =>
            frame(index === 0 ? 1 : 9, index === bytes.length - 1 ? 4 : 0, s, Buffer.from([byte])),
          ),
          data(s, message('fine')),
          trailers(s),
        ];
      },
    ],
    [
      'priority in HEADERS',
      (s) => [
        frame(1, 0x24, s, Buffer.concat([words(0), Buffer.from([15]), block(grpcHead)])),
        data(s, message('fine')),
        trailers(s),
      ],
    ],
    [
      'PRIORITY, unknown frames, PING and SETTINGS between',
      (s) => [
        frame(2, 0, s, 'abcde'),
        headers(s, grpcHead),
        frame(0x55, 0xff, s, 'what'),
        frame(6, 0, 0, '12345678'),
        settings([3, 77], [0xf0f0, 5]),
        data(s, message('fine')),
        frame(0xaa, 0, 0, ''),
        trailers(s),
      ],
    ],
    [
      'a content-length that is met',
      (s) => [headers(s, [...grpcHead, ['content-length', '9']]), data(s, message('fine')), trailers(s)],
    ],
    [
      'a dynamic table, in spite of our size of 0',
      (s) => [
        // content-type: application/grpc and grpc-status: 0, remembered by the first answer.
        s === 1
          ? table(s, '88 5f10 6170706c69636174696f6e2f67727063 400b 677270632d737461747573 0130')
          : table(s, '88 bf'),
        data(s, message('fine')),
        table(s, s === 1 ? 'be' : 'be', 5),
      ],
    ],
    [
      'the table set to 0, as we ask',
      (s) => [
        table(
          s,
          s === 1
            ? '20 88 0f10 10 6170706c69636174696f6e2f67727063'
            : '88 0f10 10 6170706c69636174696f6e2f67727063',
        ),
        data(s, message('fine')),
        trailers(s),
      ],
    ],
    [
      'a space at the end of grpc-message',
      (s) => [
        headers(s, grpcHead),
        data(s, message('fine')),
        trailers(s, [...okTail, ['grpc-message', 'all well ']]),
      ],
    ],
    [
      'WINDOW_UPDATE and RST_STREAM after the end',
      (s) => [answer(s), frame(8, 0, s, words(1)), frame(3, 0, s, words(0))],
    ],
  ])('%s', async (_, frames) => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      await eachCall(peer, (stream) => peer.send(...frames(stream)));
    });
    for (let round = 0; round < 3; round++) {
      const outcome = await victim.call();
      expect([outcome.status.code, outcome.message?.toString()]).toEqual([Code.OK, 'fine']);
    }
    expect(victim.backend.peers.length).toBe(1);
  });

  it('PING is answered with its own bytes', async () => {
    const victim = await victimOf(async (peer) => {
      greet(peer);
      peer.send(frame(6, 0, 0, 'abcdefgh'));
      await eachCall(peer, (stream) => peer.send(answer(stream)));
    });
    await victim.call();
    const [peer] = victim.backend.peers;
    const pong = await peer?.wait((frame) => frame.type === 6);
    expect([pong?.flags, pong?.payload.toString()]).toEqual([1, 'abcdefgh']);
  });
});
