import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { Code, type Metadata, type Outcome } from '../../src/status/index.js';
import type { StreamCall } from '../../src/upstream/index.js';
import {
  answer,
  data,
  type Fields,
  frame,
  grpcHead,
  headers,
  message,
  trailers,
  words,
} from '../support/frames.js';
import { eachCall, greet, type RawPeer, startRawBackend } from '../support/raw-backend.js';
import { callOf } from '../support/torture.js';
import { connectLoopback, type transports } from '../support/transports.js';

/** Whatever a server does, a client of the gateway must not be able to tell which transport called it. */

type Frames = (stream: number) => readonly Buffer[];
type Row = readonly [name: string, frames: Frames];

const fine = message('fine');
const end = (fields: Fields = []): Fields => [['grpc-status', '0'], ...fields];
const head = (...fields: Fields): Fields => [...grpcHead, ...fields];
const compressed = (content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([1]), words(content.length), content]);
const gzipHead = head(['grpc-encoding', 'gzip']);
/** A proper answer with other fields. */
const proper =
  (first: Fields, last: Fields, content: Buffer = fine): Frames =>
  (stream) => [headers(stream, first), data(stream, content), trailers(stream, last)];
const only =
  (...fields: Fields): Frames =>
  (stream) => [trailers(stream, fields)];
const split =
  (content: Buffer): Frames =>
  (stream) => [
    headers(stream, grpcHead),
    ...Array.from(content, (byte) => data(stream, Buffer.from([byte]))),
    trailers(stream),
  ];

const same: readonly Row[] = [
  ['answers', (stream) => [answer(stream)]],
  ['answers with nothing', proper(grpcHead, end(), message(''))],
  ['sends no message', (stream) => [headers(stream, grpcHead), trailers(stream)]],
  ['sends two messages at once', proper(grpcHead, end(), Buffer.concat([fine, fine]))],
  ['sends its message byte by byte', split(fine)],
  ['sends two messages byte by byte', split(Buffer.concat([fine, message('')]))],
  ['sends empty messages', proper(grpcHead, end(), Buffer.concat([message(''), message(''), message('')]))],
  ['ends within a message with an error', proper(grpcHead, [['grpc-status', '5']], fine.subarray(0, 7))],
  [
    'ends with an error after a message',
    proper(grpcHead, [
      ['grpc-status', '9'],
      ['grpc-message', 'no'],
    ]),
  ],
  [
    'sends padded DATA',
    (stream) => [
      headers(stream, grpcHead),
      frame(0, 8, stream, `\x03${fine.toString('latin1')}\0\0\0`),
      trailers(stream),
    ],
  ],
  ['compresses', proper(gzipHead, end(), compressed(gzipSync('fine')))],
  ['compresses nothing', proper(gzipHead, end(), compressed(gzipSync('')))],
  ['says gzip and compresses nothing at all', proper(gzipHead, end())],
  [
    'compresses in two members',
    proper(gzipHead, end(), compressed(Buffer.concat([gzipSync('fi'), gzipSync('ne')]))),
  ],
  [
    'compresses with garbage behind',
    proper(gzipHead, end(), compressed(Buffer.concat([gzipSync('fine'), Buffer.from('garbage')]))),
  ],
  ['compresses and cuts it', proper(gzipHead, end(), compressed(gzipSync('fine').subarray(0, -4)))],
  ['sends a compressed message of no bytes', proper(gzipHead, end(), compressed(Buffer.alloc(0)))],
  [
    'uses an encoding nobody asked for',
    proper(head(['grpc-encoding', 'snappy']), end(), compressed(Buffer.from('x'))),
  ],
  ['names an encoding and does not use it', proper(head(['grpc-encoding', 'snappy']), end())],
  ['compresses without saying how', proper(grpcHead, end(), compressed(gzipSync('fine')))],
  [
    'compresses and calls it identity',
    proper(head(['grpc-encoding', 'identity']), end(), compressed(gzipSync('fine'))),
  ],
  [
    'sends more than may be',
    proper(grpcHead, end(), Buffer.concat([Buffer.from([0]), words(100_000_000), Buffer.from('x')])),
  ],

  ['fails at once', only(...head(['grpc-status', '5'], ['grpc-message', 'none']))],
  [
    'fails with headers before',
    (stream) => [
      headers(stream, head(['x-a', '1'])),
      trailers(stream, [
        ['grpc-status', '5'],
        ['x-b', '2'],
      ]),
    ],
  ],
  ['fails at once without content type', only([':status', '200'], ['grpc-status', '5'])],
  ['fails at once as HTML', only([':status', '200'], ['content-type', 'text/html'], ['grpc-status', '5'])],
  [
    'fails at once with HTTP 404 and a status',
    only([':status', '404'], ['content-type', 'application/grpc'], ['grpc-status', '5']),
  ],
  [
    'fails at once with HTTP 503 and no status',
    only([':status', '503'], ['content-type', 'application/grpc']),
  ],
  ['succeeds at once', only(...head(['grpc-status', '0']))],
  ['ends at once with HTTP 204', only([':status', '204'])],
  ['answers without content type', proper([[':status', '200']], end())],
  [
    'answers application/grpc+proto',
    proper(
      [
        [':status', '200'],
        ['content-type', 'application/grpc+proto'],
      ],
      end(),
    ),
  ],
  [
    'answers application/grpc;charset',
    proper(
      [
        [':status', '200'],
        ['content-type', 'application/grpc; charset=utf-8'],
      ],
      end(),
    ),
  ],
  [
    'answers Application/GRPC',
    proper(
      [
        [':status', '200'],
        ['content-type', 'Application/GRPC'],
      ],
      end(),
    ),
  ],
  [
    'answers application/grpc-web',
    proper(
      [
        [':status', '200'],
        ['content-type', 'application/grpc-web'],
      ],
      end(),
    ),
  ],
  [
    'answers application/json',
    proper(
      [
        [':status', '200'],
        ['content-type', 'application/json'],
      ],
      end(),
    ),
  ],
  [
    'shows a page',
    proper(
      [
        [':status', '503'],
        ['content-type', 'text/html'],
        ['x-a', '1'],
      ],
      end(),
      Buffer.from('<html>'),
    ),
  ],
  [
    'shows a page with HTTP 200',
    proper(
      [
        [':status', '200'],
        ['content-type', 'text/html'],
        ['x-a', '1'],
      ],
      end(),
      Buffer.from('<html>'),
    ),
  ],
  ['answers after 103', (stream) => [headers(stream, [[':status', '103']]), answer(stream)]],
  [
    'answers after 100 and 103',
    (stream) => [
      headers(stream, [[':status', '100']]),
      headers(stream, [
        [':status', '103'],
        ['link', 'x'],
      ]),
      answer(stream),
    ],
  ],

  ['ends without status', proper(grpcHead, [['x-a', '1']])],
  ['ends with a status that is no number', proper(grpcHead, [['grpc-status', 'five']])],
  ['ends with status 00', proper(grpcHead, [['grpc-status', '00']])],
  ['ends with status 17', proper(grpcHead, [['grpc-status', '17']])],
  ['ends with status -1', proper(grpcHead, [['grpc-status', '-1']])],
  ['ends with status 1234', proper(grpcHead, [['grpc-status', '1234']])],
  ['ends with status 5.5', proper(grpcHead, [['grpc-status', '5.5']])],
  ['has its status in the headers', proper(head(['grpc-status', '5']), [['x-a', '1']])],
  ['has a status in headers and trailers', proper(head(['grpc-status', '5']), end())],
  ['ends OK with words', proper(grpcHead, end([['grpc-message', 'well done']]))],
  [
    'percent-encodes its message',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', 'gr%C3%BC%C3%9F %25 %E2%82%AC'],
    ]),
  ],
  [
    'percent-encodes badly',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', '100% %zz %4'],
    ]),
  ],
  [
    'has details',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-status-details-bin', 'CAUSAW4'],
    ]),
  ],
  [
    'has details that are padded',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-status-details-bin', 'CAUSAW4='],
    ]),
  ],
  [
    'has details that are none',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-status-details-bin', '////'],
    ]),
  ],
  ['ends with DATA', (stream) => [headers(stream, grpcHead), frame(0, 1, stream, fine)]],
  [
    'ends with HEADERS that do not end it',
    (stream) => [headers(stream, grpcHead), data(stream, fine), headers(stream, end())],
  ],
  [
    'ends with :status',
    proper(grpcHead, [
      [':status', '200'],
      ['grpc-status', '0'],
    ]),
  ],
  ['ends with Grpc-Status in capitals', proper(grpcHead, [['Grpc-Status', '0']])],

  ['sends metadata', proper(head(['x-a', '1'], ['x-b', '']), end([['x-c', '3']]))],
  ['sends fields in turns', proper(head(['x-a', '1'], ['x-b', '2'], ['x-c', '3']), end())],
  ['sends binary metadata', proper(head(['x-bin', 'AAEC']), end([['y-bin', '/+8']]))],
  ['sends binary metadata padded', proper(head(['x-bin', 'AAE=']), end([['y-bin', 'AA==']]))],
  ['sends binary metadata in a list', proper(head(['x-bin', 'AAE,AQ==,AgM']), end())],
  ['sends binary metadata twice', proper(head(['x-bin', 'AAE'], ['x-bin', 'AgM']), end())],
  ['sends empty binary metadata', proper(head(['x-bin', '']), end())],
  ['sends binary metadata in base64url', proper(head(['x-bin', '-_8']), end())],
  ['sends metadata that is not ASCII', proper(head(['x-a', 'gr\xfc'], ['x-b', '1']), end())],
  ['sends date and server', proper(head(['date', 'Thu, 01 Jan 1970 00:00:00 GMT'], ['server', 'x']), end())],
  ['sends set-cookie twice', proper(head(['set-cookie', 'a=1'], ['set-cookie', 'b=2']), end())],
  [
    'sends fields of the protocol',
    proper(head(['grpc-accept-encoding', 'gzip'], ['grpc-foo', '1'], ['grpc-tags-bin', 'AA']), end()),
  ],
  ['says when to repeat', only(...head(['grpc-status', '14'], ['grpc-retry-pushback-ms', '50']))],
  ['says never to repeat', only(...head(['grpc-status', '14'], ['grpc-retry-pushback-ms', 'x']))],
  [
    'sends 20 KB of metadata',
    proper(head(...Array.from({ length: 4 }, (_, n) => [`x-${n}`, 'v'.repeat(3_500)] as const)), end()),
  ],
  ['says a length that is right', proper(head(['content-length', '9']), end())],
  ['says a length that is wrong', proper(head(['content-length', '10']), end())],
  ['sends connection', proper(head(['connection', 'close']), end())],

  ['resets at once', (stream) => [frame(3, 0, stream, words(2))]],
  ['resets after headers', (stream) => [headers(stream, grpcHead), frame(3, 0, stream, words(8))]],
  [
    'resets after a message',
    (stream) => [headers(stream, grpcHead), data(stream, fine), frame(3, 0, stream, words(8))],
  ],
  ['resets after an answer', (stream) => [answer(stream), frame(3, 0, stream, words(0))]],
  ['refuses', (stream) => [frame(3, 0, stream, words(7))]],
  ['refuses after headers', (stream) => [headers(stream, grpcHead), frame(3, 0, stream, words(7))]],
  ['asks for HTTP/1.1', (stream) => [frame(3, 0, stream, words(13))]],
  ['goes away and answers', (stream) => [frame(7, 0, 0, words(stream, 0)), answer(stream)]],
  ['goes away without having seen it', () => [frame(7, 0, 0, words(0, 0))]],
];

/** Where the library stands in the way. */
const different: readonly (readonly [name: string, why: string, frames: Frames])[] = [
  [
    'ends within a message with OK',
    'grpc-js does not notice what is missing',
    proper(grpcHead, end(), fine.subarray(0, 7)),
  ],
  [
    'ends within a prefix with OK',
    'grpc-js does not notice what is missing',
    proper(grpcHead, end(), fine.subarray(0, 3)),
  ],
  [
    'sends a flag of 2',
    'grpc-js looks at one bit of it',
    proper(grpcHead, end(), Buffer.concat([Buffer.from([2]), words(1), Buffer.from('x')])),
  ],
  [
    'answers with HTTP 404 that is gRPC',
    'grpc-js goes by grpc-status alone; ours, as grpc-go, by the HTTP status of headers that are not the end',
    proper(
      [
        [':status', '404'],
        ['content-type', 'application/grpc'],
      ],
      end(),
    ),
  ],
  [
    'answers with HTTP 500 that is gRPC and fails',
    'the same',
    proper(
      [
        [':status', '500'],
        ['content-type', 'application/grpc'],
      ],
      [['grpc-status', '7']],
    ),
  ],
  [
    'answers with HTTP 503 that is gRPC',
    'the same',
    proper(
      [
        [':status', '503'],
        ['content-type', 'application/grpc'],
      ],
      end(),
    ),
  ],
  [
    'ends with an empty status',
    'grpc-js takes it for 0, which is OK',
    proper(grpcHead, [['grpc-status', '']]),
  ],
  [
    'ends with the status twice',
    'node:http2 makes one of them, which is no number',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-status', '5'],
    ]),
  ],
  [
    'ends with two statuses',
    'node:http2 makes one of them, which is no number',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-status', '7'],
    ]),
  ],
  [
    'ends with two messages',
    'node:http2 makes one of them',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', 'a'],
      ['grpc-message', 'b'],
    ]),
  ],
  [
    'percent-encodes what is not UTF-8',
    'grpc-js leaves all of it encoded',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', 'a%FFb'],
    ]),
  ],
  [
    'does not encode its message',
    'grpc-js drops values that are not ASCII',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', 'gr\xc3\xbc\xc3\x9f'],
    ]),
  ],
  [
    'ends with spaces in its message',
    'nghttp2 drops values with space at their ends',
    proper(grpcHead, [
      ['grpc-status', '5'],
      ['grpc-message', ' a '],
    ]),
  ],
  [
    'sends a field twice',
    'node:http2 makes one of them',
    proper(
      head(['x-a', '1'], ['x-a', '2']),
      end([
        ['x-b', '1'],
        ['x-b', '2'],
      ]),
    ),
  ],
  [
    'sends binary metadata that is not base64',
    'grpc-js reads as much of it as it can',
    proper(head(['x-bin', '!!!']), end()),
  ],
  [
    'sends metadata with spaces around',
    'nghttp2 drops values with space at their ends',
    proper(head(['x-a', ' 1 ']), end()),
  ],
  [
    'goes away in anger',
    'node:http2 gives up the connection; ours lets the server finish what it says that it will',
    (stream) => [frame(7, 0, 0, words(stream, 2))],
  ],
  [
    "breaks the connection's rules",
    'grpc-js does not notice that node:http2 gives up the connection, and waits for the deadline',
    () => [frame(6, 0, 0, 'short')],
  ],
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Seen {
  readonly unary: Outcome;
  readonly stream: {
    readonly headers: Metadata;
    readonly messages: readonly string[];
    readonly outcome: Outcome;
  };
}

async function seenBy(transport: (typeof transports)[number], frames: Frames): Promise<Seen> {
  const backend = await startRawBackend(async (peer: RawPeer) => {
    greet(peer);
    await eachCall(peer, (stream) => peer.send(...frames(stream)));
  });
  cleanups.push(() => backend.close());
  const client = connectLoopback(backend.port, { transport });
  cleanups.push(() => client.close());
  const call = () => callOf({ deadline: systemClock.now() + 1_000 });
  const unary = await client.unary(call(), Buffer.from('request'));
  const stream = client.stream(call());
  void stream.send(Buffer.from('request'));
  stream.end();
  return { unary, stream: await readAll(stream) };
}

async function readAll(stream: StreamCall) {
  const messages: string[] = [];
  for (let next = await stream.next(); next !== undefined; next = await stream.next())
    messages.push(Buffer.from(next).toString('latin1'));
  return { headers: await stream.headers, messages, outcome: await stream.outcome };
}

/** What a client could tell: of texts of our own, the reason that is beside them. */
function visible(seen: Seen): unknown {
  const outcomeOf = ({ status, ...rest }: Outcome) => ({
    ...rest,
    status: rest.localReason === undefined ? status : status.code,
  });
  return {
    unary: outcomeOf(seen.unary),
    stream: { ...seen.stream, outcome: outcomeOf(seen.stream.outcome) },
  };
}

describe('both transports say the same of a server that', () => {
  it.each(same)('%s', async (_, frames) => {
    const [own, other] = await Promise.all([seenBy('http2', frames), seenBy('grpc-js', frames)]);
    expect(visible(own)).toEqual(visible(other));
  });
});

describe('but not of one that', () => {
  it.each(different)('%s: %s', async (_, __, frames) => {
    const [own, other] = await Promise.all([seenBy('http2', frames), seenBy('grpc-js', frames)]);
    expect(visible(own)).not.toEqual(visible(other));
  });
});

it('of two statuses ours takes the first, with its words', async () => {
  const statuses: Fields = [
    ['grpc-status', '5'],
    ['grpc-message', 'a'],
    ['grpc-status', '7'],
    ['grpc-message', 'b'],
  ];
  const { unary } = await seenBy('http2', proper(grpcHead, statuses));
  expect(unary.status).toEqual({ code: Code.NOT_FOUND, message: 'a', details: [] });
});
