import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  type BenchOptions,
  bench,
  bodyText,
  bytes,
  chunksOf,
  header,
  outcome,
  readAll,
  settled,
  silentBody,
  text,
} from '../../test/support/gateway-bench.js';
import { Code, type Metadata, StatusError } from '../status/index.js';
import type { Exchange } from './exchange.js';

/** The first streaming call of a bench. */
function streamOf({ streams }: Bench) {
  const [stream] = streams;
  if (stream === undefined) throw new Error('no call was opened');
  return stream;
}

/** Nothing of a request remains. */
function expectClean(b: Bench): void {
  expect({ timers: b.clock.timerCount, listeners: b.listenerCount(), inFlight: b.gateway.inFlight }).toEqual({
    timers: 0,
    listeners: 0,
    inFlight: 0,
  });
}

const inChunks = (...chunks: (string | Uint8Array)[]) => ({ body: chunksOf(...chunks) });

describe('unary', () => {
  it('binds query and body, calls, and writes the message', async () => {
    const b = bench();
    const reply = await b.handle({ target: '/v1/things?a=1', ...inChunks('{"x"', ':1}') });
    expect([
      reply.httpStatus,
      bodyText(reply),
      header(reply, 'content-type'),
      header(reply, 'content-length'),
    ]).toEqual([200, '"hello"', 'application/json', '7']);
    expect(b.calls.map(({ message }) => message)).toEqual(['a=1|{"x":1}']);
    expect(b.calls[0]?.call).toMatchObject({ path: '/pkg.Things/Do', deadline: 16_000 });
    expect(b.events).toMatchObject([{ route: '/v1/things', httpStatus: 200, code: 0, httpMethod: 'POST' }]);
    expectClean(b);
  });

  it('echoes the request id, and makes one where there is none', async () => {
    const b = bench();
    expect(header(await b.handle({ headers: [['x-request-id', 'r1']] }), 'x-request-id')).toBe('r1');
    expect(header(await b.handle(), 'x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(b.calls[0]?.call.metadata).toContainEqual(['x-request-id', 'r1']);
  });

  it('HEAD keeps the headers and drops the body', async () => {
    const reply = await bench().handle({ httpMethod: 'HEAD' });
    expect([reply.httpStatus, bodyText(reply), header(reply, 'content-length')]).toEqual([200, '', '7']);
  });

  it('an HttpBody is the body of the reply, of its own type, whatever Accept says', async () => {
    const reply = await bench({ writer: { kind: 'raw' } }).handle({ headers: [['accept', 'image/*']] });
    expect([bodyText(reply), header(reply, 'content-type')]).toEqual(['hello', 'image/png']);
  });

  it('undoes gzip', async () => {
    const b = bench();
    await b.handle({ headers: [['content-encoding', 'gzip']], ...inChunks(gzipSync('{"x":1}')) });
    expect(b.calls[0]?.message).toBe('|{"x":1}');
  });

  const refusals: readonly (readonly [
    name: string,
    exchange: Partial<Exchange>,
    httpStatus: number,
    reason: string,
    options?: BenchOptions,
  ])[] = [
    ['no backend', {}, 503, 'UPSTREAM_MISSING', { route: { transport: undefined } }],
    [
      'too large',
      inChunks('12345', '67890', '1'),
      413,
      'BODY_TOO_LARGE',
      { limits: { requestBodyBytesMax: 10 } },
    ],
    [
      'too large by content-length, unread',
      { headers: [['content-length', '11']], body: silentBody() },
      413,
      'BODY_TOO_LARGE',
      { limits: { requestBodyBytesMax: 10 } },
    ],
    [
      'too large inflated',
      { headers: [['content-encoding', 'gzip']], ...inChunks(gzipSync('x'.repeat(5000))) },
      413,
      'BODY_TOO_LARGE',
      { limits: { requestBodyBytesMax: 100 } },
    ],
    ['not gzip', { headers: [['content-encoding', 'gzip']], ...inChunks('hello') }, 400, 'BODY_MALFORMED'],
    [
      'encoding',
      { headers: [['content-encoding', 'compress']], ...inChunks('hello') },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    ['accept', { headers: [['accept', 'text/html']] }, 406, 'NOT_ACCEPTABLE'],
    ['$alt', { target: '/v1/things?$alt=xml' }, 400, 'QUERY_VALUE'],
    ['timeout', { headers: [['grpc-timeout', '-5S']] }, 400, 'TIMEOUT_MALFORMED'],
    [
      'authorization twice',
      {
        headers: [
          ['authorization', 'a'],
          ['authorization', 'b'],
        ],
      },
      400,
      'HEADER_MALFORMED',
    ],
    [
      'the binder',
      inChunks('{'),
      400,
      'BODY_MALFORMED',
      {
        bind: () => {
          throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', 'no');
        },
      },
    ],
    [
      'a defect',
      {},
      500,
      'INTERNAL',
      {
        bind: () => {
          throw new TypeError('secret');
        },
      },
    ],
  ];

  for (const [name, exchange, httpStatus, reason, options] of refusals) {
    it(`refuses without calling the backend: ${name}`, async () => {
      const b = bench(options);
      const reply = await b.handle(exchange);
      expect([reply.httpStatus, header(reply, 'content-type')]).toEqual([httpStatus, 'application/json']);
      const info = expect.objectContaining({ reason, domain: 'propylon' });
      expect(JSON.parse(bodyText(reply)).details).toContainEqual(info);
      expect(bodyText(reply)).not.toContain('secret');
      expect(b.calls).toEqual([]);
      expectClean(b);
    });
  }

  it('a defect is logged with its cause under the id that the client gets', async () => {
    const cause = new TypeError('secret');
    const b = bench({
      bind: () => {
        throw cause;
      },
    });
    const reply = await b.handle();
    expect(b.events).toMatchObject([
      { cause, requestId: header(reply, 'x-request-id'), httpStatus: 500, code: 13 },
    ]);
    expect(bodyText(reply)).toContain(header(reply, 'x-request-id'));
  });

  it('a body that stalls is 408', async () => {
    const b = bench();
    const reply = b.handle({ body: silentBody() });
    await b.clock.advance(10_000);
    expect((await reply).httpStatus).toBe(408);
    expectClean(b);
  });

  it('the signal of the exchange is that of the call', async () => {
    const b = bench();
    await b.handle();
    expect(b.calls[0]?.call.signal).toBe(b.abort.signal);
  });

  it('a backend that says OK without a message is 502', async () => {
    const b = bench({ answer: () => outcome(Code.OK) });
    expect((await b.handle()).httpStatus).toBe(502);
  });
});

describe('server-stream', () => {
  const shape = { shape: 'server-stream' } as const;

  it('sends messages as NDJSON, pulled one at a time', async () => {
    const b = bench(shape);
    const pending = b.handle(inChunks('{}'));
    await settled();
    const stream = streamOf(b);
    stream.lead([['etag', 'e']]);
    stream.give('a', 'b');
    const reply = await pending;
    expect([stream.sent, stream.halfClosed, stream.pulls]).toEqual([['|{}'], true, 1]);
    expect([header(reply, 'content-type'), header(reply, 'etag')]).toEqual(['application/x-ndjson', 'e']);
    expect([b.gateway.inFlight, b.events]).toEqual([1, []]);
    stream.finish();
    expect(await readAll(reply)).toEqual({ text: '"a"\n"b"\n', cut: false });
    expect(b.events).toMatchObject([{ httpStatus: 200, code: 0 }]);
    expectClean(b);
  });

  it('an early error has its HTTP status', async () => {
    const b = bench(shape);
    const pending = b.handle();
    await settled();
    streamOf(b).finish(outcome(Code.NOT_FOUND, 'no such thing'));
    expect((await pending).httpStatus).toBe(404);
    expectClean(b);
  });

  it('a first message that cannot be written has its HTTP status', async () => {
    const b = bench({
      ...shape,
      writer: {
        json: () => {
          throw new StatusError(Code.INTERNAL, 'RESPONSE_UNREPRESENTABLE', 'no');
        },
      },
    });
    const pending = b.handle();
    await settled();
    streamOf(b).give('a');
    expect((await pending).httpStatus).toBe(500);
    expect(streamOf(b).cancelled).toBe(true);
    expectClean(b);
  });

  it.each([
    ['application/x-ndjson', '"a"\n{"error":{"code":14,"message":"gone"}}\n', true],
    ['application/json', '["a",{"error":{"code":14,"message":"gone"}}', true],
    ['text/event-stream', 'data: "a"\n\nevent: error\ndata: {"code":14,"message":"gone"}\n\n', false],
  ])(
    'a late error is told in the format of the stream, and the body is cut but for a client that comes back: %s',
    async (accept, expected, cut) => {
      const b = bench(shape);
      const pending = b.handle({ headers: [['accept', accept]] });
      await settled();
      streamOf(b).give('a');
      const reply = await pending;
      streamOf(b).finish(outcome(Code.UNAVAILABLE, 'gone'));
      expect(await readAll(reply)).toEqual({ text: expected, cut });
      expect(b.events).toMatchObject([{ httpStatus: 200, code: 14 }]);
      expectClean(b);
    },
  );

  it('an empty stream ends well in every format', async () => {
    for (const [accept, expected] of [
      ['*/*', ''],
      ['application/json', '[]'],
      ['text/event-stream', 'id: propylon-end\nevent: end\ndata: {}\n\n'],
    ] as const) {
      const b = bench(shape);
      const pending = b.handle({ headers: [['accept', accept]] });
      await settled();
      streamOf(b).finish();
      expect(await readAll(await pending)).toEqual({ text: expected, cut: false });
      expectClean(b);
    }
  });

  it('headers of a silent stream go out after a second, of an array not', async () => {
    const b = bench(shape);
    let replies = 0;
    const ndjson = b.handle().finally(() => replies++);
    void b.handle({ headers: [['accept', 'application/json']] }).finally(() => replies++);
    await settled();
    await b.clock.advance(999);
    expect(replies).toBe(0);
    await b.clock.advance(1);
    expect(replies).toBe(1);
    for (const stream of b.streams) {
      stream.give('a');
      stream.finish();
    }
    expect((await readAll(await ndjson)).text).toBe('"a"\n');
  });

  it('server-sent events beat every 15 s', async () => {
    const b = bench(shape);
    const pending = b.handle({ target: '/v1/things?%24alt=sse' });
    await settled();
    streamOf(b).give('a');
    const all = readAll(await pending);
    await settled();
    await b.clock.advance(15_000);
    await b.clock.advance(15_000);
    streamOf(b).finish();
    expect((await all).text).toBe('data: "a"\n\n:\n\n:\n\nid: propylon-end\nevent: end\ndata: {}\n\n');
    expectClean(b);
  });

  it('events beat before the first message too, and after each for its own time', async () => {
    const b = bench(shape);
    const pending = b.handle({ target: '/v1/things?%24alt=sse' });
    await settled();
    await b.clock.advance(1_000);
    const all = readAll(await pending);
    await settled();
    await b.clock.advance(15_000);
    await b.clock.advance(10_000);
    streamOf(b).give('a');
    await settled();
    await b.clock.advance(10_000);
    await b.clock.advance(5_000);
    streamOf(b).finish();
    expect((await all).text).toBe(':\n\ndata: "a"\n\n:\n\nid: propylon-end\nevent: end\ndata: {}\n\n');
    expectClean(b);
  });

  it('a stream on which nothing moves ends with STREAM_IDLE; one that moves does not', async () => {
    const b = bench(shape);
    const pending = b.handle();
    await settled();
    streamOf(b).give('a');
    const all = readAll(await pending);
    await b.clock.advance(40_000);
    streamOf(b).give('b');
    await settled();
    await b.clock.advance(40_000);
    expect(streamOf(b).cancelled).toBe(false);
    await b.clock.advance(20_000);
    const { text: body, cut } = await all;
    expect([cut, body.includes('STREAM_IDLE'), streamOf(b).cancelled]).toEqual([true, true, true]);
    expectClean(b);
  });

  it('one that comes back after the end of its events gets 204, and no backend is called', async () => {
    const headers = (accept: string): Exchange['headers'] => [
      ['accept', accept],
      ['last-event-id', 'propylon-end'],
    ];
    const b = bench(shape);
    const reply = await b.handle({ headers: headers('text/event-stream') });
    expect([reply.httpStatus, bodyText(reply), b.streams]).toEqual([204, '', []]);
    expectClean(b);
    const pending = b.handle({ headers: headers('application/x-ndjson') });
    await settled();
    streamOf(b).finish();
    expect((await pending).httpStatus).toBe(200);
  });

  it('heartbeats of many streams need one timer', async () => {
    const b = bench(shape);
    const all: Promise<{ text: string }>[] = [];
    for (let i = 0; i < 5; i++) {
      const pending = b.handle({ target: '/v1/things?%24alt=sse' });
      await settled();
      b.streams[i]?.give('a');
      all.push(pending.then(readAll));
      await settled();
    }
    // One for all heartbeats, and one of each stream against idling.
    expect(b.clock.timerCount).toBe(6);
    await b.clock.advance(15_000);
    for (const stream of b.streams) stream.finish();
    for (const { text: body } of await Promise.all(all)) expect(body).toContain('data: "a"\n\n:\n\n');
    expectClean(b);
  });

  it.each(['application/x-ndjson', 'application/json', 'application/x-protobuf'])(
    'drain lets a stream go on until the cut, which is told in its format: %s',
    async (accept) => {
      const b = bench(shape);
      const pending = b.handle({ headers: [['accept', accept]] });
      await settled();
      streamOf(b).give('a');
      const all = readAll(await pending);
      await settled();
      b.gateway.drain();
      streamOf(b).give('bcd');
      await settled();
      expect(streamOf(b).cancelled).toBe(false);
      b.gateway.cut();
      const { text: body, cut } = await all;
      expect([cut, body.includes('bcd'), streamOf(b).cancelled]).toEqual([true, true, true]);
      if (accept !== 'application/x-protobuf') expect(body).toContain('SHUTTING_DOWN');
      expectClean(b);
    },
  );

  it('a stream that ends while the gateway drains ends well', async () => {
    const b = bench(shape);
    const pending = b.handle();
    await settled();
    streamOf(b).give('a');
    const all = readAll(await pending);
    b.gateway.drain();
    streamOf(b).finish();
    expect(await all).toEqual({ text: '"a"\n', cut: false });
    expectClean(b);
  });

  it.each([
    [undefined, 1_000],
    [4_000, 4_000],
  ])('drain sends an EventSource away, to come back after a while: retry %j', async (sseRetryMs, leastMs) => {
    const b = bench({ ...shape, streamRules: { sseRetryMs } });
    const pending = b.handle({ headers: [['accept', 'text/event-stream']] });
    await settled();
    streamOf(b).give('a');
    const all = readAll(await pending);
    await settled();
    b.gateway.drain();
    const { text: body, cut } = await all;
    const [, retryMs] = /\n\nretry: (\d+)\nevent: error\ndata: .*SHUTTING_DOWN.*\n\n$/.exec(body) ?? [];
    expect(Number(retryMs)).toBeGreaterThanOrEqual(leastMs);
    expect(Number(retryMs)).toBeLessThanOrEqual(2 * leastMs);
    expect(cut).toBe(false);
    expectClean(b);
  });

  it('a gateway that drains begins what ends by itself: unary calls, and streams until the cut', async () => {
    const b = bench(shape);
    b.gateway.drain();
    const pending = b.handle();
    await settled();
    streamOf(b).give('a');
    streamOf(b).finish();
    expect(await readAll(await pending)).toEqual({ text: '"a"\n', cut: false });
    expectClean(b);
    const unary = bench();
    unary.gateway.drain();
    expect((await unary.handle()).httpStatus).toBe(200);
  });

  it('a gateway that drains sends an EventSource away at once, with a 200: after an error it would never come again', async () => {
    const b = bench(shape);
    b.gateway.drain();
    const reply = await b.handle({ headers: [['accept', 'text/event-stream']] });
    expect(reply.httpStatus).toBe(200);
    const { text: body, cut } = await readAll(reply);
    expect(body).toMatch(/^retry: \d+\nevent: error\ndata: .*SHUTTING_DOWN.*\n\n$/);
    expect(cut).toBe(false);
    expectClean(b);
  });

  it.each([
    ['application/x-ndjson', '{"result":"a"}\n{"error":{"code":14,"message":"gone"}}\n', true],
    ['application/json', '[{"result":"a"},{"error":{"code":14,"message":"gone"}}]', true],
    ['text/event-stream', 'data: "a"\n\nevent: error\ndata: {"code":14,"message":"gone"}\n\n', false],
  ])("messages in grpc-gateway's envelope, where that is switched on: %s", async (accept, expected, cut) => {
    const b = bench({ ...shape, streamRules: { envelope: 'grpc-gateway' } });
    const pending = b.handle({ headers: [['accept', accept]] });
    await settled();
    streamOf(b).give('a');
    streamOf(b).finish(outcome(Code.UNAVAILABLE, 'gone'));
    expect(await readAll(await pending)).toEqual({ text: expected, cut });
  });

  it.each([
    ['application/x-ndjson', false],
    ['application/json', false],
    ['text/event-stream', false],
    ['application/x-protobuf', false],
    ['raw', true],
  ])('an error that was told ends the body well, where that is switched on: %s', async (accept, isCut) => {
    const raw = accept === 'raw';
    const b = bench({ ...shape, streamRules: { cleanEnd: true }, writer: { kind: raw ? 'raw' : 'json' } });
    const pending = b.handle({ headers: raw ? [] : [['accept', accept]], trailersAccepted: true });
    await settled();
    streamOf(b).give('a');
    const reply = await pending;
    expect(header(reply, 'trailer')).toBe('grpc-status, grpc-message');
    streamOf(b).finish(outcome(Code.UNAVAILABLE, 'größe 100%\n'));
    expect((await readAll(reply)).cut).toBe(isCut);
    expect(reply.trailers?.()).toEqual([
      ['grpc-status', '14'],
      ['grpc-message', 'gr%C3%B6%C3%9Fe 100%25%0A'],
    ]);
    expect(b.events).toMatchObject([{ code: 14 }]);
  });

  it('trailers of the backend pass by their list, to a client that takes trailers', async () => {
    for (const trailersAccepted of [true, false]) {
      const b = bench({ ...shape, metadata: { trailerNames: ['x-sum'] } });
      const pending = b.handle({ trailersAccepted });
      await settled();
      streamOf(b).give('a');
      const reply = await pending;
      expect(header(reply, 'trailer')).toBe(trailersAccepted ? 'x-sum' : undefined);
      const trailers: Metadata = [
        ['x-sum', '7'],
        ['x-other', '8'],
      ];
      streamOf(b).finish(outcome(Code.OK, '', { trailers }));
      await readAll(reply);
      expect(reply.trailers?.()).toEqual(trailersAccepted ? [['x-sum', '7']] : undefined);
    }
  });

  it('a client that leaves cancels the call: before the first message, midway, or before it reads', async () => {
    const early = bench(shape);
    const pending = early.handle();
    await settled();
    early.abort.abort();
    expect((await pending).httpStatus).toBe(499);
    expect(streamOf(early).cancelled).toBe(true);
    expectClean(early);

    for (const reads of [true, false]) {
      const b = bench(shape);
      const replied = b.handle();
      await settled();
      streamOf(b).give('a');
      const reply = await replied;
      const all = reads ? readAll(reply) : undefined;
      await settled();
      b.abort.abort();
      await all;
      expect(streamOf(b).cancelled).toBe(true);
      expect(b.events).toMatchObject([{ code: 1 }]);
      expect([b.clock.timerCount, b.gateway.inFlight]).toEqual([0, 0]);
    }
  });

  it('a body that is returned without being read is released', async () => {
    const b = bench(shape);
    const pending = b.handle();
    await settled();
    streamOf(b).give('a');
    const { body } = await pending;
    if (body instanceof Uint8Array) throw new Error('not a stream');
    await body[Symbol.asyncIterator]().return?.();
    expect(streamOf(b).cancelled).toBe(true);
    expectClean(b);
  });

  it('HEAD cancels the call once the headers are known', async () => {
    const b = bench(shape);
    const pending = b.handle({ httpMethod: 'HEAD' });
    await settled();
    streamOf(b).give('a');
    const reply = await pending;
    expect([reply.httpStatus, bodyText(reply), streamOf(b).cancelled]).toEqual([200, '', true]);
    expectClean(b);
  });

  it('HttpBody messages are bytes end to end, of the type of the first', async () => {
    const b = bench({ ...shape, writer: { kind: 'raw' } });
    const pending = b.handle();
    await settled();
    streamOf(b).give('ab', 'cd');
    streamOf(b).finish();
    const reply = await pending;
    expect([header(reply, 'content-type'), (await readAll(reply)).text]).toEqual(['image/png', 'abcd']);
  });
});

describe('client-stream', () => {
  const shape = { shape: 'client-stream' } as const;
  const ok = outcome(Code.OK);

  it('sends each message, path and query with the first', async () => {
    const b = bench(shape);
    const pending = b.handle({ target: '/v1/things?q', ...inChunks('{"a":1}\n{"a"', ':2}') });
    await settled();
    const stream = streamOf(b);
    expect([stream.sent, stream.halfClosed]).toEqual([['q=|{"a":1}', '|{"a":2}'], true]);
    stream.give('done');
    stream.finish(ok);
    expect(bodyText(await pending)).toBe('"done"');
    expectClean(b);
  });

  it('a first message that is refused calls no backend, a later one cancels the call', async () => {
    const first = bench(shape);
    expect((await first.handle(inChunks(';'))).httpStatus).toBe(400);
    expect(first.streams).toEqual([]);
    expectClean(first);
    const later = bench(shape);
    expect((await later.handle(inChunks('{};'))).httpStatus).toBe(400);
    expect(streamOf(later).cancelled).toBe(true);
    expectClean(later);
  });

  it('a form is 415 before it is read', async () => {
    const headers: Exchange['headers'] = [['content-type', 'application/x-www-form-urlencoded']];
    const b = bench(shape);
    expect((await b.handle({ headers, ...inChunks('a=b') })).httpStatus).toBe(415);
    expect(b.streams).toEqual([]);
  });

  it('a backend that ends early is answered while the client still sends', async () => {
    const b = bench(shape);
    async function* body() {
      yield bytes('{}');
      await new Promise(() => {});
    }
    const pending = b.handle({ body: body() });
    await settled();
    streamOf(b).finish(outcome(Code.RESOURCE_EXHAUSTED, 'enough'));
    expect((await pending).httpStatus).toBe(429);
    expectClean(b);
  });

  it('reads no further than the backend takes', async () => {
    const b = bench(shape);
    let read = 0;
    async function* body() {
      for (;;) {
        read += 1;
        yield bytes('{}');
      }
    }
    const pending = b.handle({
      body: (async function* () {
        yield bytes('{}');
        await settled();
        streamOf(b).takes = false;
        yield* body();
      })(),
    });
    await settled();
    await settled();
    await settled();
    expect(read).toBe(1);
    b.abort.abort();
    expect((await pending).httpStatus).toBe(499);
    expectClean(b);
  });

  it('an upload is sent in equal pieces, however it arrives; an empty one as one', async () => {
    const options: BenchOptions = { ...shape, body: 'raw', limits: { httpBodyChunkBytes: 4 } };
    for (const [chunks, sent] of [
      [['abcdefghi'], ['|abcd', '|efgh', '|i']],
      [
        ['ab', 'cdef', 'gh'],
        ['|abcd', '|efgh'],
      ],
      [[], ['|']],
    ] as const) {
      const b = bench(options);
      const pending = b.handle(inChunks(...chunks));
      await settled();
      expect(streamOf(b).sent).toEqual(sent);
      streamOf(b).finish(outcome(Code.ABORTED));
      expect((await pending).httpStatus).toBe(409);
    }
  });

  it('the pieces of an upload are the same however it is cut', async () => {
    const body = 'abcdefghi';
    for (const cuts of [...Array(10).keys()].map((at) => [at]).concat([[1, 2, 3, 4, 5, 6, 7, 8]])) {
      const edges = [0, ...cuts, body.length];
      const chunks = edges.slice(1).map((edge, index) => body.slice(edges[index], edge));
      const b = bench({ ...shape, body: 'raw', limits: { httpBodyChunkBytes: 4 } });
      const pending = b.handle(inChunks(...chunks));
      await settled();
      expect(streamOf(b).sent).toEqual(['|abcd', '|efgh', '|i']);
      streamOf(b).finish(outcome(Code.ABORTED));
      await pending;
    }
  });

  it('a message that arrives slowly keeps the stream alive', async () => {
    const b = bench(shape);
    const gates: (() => void)[] = [];
    async function* body() {
      for (const chunk of ['{} {', '"a"', ':', '1', '}']) {
        yield bytes(chunk);
        await new Promise<void>((resolve) => gates.push(resolve));
      }
    }
    const pending = b.handle({ body: body() });
    for (let chunk = 0; chunk < 5; chunk++) {
      await settled();
      await b.clock.advance(40_000);
      gates.shift()?.();
    }
    await settled();
    expect(streamOf(b).sent).toEqual(['|{}', '|{"a":1}']);
    streamOf(b).finish(outcome(Code.ABORTED));
    expect((await pending).httpStatus).toBe(409);
    expectClean(b);
  });

  it('a client that says nothing any more is ended as idle', async () => {
    const b = bench(shape);
    async function* body() {
      yield bytes('{}');
      await new Promise(() => {});
    }
    const pending = b.handle({ body: body() });
    await settled();
    await b.clock.advance(60_000);
    expect([408, 504]).toContain((await pending).httpStatus);
    expect(streamOf(b).cancelled).toBe(true);
    expectClean(b);
  });
});

describe('bidi', () => {
  const shape = { shape: 'bidi' } as const;

  it('answers while it still reads', async () => {
    const b = bench(shape);
    let sendMore = (): void => {};
    const more = new Promise<void>((resolve) => {
      sendMore = resolve;
    });
    async function* body() {
      yield bytes('{"a":1}');
      await more;
      yield bytes('{"a":2}');
    }
    const pending = b.handle({ body: body() });
    await settled();
    streamOf(b).give('x');
    const reply = await pending;
    if (reply.body instanceof Uint8Array) throw new Error('not a stream');
    const chunks = reply.body[Symbol.asyncIterator]();
    expect(text((await chunks.next()).value ?? bytes(''))).toBe('"x"\n');
    sendMore();
    await settled();
    expect([streamOf(b).sent, streamOf(b).halfClosed]).toEqual([['|{"a":1}', '|{"a":2}'], true]);
    streamOf(b).finish();
    expect((await chunks.next()).done).toBe(true);
    expectClean(b);
  });

  it('a message that is refused later ends the stream with its error', async () => {
    const b = bench(shape);
    let sendMore = (): void => {};
    const more = new Promise<void>((resolve) => {
      sendMore = resolve;
    });
    async function* body() {
      yield bytes('{}');
      await more;
      yield bytes(';');
    }
    const pending = b.handle({ body: body() });
    await settled();
    streamOf(b).give('x');
    const all = readAll(await pending);
    sendMore();
    expect(await all).toMatchObject({ cut: true, text: expect.stringContaining('BODY_MALFORMED') });
    expect(streamOf(b).cancelled).toBe(true);
    expectClean(b);
  });
});

describe('requests without a route', () => {
  const known = { match: () => ({ allow: ['GET', 'HEAD', 'OPTIONS'] }) };

  it('an unknown path is 404, and somebody else may take it first', async () => {
    const b = bench({ match: () => ({ allow: [] }) });
    expect(b.gateway.tryHandle(b.exchange())).toBeUndefined();
    const reply = await b.handle();
    expect([reply.httpStatus, JSON.parse(bodyText(reply)).code]).toEqual([404, 5]);
    expect(b.events).toMatchObject([{ route: undefined, httpStatus: 404, code: 5 }]);
    expectClean(b);
  });

  it('a known path with another method is 405 with Allow', async () => {
    const reply = await bench(known).handle();
    expect([reply.httpStatus, header(reply, 'allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('OPTIONS is 204 with Allow', async () => {
    const reply = await bench(known).handle({ httpMethod: 'OPTIONS' });
    expect([reply.httpStatus, header(reply, 'allow'), bodyText(reply)]).toEqual([
      204,
      'GET, HEAD, OPTIONS',
      '',
    ]);
    expect(header(reply, 'content-length')).toBeUndefined();
  });

  it('a path that the router refuses is a reply', async () => {
    const b = bench({
      match: () => {
        throw new StatusError(Code.INVALID_ARGUMENT, 'PATH_MALFORMED', 'no');
      },
    });
    expect((await b.gateway.tryHandle(b.exchange()))?.httpStatus).toBe(400);
    expectClean(b);
  });

  it('swap: later requests run on the next surface, at once where none is under way', async () => {
    const [b, other] = [bench(), bench(known)];
    await b.gateway.swap(other.serving);
    expect((await b.handle()).httpStatus).toBe(405);
  });

  it('swap: a stream ends on the surface that it began with, and only then is that one done with', async () => {
    const [b, other] = [bench({ shape: 'server-stream' }), bench(known)];
    const pending = b.handle();
    await settled();
    const stream = streamOf(b);
    stream.give('early');
    const reply = await pending;
    let isOver = false;
    const over = b.gateway.swap(other.serving).then(() => {
      isOver = true;
    });
    expect((await b.handle()).httpStatus).toBe(405);
    stream.give('late');
    await settled();
    expect(isOver).toBe(false);
    stream.finish();
    expect(await readAll(reply)).toEqual({ text: '"early"\n"late"\n', cut: false });
    await over;
    expect(other.events).toMatchObject([{ httpStatus: 405 }]);
    expect(b.events).toMatchObject([{ httpStatus: 200, code: 0 }]);
    expectClean(b);
  });

  it('swap: who holds what is served keeps it, once', async () => {
    const [b, other] = [bench(), bench(known)];
    const [first, second] = [b.gateway.hold(), b.gateway.hold()];
    let isOver = false;
    const over = b.gateway.swap(other.serving).then(() => {
      isOver = true;
    });
    first();
    first();
    await settled();
    expect(isOver).toBe(false);
    second();
    await over;
  });
});
