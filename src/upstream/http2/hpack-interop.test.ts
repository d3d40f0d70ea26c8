import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { block, frame, settings } from '../../../test/support/frames.js';
import { FrameReader } from './frame-reader.js';
import { HpackDecoder } from './hpack-decoder.js';

/** Two opinions: what the encoder of node:http2 makes of header fields, with its dynamic table and its Huffman code. */

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const request = block([
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'a'],
  [':path', '/'],
]);

const name = fc.constantFrom('x-a', 'x-b', 'x-trace', 'grpc-message', 'server', 'location', 'cache-control');
const value = fc.oneof(
  fc.constantFrom('', 'no-cache', 'https://www.example.com', '0'),
  fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 300,
  }),
);
const fields = fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true });

it('decodes what node:http2 sends, block after block', async () => {
  const streams: ServerHttp2Stream[] = [];
  const server = createServer();
  let arrived = (): void => {};
  server.on('stream', (stream) => {
    streams.push(stream);
    arrived();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const decoder = new HpackDecoder(1_000_000);
  const decoded: { stream: number; fields: readonly (readonly [string, string])[]; isStateless: boolean }[] =
    [];
  let received = (): void => {};
  const reader = new FrameReader(
    {
      headers(stream, bytes, start, end) {
        decoded.push({ stream, ...decoder.decode(bytes, start, end) });
        received();
      },
      data() {},
      reset() {},
      settings() {},
      settingsAck() {},
      ping() {},
      goAway() {},
      windowUpdate() {},
      streamError() {},
      ignored() {},
    },
    1_000_000,
  );
  socket.on('data', (chunk: Buffer) => reader.push(chunk, chunk.length));
  socket.write(Buffer.concat([preface, settings(), frame(4, 1, 0)]));

  let id = -1;
  let withTable = 0;
  await fc.assert(
    fc.asyncProperty(fields, async (sent) => {
      id += 2;
      const opened = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      socket.write(frame(1, 5, id, request));
      await opened;
      const answered = new Promise<void>((resolve) => {
        received = resolve;
      });
      streams.at(-1)?.respond({ ':status': 200, ...sent }, { endStream: true });
      await answered;
      const last = decoded.at(-1);
      expect(last?.stream).toBe(id);
      const { date, ...found } = Object.fromEntries(last?.fields ?? []);
      expect(date).toMatch(/GMT$/);
      expect(found).toEqual({ ':status': '200', ...sent });
      if (last?.isStateless === false) withTable += 1;
    }),
    { numRuns: 500 },
  );
  // Otherwise this would prove nothing of the table.
  expect(withTable).toBeGreaterThan(300);
  socket.destroy();
  server.close();
});
