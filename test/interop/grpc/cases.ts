import type { JsonObject } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { Code, type Metadata, type Outcome } from '../../../src/status/index.js';
import type { EndpointTarget, StreamCall, Transport } from '../../../src/upstream/index.js';
import { compileProtos } from '../../support/compile-protos.js';
import { type CountingRelay, startCountingRelay } from '../../support/counting-relay.js';
import { jsonMessages } from '../../support/json-messages.js';
import type { InteropServer, RunningServer } from './servers/servers.js';
import { testingProto } from './testing-proto.js';

export interface InteropOptions {
  readonly responseMessageBytesMax: number;
  readonly requestCompression?: 'gzip';
}

const { encode, decode } = jsonMessages(compileProtos({ 'testing.proto': testingProto }), 'grpc.testing');

const requestSizes = [27_182, 8, 1_828, 45_904];
const responseSizes = [31_415, 9, 2_653, 58_979];
const [largeRequest, largeResponse] = [271_828, 314_159];

/**
 * The cases of the gRPC interoperability tests (grpc, "Interoperability Test Case Descriptions"), each under its
 * name there, as far as they are about the protocol: those that need Google's credentials or load reports are not.
 */
export function describeInterop(
  transportName: string,
  create: (target: EndpointTarget, options: InteropOptions) => Transport,
  server: InteropServer,
): void {
  describe(`${transportName} against ${server.name}`, () => {
    let running: RunningServer;
    let relay: CountingRelay;
    let transport: Transport;
    const transports: Transport[] = [];

    beforeAll(async () => {
      running = await server.start();
      relay = await startCountingRelay(running.port);
      transport = connect();
    });
    afterAll(async () => {
      await Promise.all(transports.map((each) => each.close()));
      await relay.close();
      await running.stop();
    });

    function connect(requestCompression?: 'gzip'): Transport {
      const endpoint = { host: '127.0.0.1', port: relay.port };
      const target = { kind: 'host', text: `127.0.0.1:${relay.port}`, endpoint } as const;
      const compression = requestCompression && { requestCompression };
      const made = create(target, { responseMessageBytesMax: 4 * 1024 * 1024, ...compression });
      transports.push(made);
      return made;
    }

    const unary = (method: string, type: string, request: JsonObject, metadata?: Metadata) =>
      transport.unary(callOf(method, { metadata }), encode(type, request));

    /** Bytes on the wire, both ways, while `run` ran. */
    async function wireBytes(run: () => Promise<void>): Promise<{ up: number; down: number }> {
      const before = { up: relay.up(), down: relay.down() };
      await run();
      return { up: relay.up() - before.up, down: relay.down() - before.down };
    }

    it('empty_unary', async () => {
      const outcome = await unary('EmptyCall', 'Empty', {});
      expect(outcome.status.code).toBe(Code.OK);
      expect(outcome.message).toHaveLength(0);
    });

    it('large_unary', async () => {
      const outcome = await unary('UnaryCall', 'SimpleRequest', {
        responseSize: largeResponse,
        payload: payload(largeRequest),
      });
      expect(outcome.status.code).toBe(Code.OK);
      expect(zerosIn(decode('SimpleResponse', outcome.message))).toBe(largeResponse);
    });

    it('client_streaming', async () => {
      const stream = transport.stream(callOf('StreamingInputCall'));
      for (const size of requestSizes) await stream.send(input(size));
      stream.end();
      expect(await answerOf(stream)).toEqual({ aggregatedPayloadSize: 74_922 });
      expect((await stream.outcome).status.code).toBe(Code.OK);
    });

    it('server_streaming', async () => {
      const stream = transport.stream(callOf('StreamingOutputCall'));
      await stream.send(output(responseSizes.map((size) => ({ size }))));
      stream.end();
      expect(await sizesOf(stream)).toEqual(responseSizes);
      expect((await stream.outcome).status.code).toBe(Code.OK);
    });

    it('ping_pong', async () => {
      const stream = transport.stream(callOf('FullDuplexCall'));
      for (const [turn, size] of responseSizes.entries()) {
        await stream.send(output([{ size }], requestSizes[turn]));
        expect(zerosIn(decode('StreamingOutputCallResponse', await stream.next()))).toBe(size);
      }
      stream.end();
      expect(await stream.next()).toBeUndefined();
      expect((await stream.outcome).status.code).toBe(Code.OK);
    });

    it('empty_stream', async () => {
      const stream = transport.stream(callOf('FullDuplexCall'));
      stream.end();
      expect(await stream.next()).toBeUndefined();
      expect((await stream.outcome).status.code).toBe(Code.OK);
    });

    it('cancel_after_begin', async () => {
      const stream = transport.stream(callOf('StreamingInputCall'));
      stream.cancel();
      expect((await stream.outcome).status.code).toBe(Code.CANCELLED);
    });

    it('cancel_after_first_response', async () => {
      const stream = transport.stream(callOf('FullDuplexCall'));
      await stream.send(output([{ size: 31_415 }], 27_182));
      expect(await stream.next()).toBeDefined();
      stream.cancel();
      expect((await stream.outcome).status.code).toBe(Code.CANCELLED);
    });

    it('timeout_on_sleeping_server', async () => {
      const stream = transport.stream(callOf('FullDuplexCall', { timeoutMs: 1 }));
      await stream.send(output([{ size: 31_415, intervalUs: 100_000 }], 27_182));
      // The server keeps the same deadline and may be the first to say so.
      expect((await stream.outcome).status.code).toBe(Code.DEADLINE_EXCEEDED);
    });

    describe('custom_metadata', () => {
      const initial = ['x-grpc-test-echo-initial', 'test_initial_metadata_value'] as const;
      const trailing = ['x-grpc-test-echo-trailing-bin', new Uint8Array([0xab, 0xab, 0xab])] as const;
      const seen = ({ metadata, trailers }: Outcome) => ({
        metadata: metadata.filter(([name]) => name === initial[0]),
        trailers: trailers.filter(([name]) => name === trailing[0]).map(bytesAsHex),
      });
      const expected = { metadata: [initial], trailers: [[trailing[0], 'ababab']] };

      it('UnaryCall', async () => {
        const request = { responseSize: largeResponse, payload: payload(largeRequest) };
        const outcome = await unary('UnaryCall', 'SimpleRequest', request, [initial, trailing]);
        expect(outcome.status.code).toBe(Code.OK);
        expect(seen(outcome)).toEqual(expected);
      });

      it('FullDuplexCall', async () => {
        const stream = transport.stream(callOf('FullDuplexCall', { metadata: [initial, trailing] }));
        await stream.send(output([{ size: largeResponse }], largeRequest));
        stream.end();
        expect(await sizesOf(stream)).toEqual([largeResponse]);
        expect(await stream.headers).toContainEqual(initial);
        expect(seen(await stream.outcome)).toEqual(expected);
      });
    });

    describe.each([
      ['status_code_and_message', 'test status message'],
      ['special_status_message', '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n'],
    ])('%s', (_, message) => {
      const responseStatus = { code: 2, message };

      it('UnaryCall', async () => {
        const outcome = await unary('UnaryCall', 'SimpleRequest', { responseStatus });
        expect(outcome.status).toEqual({ ...responseStatus, details: [] });
        expect(outcome.localReason).toBeUndefined();
      });

      it('FullDuplexCall', async () => {
        const stream = transport.stream(callOf('FullDuplexCall'));
        await stream.send(encode('StreamingOutputCallRequest', { responseStatus }));
        stream.end();
        expect(await stream.next()).toBeUndefined();
        expect((await stream.outcome).status).toEqual({ ...responseStatus, details: [] });
      });
    });

    it.each([
      ['unimplemented_method', 'grpc.testing.TestService'],
      ['unimplemented_service', 'grpc.testing.UnimplementedService'],
    ])('%s', async (_, service) => {
      const outcome = await transport.unary(callOf('UnimplementedCall', { service }), encode('Empty', {}));
      expect(outcome.status.code).toBe(Code.UNIMPLEMENTED);
      expect(outcome.localReason).toBeUndefined();
    });

    it('client_compressed_unary', async () => {
      const request = {
        expectCompressed: { value: true },
        responseSize: largeResponse,
        payload: payload(largeRequest),
      };
      if (server.can.expectCompressed) {
        const probe = await unary('UnaryCall', 'SimpleRequest', request);
        expect(probe.status.code).toBe(Code.INVALID_ARGUMENT);
      }
      const { up } = await wireBytes(async () => {
        const outcome = await connect('gzip').unary(callOf('UnaryCall'), encode('SimpleRequest', request));
        expect(outcome.status.code).toBe(Code.OK);
        expect(zerosIn(decode('SimpleResponse', outcome.message))).toBe(largeResponse);
      });
      expect(up).toBeLessThan(largeRequest / 10);
      const plain = await unary('UnaryCall', 'SimpleRequest', {
        ...request,
        expectCompressed: { value: false },
      });
      expect(plain.status.code).toBe(Code.OK);
    });

    it('client_compressed_streaming', async () => {
      if (server.can.expectCompressed) {
        const probe = transport.stream(callOf('StreamingInputCall'));
        await probe.send(input(27_182, true));
        probe.end();
        expect((await probe.outcome).status.code).toBe(Code.INVALID_ARGUMENT);
      }
      // The case has 45,904 bytes in the message without compression; ours leaves only small ones so.
      const stream = connect('gzip').stream(callOf('StreamingInputCall'));
      const { up } = await wireBytes(async () => {
        await stream.send(input(27_182, true));
        await stream.send(input(904, false));
        stream.end();
        expect(await answerOf(stream)).toEqual({ aggregatedPayloadSize: 28_086 });
        expect((await stream.outcome).status.code).toBe(Code.OK);
      });
      expect(up).toBeGreaterThan(904);
      expect(up).toBeLessThan(27_182 / 5);
    });

    if (server.can.compressUnary) {
      it('server_compressed_unary', async () => {
        const request = (value: boolean) => ({
          responseCompressed: { value },
          responseSize: largeResponse,
          payload: payload(largeRequest),
        });
        for (const compressed of [true, false]) {
          const { down } = await wireBytes(async () => {
            const outcome = await unary('UnaryCall', 'SimpleRequest', request(compressed));
            expect(outcome.status.code).toBe(Code.OK);
            expect(zerosIn(decode('SimpleResponse', outcome.message))).toBe(largeResponse);
          });
          expect(down < largeResponse / 10).toBe(compressed);
        }
      });
    }

    if (server.can.compressMessages) {
      it('server_compressed_streaming', async () => {
        const stream = transport.stream(callOf('StreamingOutputCall'));
        const { down } = await wireBytes(async () => {
          await stream.send(
            output([
              { size: 31_415, compressed: { value: true } },
              { size: 92_653, compressed: { value: false } },
            ]),
          );
          stream.end();
          expect(await sizesOf(stream)).toEqual([31_415, 92_653]);
          expect((await stream.outcome).status.code).toBe(Code.OK);
        });
        expect(down).toBeGreaterThan(92_653);
        expect(down).toBeLessThan(92_653 + 31_415 / 2);
      });
    }
  });
}

function callOf(
  method: string,
  more: {
    readonly service?: string;
    readonly metadata?: Metadata | undefined;
    readonly timeoutMs?: number;
  } = {},
) {
  return {
    path: `/${more.service ?? 'grpc.testing.TestService'}/${method}`,
    metadata: more.metadata ?? [],
    deadline: systemClock.now() + (more.timeoutMs ?? 10_000),
    signal: new AbortController().signal,
    responseMessageBytesMax: 4 * 1024 * 1024,
  };
}

function input(size: number, compressed?: boolean): Uint8Array {
  return encode('StreamingInputCallRequest', {
    payload: payload(size),
    ...(compressed === undefined ? {} : { expectCompressed: { value: compressed } }),
  });
}

function output(responseParameters: readonly JsonObject[], size?: number): Uint8Array {
  return encode('StreamingOutputCallRequest', {
    responseParameters: [...responseParameters],
    ...(size === undefined ? {} : { payload: payload(size) }),
  });
}

async function answerOf(stream: StreamCall): Promise<JsonObject | undefined> {
  const answer = decode('StreamingInputCallResponse', await stream.next());
  expect(await stream.next()).toBeUndefined();
  return answer;
}

async function sizesOf(stream: StreamCall): Promise<number[]> {
  const sizes = [];
  for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
    sizes.push(zerosIn(decode('StreamingOutputCallResponse', message)));
  }
  return sizes;
}

/** Length of a response's payload, which is nothing but zeros. */
function zerosIn(response: JsonObject | undefined): number {
  const { body = '' } = (response?.['payload'] ?? {}) as { body?: string };
  const bytes = Buffer.from(body, 'base64');
  expect(bytes.equals(Buffer.alloc(bytes.length))).toBe(true);
  return bytes.length;
}

function bytesAsHex([name, value]: Metadata[number]): readonly [string, string] {
  return [name, typeof value === 'string' ? value : Buffer.from(value).toString('hex')];
}

/** A payload of that many zeros. */
function payload(length: number): JsonObject {
  return { body: Buffer.alloc(length).toString('base64') };
}
