import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { type BytesHandlers, startBytesBackend } from '../../test/support/bytes-backend.js';
import { type FrameWriter, startFrameBackend } from '../../test/support/frame-backend.js';
import { type Clock, systemClock } from '../clock.js';
import { Code, type Outcome, type Reason } from '../status/index.js';
import type { EndpointTarget } from './target.js';
import type { Call, EndpointTransport, StreamCall, Transport } from './transport.js';

export interface TransportUnderTest {
  readonly responseMessageBytesMax: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

const mebibyte = 1024 * 1024;
const grpcHeaders = { ':status': '200', 'content-type': 'application/grpc' };
const okTrailers = { 'grpc-status': '0' };
const last = { endStream: true };

/** What every Transport does, against real servers: run by each implementation. */
export function describeTransport(
  name: string,
  create: (target: EndpointTarget, options: TransportUnderTest) => EndpointTransport,
): void {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  function connect(port: number, options: Partial<TransportUnderTest> = {}): EndpointTransport {
    const target: EndpointTarget = {
      kind: 'host',
      text: `127.0.0.1:${port}`,
      endpoint: { host: '127.0.0.1', port },
    };
    const transport = create(target, {
      responseMessageBytesMax: 4 * mebibyte,
      connectTimeoutMs: 10_000,
      clock: systemClock,
      ...options,
    });
    cleanups.push(() => transport.close());
    return transport;
  }

  async function bytesBackend(handlers: BytesHandlers): Promise<Transport> {
    const backend = await startBytesBackend({ Ping: (_, done) => done(null, Buffer.alloc(0)), ...handlers });
    cleanups.push(() => backend.close());
    return connect(backend.port);
  }

  async function frameBackend(
    onCall: (writer: FrameWriter) => void,
    options: Partial<TransportUnderTest> = {},
  ): Promise<Transport> {
    const backend = await startFrameBackend(onCall);
    cleanups.push(() => backend.close());
    return connect(backend.port, options);
  }

  /** Lets everything that can move, move: each round trip turns the event loop of this process many times. */
  async function settle(transport: Transport): Promise<void> {
    for (let round = 0; round < 200; round++) {
      expect((await transport.unary(callOf('Ping'), new Uint8Array())).status.code).toBe(Code.OK);
    }
  }

  describe(name, () => {
    describe('unary', () => {
      it.each([0, 3, mebibyte])('carries a message of %d bytes there and back', async (length) => {
        const transport = await bytesBackend({ Unary: (call, done) => done(null, call.request) });
        const message = new Uint8Array(length).fill(7);
        const outcome = await transport.unary(callOf('Unary'), message);
        expect(outcome.status.code).toBe(Code.OK);
        expect(outcome.localReason).toBeUndefined();
        expect(Buffer.compare(outcome.message ?? new Uint8Array(99), message)).toBe(0);
      });

      it.each(Array.from({ length: 16 }, (_, index) => index + 1))(
        'hands on code %d with its message, details and trailers',
        async (code) => {
          const trailers = new grpc.Metadata();
          trailers.set('grpc-status-details-bin', Buffer.from('08051a080a03742f5412012a', 'hex'));
          trailers.set('x-note', 'kept');
          const transport = await bytesBackend({
            Unary: (_, done) => done({ code, details: 'Käse: 100 % gone\r\nline 2', metadata: trailers }),
          });
          const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
          expect(outcome.status).toEqual({
            code,
            message: 'Käse: 100 % gone\r\nline 2',
            details: [{ typeUrl: 't/T', value: new Uint8Array([0x2a]) }],
          });
          expect(outcome.localReason).toBeUndefined();
          expect(outcome.trailers).toContainEqual(['x-note', 'kept']);
          expect(
            outcome.trailers.filter(([key]) => key.startsWith('grpc-') || key === 'content-type'),
          ).toEqual([]);
          expect(outcome.metadata).toEqual([]);
        },
      );

      it.each([
        ['a code outside the table', { 'grpc-status': '99', 'grpc-message': 'odd' }, Code.UNKNOWN, 'odd'],
        ['a code that is no number', { 'grpc-status': 'x' }, Code.UNKNOWN, ''],
        [
          'details that are not base64',
          { 'grpc-status': '5', 'grpc-status-details-bin': '*' },
          Code.NOT_FOUND,
          '',
        ],
        ['details that are cut', { 'grpc-status': '5', 'grpc-status-details-bin': 'Gg' }, Code.NOT_FOUND, ''],
      ])('survives %s', async (_, trailers, code, message) => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).headers(trailers, last).flush(),
        );
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect(outcome.status).toEqual({ code, message, details: [] });
        expect(outcome.localReason).toBeUndefined();
      });

      it.each(['CgEqEgEq', 'GggKA3QvVBIBKg', 'GggKA3QvVBIBKg=='])(
        'reads details with and without padding: %s',
        async (base64) => {
          const transport = await frameBackend((call) =>
            call
              .headers(grpcHeaders)
              .headers({ 'grpc-status': '5', 'grpc-status-details-bin': base64 }, last)
              .flush(),
          );
          const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
          expect(outcome.status.details).toEqual(
            base64.startsWith('Ggg') ? [{ typeUrl: 't/T', value: new Uint8Array([0x2a]) }] : [],
          );
        },
      );

      it('an OK without a message is not gRPC', async () => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).headers(okTrailers, last).flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.INTERNAL,
          'UPSTREAM_PROTOCOL',
        );
      });

      it('an OK with two messages is not gRPC', async () => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).message('a').message('b').headers(okTrailers, last).flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.INTERNAL,
          'UPSTREAM_PROTOCOL',
        );
      });
    });

    describe('metadata', () => {
      it('reaches the backend with duplicates in order and binary values intact', async () => {
        let seen: grpc.Metadata | undefined;
        const transport = await bytesBackend({
          Unary: (call, done) => {
            seen = call.metadata;
            done(null, Buffer.alloc(0));
          },
        });
        const metadata = [
          ['x-a', '1'],
          ['x-b-bin', new Uint8Array([0, 255])],
          ['x-a', '2'],
          ['x-b-bin', new Uint8Array([9])],
          ['authorization', 'Bearer t'],
        ] as const;
        await transport.unary({ ...callOf('Unary'), metadata }, new Uint8Array());
        expect(seen?.get('x-a')).toEqual(['1, 2']);
        expect(seen?.get('x-b-bin')).toEqual([Buffer.from([0, 255]), Buffer.from([9])]);
        expect(seen?.get('authorization')).toEqual(['Bearer t']);
        expect(String(seen?.get('user-agent')[0])).toMatch(/^propylon /);
      });

      it('comes back as headers and as trailers', async () => {
        const transport = await bytesBackend({
          Unary: (call, done) => {
            const headers = new grpc.Metadata();
            headers.add('x-h', 'head');
            headers.add('x-h-bin', Buffer.from([1, 2]));
            headers.add('x-h-bin', Buffer.from([3]));
            call.sendMetadata(headers);
            const trailers = new grpc.Metadata();
            trailers.add('x-t', 'tail');
            done(null, Buffer.alloc(0), trailers);
          },
        });
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect(outcome.metadata.filter(([key]) => key.startsWith('x-'))).toEqual([
          ['x-h', 'head'],
          ['x-h-bin', Buffer.from([1, 2])],
          ['x-h-bin', Buffer.from([3])],
        ]);
        expect(outcome.trailers.filter(([key]) => key.startsWith('x-'))).toEqual([['x-t', 'tail']]);
      });

      it('drops response values with characters outside 0x20–0x7E and keeps the rest', async () => {
        const transport = await frameBackend((call) =>
          call
            .headers({ ...grpcHeaders, 'x-bad': 'a\u0001b', 'x-good': 'ok' })
            .message('m')
            .headers({ ...okTrailers, 'x-late': 'caf\u00e9' }, last)
            .flush(),
        );
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        const values = [...outcome.metadata, ...outcome.trailers].map(([, value]) => String(value));
        expect(values.filter((value) => !/^[\x20-\x7e]*$/.test(value))).toEqual([]);
      });

      it('of a request that HTTP/2 forbids ends the call as our own fault', async () => {
        const transport = await bytesBackend({ Unary: (_, done) => done(null, Buffer.alloc(0)) });
        for (const metadata of [[['x a', '1']], [['connection', 'x']], [['x-a', 'a\nb']]] as const) {
          expectLocal(
            await transport.unary({ ...callOf('Unary'), metadata }, new Uint8Array()),
            Code.INTERNAL,
            'INTERNAL',
          );
        }
      });
    });

    describe('deadline and cancellation', () => {
      it('a passed deadline ends the call on both sides', async () => {
        let cancelled: Promise<unknown> | undefined;
        const transport = await bytesBackend({
          Unary: (call) => {
            cancelled = once(call, 'cancelled');
          },
        });
        const outcome = await transport.unary(
          { ...callOf('Unary'), deadline: systemClock.now() + 100 },
          new Uint8Array(),
        );
        expectLocal(outcome, Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED');
        await cancelled;
        expect(cancelled).toBeDefined();
      });

      it('a deadline in the past never reaches the backend', async () => {
        let calls = 0;
        const transport = await bytesBackend({
          Unary: (_, done) => {
            calls += 1;
            done(null, Buffer.alloc(0));
          },
        });
        const outcome = await transport.unary(
          { ...callOf('Unary'), deadline: systemClock.now() - 1 },
          new Uint8Array(),
        );
        expectLocal(outcome, Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED');
        await settle(transport);
        expect(calls).toBe(0);
      });

      it('the remaining time goes upstream', async () => {
        let remainingMs = 0;
        const transport = await bytesBackend({
          Unary: (call, done) => {
            remainingMs = Number(call.getDeadline()) - Date.now();
            done(null, Buffer.alloc(0));
          },
        });
        await transport.unary({ ...callOf('Unary'), deadline: systemClock.now() + 60_000 }, new Uint8Array());
        expect(remainingMs).toBeGreaterThan(50_000);
        expect(remainingMs).toBeLessThan(60_100);
      });

      it('a backend that notices the deadline first is not blamed', async () => {
        let late = false;
        const clock: Clock = { ...systemClock, now: () => (late ? 1_000_000 : 0) };
        const transport = await frameBackend(
          (call) => {
            late = true;
            call.reset(8).flush();
          },
          { clock },
        );
        const outcome = await transport.unary({ ...callOf('Unary'), deadline: 900_000 }, new Uint8Array());
        expectLocal(outcome, Code.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED');
      });

      it('an aborted signal cancels the call upstream at once', async () => {
        const controller = new AbortController();
        let cancelled: Promise<unknown> | undefined;
        const transport = await bytesBackend({
          Unary: (call) => {
            cancelled = once(call, 'cancelled');
            controller.abort();
          },
        });
        const outcome = await transport.unary(
          { ...callOf('Unary'), signal: controller.signal },
          new Uint8Array(),
        );
        expectLocal(outcome, Code.CANCELLED, 'CLIENT_CLOSED');
        await cancelled;
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      });

      it('a signal aborted before keeps the call from starting', async () => {
        let calls = 0;
        const transport = await bytesBackend({
          Unary: () => {
            calls += 1;
          },
        });
        const call = { ...callOf('Unary'), signal: AbortSignal.abort() };
        expectLocal(await transport.unary(call, new Uint8Array()), Code.CANCELLED, 'CLIENT_CLOSED');
        const stream = transport.stream(call);
        await stream.send(new Uint8Array());
        stream.end();
        expect(await stream.next()).toBeUndefined();
        expectLocal(await stream.outcome, Code.CANCELLED, 'CLIENT_CLOSED');
        await settle(transport);
        expect(calls).toBe(0);
      });

      it('leaves no listener behind on a signal shared by many calls', async () => {
        const transport = await bytesBackend({ Unary: (_, done) => done(null, Buffer.alloc(0)) });
        const { signal } = new AbortController();
        await Promise.all(
          Array.from({ length: 5 }, () => transport.unary({ ...callOf('Unary'), signal }, new Uint8Array())),
        );
        expect(getEventListeners(signal, 'abort')).toEqual([]);
      });
    });

    describe('streams', () => {
      it('server stream: every message in order, headers first, trailers last', async () => {
        const transport = await bytesBackend({
          ServerStream: (call) => {
            const headers = new grpc.Metadata();
            headers.set('x-h', 'head');
            call.sendMetadata(headers);
            for (let index = 0; index < 20; index++) call.write(Buffer.from(`${index}`));
            const trailers = new grpc.Metadata();
            trailers.set('x-t', 'tail');
            call.end(trailers);
          },
        });
        const stream = transport.stream(callOf('ServerStream'));
        await stream.send(new Uint8Array());
        stream.end();
        expect(await stream.headers).toContainEqual(['x-h', 'head']);
        expect(await readAll(stream)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
        const outcome = await stream.outcome;
        expect(outcome.status.code).toBe(Code.OK);
        expect(outcome.trailers).toContainEqual(['x-t', 'tail']);
        expect(outcome.message).toBeUndefined();
      });

      it('headers of a silent stream arrive before its first message', async () => {
        let proceed = (): void => {};
        const transport = await bytesBackend({
          ServerStream: (call) => {
            call.sendMetadata(new grpc.Metadata());
            proceed = () => call.end();
          },
        });
        const stream = transport.stream(callOf('ServerStream'));
        await stream.send(new Uint8Array());
        stream.end();
        await stream.headers;
        proceed();
        expect(await stream.next()).toBeUndefined();
        expect((await stream.outcome).status.code).toBe(Code.OK);
      });

      it('client stream: all messages arrive, one answer comes back', async () => {
        const transport = await bytesBackend({
          ClientStream: (call, done) => {
            const seen: string[] = [];
            call.on('data', (message: Buffer) => seen.push(message.toString()));
            call.on('end', () => done(null, Buffer.from(seen.join())));
          },
        });
        const stream = transport.stream(callOf('ClientStream'));
        // Not awaited one by one: order must not depend on it.
        const sent = ['a', 'b', 'c'].map((text) => stream.send(Buffer.from(text)));
        stream.end();
        await Promise.all(sent);
        expect(await readAll(stream)).toEqual(['a,b,c']);
        expect((await stream.outcome).status.code).toBe(Code.OK);
      });

      it('a stream of no messages ends', async () => {
        const transport = await bytesBackend({
          ClientStream: (call, done) => {
            call.on('data', () => {});
            call.on('end', () => done(null, Buffer.from('none')));
          },
        });
        const stream = transport.stream(callOf('ClientStream'));
        stream.end();
        expect(await readAll(stream)).toEqual(['none']);
      });

      it('bidi: each message is answered before the next is sent', async () => {
        const transport = await bytesBackend({ Bidi: echo });
        const stream = transport.stream(callOf('Bidi'));
        for (const text of ['a', 'b', 'c']) {
          await stream.send(Buffer.from(text));
          expect(Buffer.from((await stream.next()) ?? []).toString()).toBe(text);
        }
        stream.end();
        expect(await stream.next()).toBeUndefined();
        expect((await stream.outcome).status.code).toBe(Code.OK);
      });

      it('several takers are served in order, those too many with undefined', async () => {
        const transport = await bytesBackend({
          ServerStream: (call) => {
            call.write(Buffer.from('a'));
            call.write(Buffer.from('b'));
            call.end();
          },
        });
        const stream = transport.stream(callOf('ServerStream'));
        const taken = [stream.next(), stream.next(), stream.next()];
        await stream.send(new Uint8Array());
        stream.end();
        expect(
          (await Promise.all(taken)).map((message) => message && Buffer.from(message).toString()),
        ).toEqual(['a', 'b', undefined]);
      });

      it('a slow reader stops the backend', async () => {
        const count = 200;
        let written = 0;
        const transport = await bytesBackend({
          ServerStream: (call) => {
            const next = (): void => {
              if (written === count) return void call.end();
              written += 1;
              call.write(Buffer.alloc(64 * 1024), next);
            };
            next();
          },
        });
        const stream = transport.stream(callOf('ServerStream'));
        await stream.send(new Uint8Array());
        stream.end();
        expect((await stream.next())?.length).toBe(64 * 1024);
        await settle(transport);
        expect(written).toBeLessThan(10);
        expect((await readAll(stream)).length).toBe(count - 1);
        expect(written).toBe(count);
      });

      it('a backend that does not read stops the sender', async () => {
        const count = 200;
        let resume = (): void => {};
        const transport = await bytesBackend({
          ClientStream: (call, done) => {
            let seen = 0;
            resume = () => {
              call.on('data', () => {
                seen += 1;
              });
              call.on('end', () => done(null, Buffer.from(`${seen}`)));
            };
          },
        });
        const stream = transport.stream(callOf('ClientStream'));
        let sent = 0;
        const sending = (async () => {
          while (sent < count) {
            await stream.send(new Uint8Array(64 * 1024));
            sent += 1;
          }
          stream.end();
        })();
        await settle(transport);
        expect(sent).toBeLessThan(10);
        resume();
        await sending;
        expect(await readAll(stream)).toEqual([`${count}`]);
      });

      it.each([10, 100_000])(
        'a backend that answers early is heard, with messages of %d bytes under way',
        async (length) => {
          const transport = await bytesBackend({
            ClientStream: (call, done) => {
              call.once('data', () => {
                call.pause();
                done(null, Buffer.from('enough'));
              });
            },
          });
          const stream = transport.stream(callOf('ClientStream'));
          await sendUntilEnded(stream, length);
          expect(await readAll(stream)).toEqual(['enough']);
          expect((await stream.outcome).status.code).toBe(Code.OK);
        },
      );

      it.each([10, 100_000])(
        'an early answer with RST_STREAM(NO_ERROR) in one packet is heard (%d bytes)',
        async (length) => {
          const transport = await frameBackend((call) =>
            call.headers(grpcHeaders).message('enough').headers(okTrailers, last).reset(0).flush(),
          );
          const stream = transport.stream(callOf('ClientStream'));
          await sendUntilEnded(stream, length);
          expect(await readAll(stream)).toEqual(['enough']);
          expect((await stream.outcome).status.code).toBe(Code.OK);
        },
      );

      it('messages before an error are delivered, then the error', async () => {
        const transport = await frameBackend((call) =>
          call
            .headers(grpcHeaders)
            .message('a')
            .message('b')
            .message('c')
            .headers({ 'grpc-status': '5', 'grpc-message': 'gone' }, last)
            .flush(),
        );
        const stream = transport.stream(callOf('ServerStream'));
        await stream.send(new Uint8Array());
        stream.end();
        expect(await readAll(stream)).toEqual(['a', 'b', 'c']);
        expect((await stream.outcome).status).toEqual({ code: Code.NOT_FOUND, message: 'gone', details: [] });
      });

      it('messages that came in one packet with an error reach a reader that comes late', async () => {
        const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
        const transport = await frameBackend((call) => {
          call.headers(grpcHeaders);
          for (const text of texts) call.message(text);
          call.headers({ 'grpc-status': '5' }, last).flush();
        });
        const stream = transport.stream(callOf('ServerStream'));
        await stream.send(new Uint8Array());
        stream.end();
        expect((await stream.outcome).status.code).toBe(Code.NOT_FOUND);
        expect(await readAll(stream)).toEqual(texts);
      });

      it('an early answer larger than a window does not hold up a sender that reads last', async () => {
        const answer = Buffer.alloc(200_000, 'a');
        const transport = await bytesBackend({
          ClientStream: (call, done) => {
            call.once('data', () => {
              call.pause();
              done(null, answer);
            });
          },
        });
        const stream = transport.stream(callOf('ClientStream'));
        await sendUntilEnded(stream, 10);
        expect(await readAll(stream)).toEqual([answer.toString()]);
      });

      it('a call whose one large answer waits to be taken ends when the backend ends it', async () => {
        let finish = (): void => {};
        const transport = await bytesBackend({
          Bidi: (call) => {
            call.write(Buffer.alloc(200_000));
            finish = () => call.end();
          },
        });
        const stream = transport.stream(callOf('Bidi'));
        await stream.headers;
        await settle(transport);
        finish();
        expect((await stream.outcome).status.code).toBe(Code.OK);
        expect((await stream.next())?.length).toBe(200_000);
      });

      it('sending to a call that the backend has ended loses none of its unread messages', async () => {
        const transport = await bytesBackend({
          Bidi: (call) => {
            for (const length of [40_000, 40_000, 1]) call.write(Buffer.alloc(length));
            call.end();
          },
        });
        const stream = transport.stream(callOf('Bidi'));
        await stream.headers;
        await settle(transport);
        const sent = stream.send(Buffer.from('too late'));
        await settle(transport);
        expect((await readAll(stream)).map((text) => text.length)).toEqual([40_000, 40_000, 1]);
        expect((await stream.outcome).status.code).toBe(Code.OK);
        await sent;
      });

      it('cancel ends the call on both sides and may be repeated', async () => {
        let cancelled: Promise<unknown> | undefined;
        const transport = await bytesBackend({
          Bidi: (call) => {
            cancelled = once(call, 'cancelled');
            call.write(Buffer.from('a'));
          },
        });
        const stream = transport.stream(callOf('Bidi'));
        expect(Buffer.from((await stream.next()) ?? []).toString()).toBe('a');
        const waiting = stream.next();
        stream.cancel();
        stream.cancel();
        expect(await waiting).toBeUndefined();
        expectLocal(await stream.outcome, Code.CANCELLED, 'CLIENT_CLOSED');
        await stream.send(new Uint8Array());
        stream.end();
        await cancelled;
      });

      it('a stream without headers has empty ones', async () => {
        const transport = await bytesBackend({});
        const stream = transport.stream(callOf('Nothing'));
        expect(await stream.headers).toEqual([]);
        expect((await stream.outcome).status.code).toBe(Code.UNIMPLEMENTED);
      });
    });

    describe('connection', () => {
      it('a refused connection fails the call at once, without the address', async () => {
        const transport = connect(await closedPort());
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNAVAILABLE,
          'UPSTREAM_UNAVAILABLE',
        );
        const stream = transport.stream(callOf('Bidi'));
        await stream.send(new Uint8Array());
        expectLocal(await stream.outcome, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
      });

      it('connects when it is told to, and says what it is doing', async () => {
        const backend = await startBytesBackend({});
        cleanups.push(() => backend.close());
        const transport = connect(backend.port);
        expect(transport.connectivity()).toBe('idle');
        const seen: string[] = [];
        const change = (wanted: string): Promise<void> =>
          new Promise((resolve) => {
            const stop = transport.watch(() => {
              seen.push(transport.connectivity());
              if (transport.connectivity() !== wanted) return;
              stop();
              resolve();
            });
          });
        const ready = change('ready');
        transport.connect();
        await ready;
        expect(seen).toEqual(['connecting', 'ready']);
        const lost = change('failed');
        backend.close();
        transport.watch(() => transport.connect());
        await lost;
      });

      it('calls succeed again soon after a backend restarts', async () => {
        const handlers: BytesHandlers = { Unary: (_, done) => done(null, Buffer.from('back')) };
        const first = await startBytesBackend(handlers);
        const transport = connect(first.port);
        expect((await transport.unary(callOf('Unary'), new Uint8Array())).status.code).toBe(Code.OK);
        first.close();
        let outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        while (outcome.status.code === Code.OK)
          outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expectLocal(outcome, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
        const second = await startBytesBackend(handlers, first.port);
        cleanups.push(() => second.close());
        const startedAt = systemClock.now();
        while (outcome.status.code !== Code.OK && systemClock.now() - startedAt < 5_000) {
          outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        }
        expect(Buffer.from(outcome.message ?? []).toString()).toBe('back');
      });

      it('a connection cut in the middle of a call is unavailability', async () => {
        const transport = await frameBackend((call) => call.destroy());
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNAVAILABLE,
          'UPSTREAM_UNAVAILABLE',
        );
      });

      it('a peer that accepts and says nothing costs the connection time-out only', async () => {
        const silent = createServer((socket) => socket.on('error', () => {}));
        const accepted = once(silent, 'connection');
        silent.listen(0, '127.0.0.1');
        await once(silent, 'listening');
        let fire = (): void => {};
        let delay = 0;
        const clock: Clock = {
          ...systemClock,
          after(delayMs, expire) {
            [fire, delay] = [expire, delayMs];
            return () => {};
          },
        };
        const transport = connect(portOf(silent.address()), { clock, connectTimeoutMs: 1_234 });
        const answer = transport.unary(callOf('Unary'), new Uint8Array());
        const [socket] = await accepted;
        cleanups.push(() => {
          socket.destroy();
          silent.close();
        });
        expect(delay).toBe(1_234);
        fire();
        expectLocal(await answer, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
      });

      it('a peer that speaks another protocol is unavailability', async () => {
        const other = createServer((socket) => {
          socket.on('error', () => {});
          socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
        });
        other.listen(0, '127.0.0.1');
        await once(other, 'listening');
        cleanups.push(() => other.close());
        const transport = connect(portOf(other.address()));
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNAVAILABLE,
          'UPSTREAM_UNAVAILABLE',
        );
      });

      it('close ends calls in flight, and later calls at once', async () => {
        let arrived = (): void => {};
        const arrival = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        const transport = await bytesBackend({ Unary: () => arrived() });
        const answer = transport.unary(callOf('Unary'), new Uint8Array());
        await arrival;
        await transport.close();
        expectLocal(await answer, Code.UNAVAILABLE, 'SHUTTING_DOWN');
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNAVAILABLE,
          'SHUTTING_DOWN',
        );
        expectLocal(await transport.stream(callOf('Bidi')).outcome, Code.UNAVAILABLE, 'SHUTTING_DOWN');
        await transport.close();
      });
    });

    describe('calls that may be repeated', () => {
      it('a call that found no connection was not processed', async () => {
        const transport = connect(await closedPort());
        expect(await transport.unary(callOf('Unary'), new Uint8Array())).toMatchObject({
          unprocessed: true,
          unanswered: true,
        });
      });

      it('a call that the server refused (REFUSED_STREAM) was not processed', async () => {
        const transport = await frameBackend((call) => call.reset(7).flush());
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expectLocal(outcome, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE');
        expect(outcome).toMatchObject({ unprocessed: true, unanswered: true });
      });

      it('a call whose connection broke may have been processed', async () => {
        const transport = await frameBackend((call) => call.destroy());
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect([outcome.unprocessed, outcome.unanswered]).toEqual([undefined, true]);
      });

      it('a trailers-only answer is none, and says when to repeat the call', async () => {
        const transport = await frameBackend((call) =>
          call
            .headers({ ...grpcHeaders, 'grpc-status': '14', 'grpc-retry-pushback-ms': '250' }, last)
            .flush(),
        );
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect(outcome).toMatchObject({ unanswered: true, retryPushbackMs: 250 });
        expect(outcome.unprocessed).toBeUndefined();
      });

      it.each(['-1', 'soon', '99999999999'])('a pushback of %s means never', async (pushback) => {
        const transport = await frameBackend((call) =>
          call
            .headers({ ...grpcHeaders, 'grpc-status': '14', 'grpc-retry-pushback-ms': pushback }, last)
            .flush(),
        );
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect(outcome.retryPushbackMs).toBe(-1);
      });

      it('response headers are the beginning of an answer', async () => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).headers({ 'grpc-status': '14' }, last).flush(),
        );
        const outcome = await transport.unary(callOf('Unary'), new Uint8Array());
        expect([outcome.unprocessed, outcome.unanswered]).toEqual([undefined, undefined]);
      });
    });

    describe('answers that are not gRPC', () => {
      // HTTP to gRPC Status Code Mapping (grpc, doc/http-grpc-status-mapping.md).
      const html = '<html><body>upstream 10.1.2.3 said no</body></html>';
      const mapping: readonly (readonly [httpStatus: string, code: number, reason: Reason])[] = [
        ['200', Code.UNKNOWN, 'UPSTREAM_PROTOCOL'],
        ['301', Code.UNKNOWN, 'UPSTREAM_PROTOCOL'],
        ['400', Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['401', Code.UNAUTHENTICATED, 'UPSTREAM_PROTOCOL'],
        ['403', Code.PERMISSION_DENIED, 'UPSTREAM_PROTOCOL'],
        ['404', Code.UNIMPLEMENTED, 'UPSTREAM_PROTOCOL'],
        ['429', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
        ['500', Code.UNKNOWN, 'UPSTREAM_PROTOCOL'],
        ['502', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
        ['503', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
        ['504', Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
      ];
      it.each(mapping)(
        'an HTML page with HTTP status %s has code %d, %s',
        async (httpStatus, code, reason) => {
          const transport = await frameBackend((call) =>
            call
              .headers({ ':status': httpStatus, 'content-type': 'text/html' })
              .data(Buffer.from(html), last)
              .flush(),
          );
          expectLocal(await transport.unary(callOf('Unary'), new Uint8Array()), code, reason);
        },
      );

      it.each(mapping)(
        'an empty answer with HTTP status %s has code %d, %s',
        async (httpStatus, code, reason) => {
          const transport = await frameBackend((call) =>
            call.headers({ ':status': httpStatus }, last).flush(),
          );
          expectLocal(await transport.unary(callOf('Unary'), new Uint8Array()), code, reason);
        },
      );

      it('a page that happens to look like a message is not taken for one', async () => {
        const transport = await frameBackend((call) =>
          call
            .headers({ ':status': '200', 'content-type': 'text/plain' })
            .message('a')
            .headers(okTrailers, last)
            .flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNKNOWN,
          'UPSTREAM_PROTOCOL',
        );
        const stream = transport.stream(callOf('ServerStream'));
        expect(await stream.next()).toBeUndefined();
        expect(await stream.headers).toEqual([]);
        expectLocal(await stream.outcome, Code.UNKNOWN, 'UPSTREAM_PROTOCOL');
      });

      it('gRPC that ends without trailers is not gRPC', async () => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).message('a').data(Buffer.alloc(0), last).flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.INTERNAL,
          'UPSTREAM_PROTOCOL',
        );
      });

      it('trailers without grpc-status are not gRPC', async () => {
        const transport = await frameBackend((call) =>
          call.headers(grpcHeaders).message('a').headers({ 'x-a': 'b' }, last).flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.UNKNOWN,
          'UPSTREAM_PROTOCOL',
        );
      });

      // gRPC over HTTP/2, "Errors".
      it.each([
        ['NO_ERROR', 0, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['PROTOCOL_ERROR', 1, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['INTERNAL_ERROR', 2, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['FLOW_CONTROL_ERROR', 3, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['REFUSED_STREAM', 7, Code.UNAVAILABLE, 'UPSTREAM_UNAVAILABLE'],
        ['CANCEL', 8, Code.CANCELLED, 'UPSTREAM_PROTOCOL'],
        ['COMPRESSION_ERROR', 9, Code.INTERNAL, 'UPSTREAM_PROTOCOL'],
        ['ENHANCE_YOUR_CALM', 11, Code.RESOURCE_EXHAUSTED, 'UPSTREAM_PROTOCOL'],
        ['INADEQUATE_SECURITY', 12, Code.PERMISSION_DENIED, 'UPSTREAM_PROTOCOL'],
      ] as const)('RST_STREAM %s, before and after headers', async (_, errorCode, code, reason) => {
        for (const withHeaders of [false, true]) {
          const transport = await frameBackend((call) =>
            (withHeaders ? call.headers(grpcHeaders) : call).reset(errorCode).flush(),
          );
          expectLocal(await transport.unary(callOf('Unary'), new Uint8Array()), code, reason);
        }
      });

      it.each([
        ['garbage said to be gzip', 'gzip', 'not gzip'],
        ['garbage said to be deflate', 'deflate', 'not deflate'],
        ['an unknown encoding', 'br', 'x'],
        ['compression without an encoding', 'identity', 'x'],
      ])('a message of %s ends this call only', async (_, encoding, text) => {
        const transport = await frameBackend((call) =>
          call
            .headers({ ...grpcHeaders, 'grpc-encoding': encoding })
            .message(text, { compressed: true })
            .headers(okTrailers, last)
            .flush(),
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.INTERNAL,
          'UPSTREAM_PROTOCOL',
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.INTERNAL,
          'UPSTREAM_PROTOCOL',
        );
      });
    });

    describe('message size', () => {
      it('a message announced larger than the limit is refused before it arrives', async () => {
        const transport = await frameBackend(
          (call) =>
            call
              .headers(grpcHeaders)
              .data(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]))
              .flush(),
          { responseMessageBytesMax: 1_000 },
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.RESOURCE_EXHAUSTED,
          'UPSTREAM_MESSAGE_TOO_LARGE',
        );
      });

      it.each([
        [1_000, undefined],
        [1_001, 'UPSTREAM_MESSAGE_TOO_LARGE'],
      ] as const)('a call may set a lower limit of 1000: %d bytes', async (length, reason) => {
        const transport = await bytesBackend({ Unary: (_, done) => done(null, Buffer.alloc(length)) });
        const outcome = await transport.unary(
          { ...callOf('Unary'), responseMessageBytesMax: 1_000 },
          new Uint8Array(),
        );
        expect(outcome.localReason).toBe(reason);
        expect(outcome.status.code).toBe(reason === undefined ? Code.OK : Code.RESOURCE_EXHAUSTED);
      });

      it('the limit holds for the size after decompression', async () => {
        const bomb = gzipSync(Buffer.alloc(mebibyte));
        const prefix = Buffer.from([1, 0, 0, 0, 0]);
        prefix.writeUInt32BE(bomb.length, 1);
        const transport = await frameBackend(
          (call) =>
            call
              .headers({ ...grpcHeaders, 'grpc-encoding': 'gzip' })
              .data(Buffer.concat([prefix, bomb]))
              .headers(okTrailers, last)
              .flush(),
          { responseMessageBytesMax: 10_000 },
        );
        expectLocal(
          await transport.unary(callOf('Unary'), new Uint8Array()),
          Code.RESOURCE_EXHAUSTED,
          'UPSTREAM_MESSAGE_TOO_LARGE',
        );
      });
    });
  });
}

function callOf(method: string): Call {
  return {
    path: `/t.T/${method}`,
    metadata: [],
    deadline: undefined,
    signal: new AbortController().signal,
    responseMessageBytesMax: 4 * mebibyte,
  };
}

function echo(call: grpc.ServerDuplexStream<Buffer, Buffer>): void {
  call.on('data', (message: Buffer) => call.write(message));
  call.on('end', () => call.end());
}

async function readAll(stream: StreamCall): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const message = await stream.next();
    if (message === undefined) return texts;
    texts.push(Buffer.from(message).toString());
  }
}

async function sendUntilEnded(stream: StreamCall, length: number): Promise<void> {
  let ended = false;
  void stream.outcome.then(() => {
    ended = true;
  });
  while (!ended) await stream.send(new Uint8Array(length));
}

/** A local status names its reason, and in its text neither addresses nor the library's words. */
function expectLocal(outcome: Outcome, code: number, reason: Reason): void {
  expect({ code: outcome.status.code, reason: outcome.localReason }).toEqual({ code, reason });
  expect(outcome.status.message).toMatch(/^[A-Z][A-Za-z ]+\.$/);
  expect(outcome.status.details).toEqual([]);
  expect(outcome.trailers).toEqual([]);
  expect(outcome.message).toBeUndefined();
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  server.close();
  await once(server, 'close');
  return port;
}
