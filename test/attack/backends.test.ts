import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateway, type PropylonGateway } from '../../src/index.js';
import { compileProtos } from '../support/compile-protos.js';
import { type FrameBackend, type FrameWriter, startFrameBackend } from '../support/frame-backend.js';
import { httpAnnotations } from '../support/http-annotations.js';

/** Whatever a backend sends ends in a well-formed answer, and tells the client nothing of the backend. */

const image = compileProtos({
  ...httpAnnotations(),
  'b.proto': `syntax = "proto3";
package b.v1;
import "google/api/annotations.proto";
service B {
  rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/m" }; }
  rpc List(M) returns (stream M) { option (google.api.http) = { get: "/v1/ms" }; }
}
message M { string text = 1; }
`,
});

let backend: FrameBackend | undefined;
let gateway: PropylonGateway | undefined;
let listener: Awaited<ReturnType<PropylonGateway['listen']>> | undefined;
afterEach(async () => {
  await listener?.close();
  await gateway?.close();
  await backend?.close();
});

describe.each(['http2', 'grpc-js'] as const)('over %s', (transport) => {
  async function ask(
    onCall: (writer: FrameWriter) => void,
    path = '/v1/m',
    headers: Record<string, string> = { 'grpc-timeout': '2S' },
  ) {
    backend = await startFrameBackend(onCall);
    gateway = await createGateway({
      sources: [{ label: 'test', load: async () => image }],
      backends: [{ selector: '*', target: `127.0.0.1:${backend.port}`, transport }],
    });
    listener = await gateway.listen({ host: '127.0.0.1', port: 0, adminPort: 0 });
    const answer = await fetch(`http://127.0.0.1:${listener.port}${path}`, { headers });
    const text = await answer.text();
    // Neither address nor stack, nor what a library says.
    expect(text).not.toMatch(
      new RegExp(`127\\.0\\.0\\.1|${backend.port}|\\bat .*\\(|node:|grpc-js|Error:|<html`),
    );
    return { answer, text };
  }

  const ok = { ':status': '200', 'content-type': 'application/grpc' };
  const fine = { 'grpc-status': '0' };
  const frame = (flag: number, length: number, content: Uint8Array | string = '') => {
    const head = Buffer.alloc(5);
    head[0] = flag;
    head.writeUInt32BE(length >>> 0, 1);
    return Buffer.concat([head, Buffer.from(content)]);
  };
  const text = (value: string) => `\n${String.fromCharCode(value.length)}${value}`;

  describe('a broken answer is 502 or 503 with a status body', () => {
    it.each<[string, (writer: FrameWriter) => void]>([
      [
        'a length of 4 GiB',
        (w) =>
          w
            .headers(ok)
            .data(frame(0, 0xffffffff, 'x'))
            .headers(fine, { endStream: true }),
      ],
      [
        'a message that ends early',
        (w) =>
          w
            .headers(ok)
            .data(frame(0, 10, 'abc'))
            .headers(fine, { endStream: true }),
      ],
      [
        'half a length',
        (w) =>
          w
            .headers(ok)
            .data(Buffer.from([0, 0]))
            .headers(fine, { endStream: true }),
      ],
      [
        'garbage that says it is compressed',
        (w) =>
          w
            .headers({ ...ok, 'grpc-encoding': 'gzip' })
            .data(frame(1, 4, 'abcd'))
            .headers(fine, { endStream: true }),
      ],
      [
        'gzip that ends early',
        (w) =>
          w
            .headers({ ...ok, 'grpc-encoding': 'gzip' })
            .data(frame(1, 12, gzipSync('x'.repeat(100)).subarray(0, 12)))
            .headers(fine, { endStream: true }),
      ],
      [
        'compressed without an encoding',
        (w) =>
          w
            .headers(ok)
            .data(frame(1, 3, text('a')))
            .headers(fine, { endStream: true }),
      ],
      [
        'an encoding that nobody asked for',
        (w) =>
          w
            .headers({ ...ok, 'grpc-encoding': 'br' })
            .data(frame(1, 3, text('a')))
            .headers(fine, { endStream: true }),
      ],
      [
        'HTML of a proxy',
        (w) =>
          w
            .headers({ ':status': '404', 'content-type': 'text/html' })
            .data(Buffer.from('<html>404 page at 10.0.0.1</html>'), { endStream: true }),
      ],
      [
        'HTML that says 200',
        (w) =>
          w
            .headers({ ':status': '200', 'content-type': 'text/html' })
            .data(Buffer.from('<html>hello</html>'), { endStream: true }),
      ],
      ['no trailers', (w) => w.headers(ok).data(frame(0, 3, text('a')), { endStream: true })],
      ['OK without a message', (w) => w.headers({ ...ok, ...fine }, { endStream: true })],
      ['two messages', (w) => w.headers(ok).message('').message('').headers(fine, { endStream: true })],
      ['a reset', (w) => w.headers(ok).reset(2)],
      ['a refusal', (w) => w.reset(7)],
      ['a closed connection', (w) => w.destroy()],
      [
        'bytes that are no message',
        (w) =>
          w
            .headers(ok)
            .data(frame(0, 2, '\n\x09'))
            .headers(fine, { endStream: true }),
      ],
      [
        'a message that is not UTF-8',
        (w) =>
          w
            .headers(ok)
            .data(frame(0, 3, Buffer.from([10, 1, 0xff])))
            .headers(fine, { endStream: true }),
      ],
      [
        'a bomb',
        (w) => {
          const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
          w.headers({ ...ok, 'grpc-encoding': 'gzip' })
            .data(frame(1, bomb.length, ''))
            .data(bomb.subarray(0, 16_000));
          w.headers(fine, { endStream: true });
        },
      ],
    ])('%s', async (_, onCall) => {
      const { answer, text: body } = await ask((writer) => {
        onCall(writer);
        writer.flush();
      });
      expect([500, 502, 503, 504]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toContain('application/json');
      const status: unknown = JSON.parse(body);
      expect(status).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
    });
  });

  describe('pieces of any size are one message', () => {
    it('split at every byte, with empty frames between', async () => {
      const whole = frame(0, 7, text('hello'));
      const { answer, text: body } = await ask((writer) => {
        writer.headers(ok);
        for (const byte of whole) writer.data(Buffer.from([byte])).data(Buffer.alloc(0));
        writer.headers(fine, { endStream: true }).flush();
      });
      expect([answer.status, body]).toEqual([200, '{"text":"hello"}']);
    });
    it('many in one frame', async () => {
      const messages = Array.from({ length: 50 }, (_, index) => frame(0, 4, text(String(10 + index))));
      const { text: body } = await ask(
        (writer) =>
          writer.headers(ok).data(Buffer.concat(messages)).headers(fine, { endStream: true }).flush(),
        '/v1/ms',
      );
      expect(
        body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).text),
      ).toEqual(messages.map((_, index) => String(10 + index)));
    });
  });

  describe('what a backend says becomes data, never syntax', () => {
    it.each([
      ['etag', '"a"%0d%0aset-cookie: b'],
      ['location', '/x'],
      ['set-cookie', 'session=1'],
      ['grpc-secret', 'x'],
      ['x-envoy-upstream', 'host'],
      ['server', 'internal/1.0'],
      ['content-length', '8'],
      ['transfer-encoding-x', 'chunked'],
    ])('metadata %s: %s', async (name, value) => {
      const { answer } = await ask((writer) =>
        writer
          .headers({ ...ok, [name]: value })
          .message(text('a'))
          .headers(fine, { endStream: true })
          .flush(),
      );
      expect(answer.status).toBe(200);
      expect(answer.headers.get('set-cookie')).toBeNull();
      const passes = ['etag', 'location'].includes(name);
      expect(answer.headers.get(name) === value).toBe(passes);
    });
    it.each([
      ['a line end', 'a%0d%0aset-cookie: b=1'],
      ['a challenge', 'Basic realm="evil"'],
      ['markup', '<script>alert(1)</script>'],
      ['an end of SSE', 'a%0a%0adata: forged'],
    ])('a message with %s stays in the body', async (_, message) => {
      const { answer, text: body } = await ask((writer) =>
        writer.headers({ ...ok, 'grpc-status': '16', 'grpc-message': message }, { endStream: true }).flush(),
      );
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.headers.get('www-authenticate') ?? '').not.toContain('evil');
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(JSON.parse(body)).toMatchObject({ code: 16 });
    });
    it('line ends in a message cannot end an event (SSE)', async () => {
      const { text: body } = await ask(
        (writer) =>
          writer.headers(ok).message(text('a\r\n\r\ndata: x')).headers(fine, { endStream: true }).flush(),
        '/v1/ms',
        { accept: 'text/event-stream' },
      );
      const events = body.split('\n\n').filter((event) => event.startsWith('data:'));
      expect(events).toEqual(['data: {"text":"a\\r\\n\\r\\ndata: x"}']);
    });
    it('a status that does not exist is UNKNOWN', async () => {
      const { answer } = await ask((writer) =>
        writer.headers({ ...ok, 'grpc-status': '99', 'grpc-message': 'odd' }, { endStream: true }).flush(),
      );
      expect(answer.status).toBe(500);
    });
    it('a backend that says nothing is 504 when the time is over, without its address', async () => {
      const { answer, text: body } = await ask(() => undefined, '/v1/m', { 'grpc-timeout': '50m' });
      expect([answer.status, JSON.parse(body).code]).toEqual([504, 4]);
    });
  });
});
