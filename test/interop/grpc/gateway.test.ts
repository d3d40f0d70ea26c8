import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PropylonProcess, startPropylon } from '../../support/propylon.js';
import { transports } from '../../support/transports.js';
import { interopServers, type RunningServer } from './servers/servers.js';
import { testingProto } from './testing-proto.js';

/** The service of the interoperability tests as REST: its protos have no annotations, a file has the rules. */

const rules = `
type: google.api.Service
config_version: 3
http:
  rules:
  - selector: grpc.testing.TestService.EmptyCall
    get: /v1/empty
  - selector: grpc.testing.TestService.UnaryCall
    post: /v1/unary
    body: "*"
    additional_bindings:
    - get: /v1/unary/{response_size}
  - selector: grpc.testing.TestService.StreamingOutputCall
    post: /v1/outputs
    body: "*"
  - selector: grpc.testing.TestService.StreamingInputCall
    post: /v1/inputs
    body: "*"
  - selector: grpc.testing.TestService.FullDuplexCall
    post: /v1/duplex
    body: "*"
  - selector: grpc.testing.TestService.UnimplementedCall
    get: /v1/unimplemented
`;

const config = (port: number, transport: string): string => `
backends:
  grpc.testing.*: { target: "127.0.0.1:${port}", transport: ${transport}, compression: gzip }
metadata:
  request: [x-grpc-test-echo-initial]
  response: [x-grpc-test-echo-initial]
`;

const cases = interopServers().flatMap((server) =>
  transports.map((transport) => ({ name: server.name, transport, server })),
);

const zeros = (length: number): string => Buffer.alloc(length).toString('base64');

describe.each(cases)(
  'REST to the interoperability service of $name over $transport',
  ({ server, transport }) => {
    const scratch = mkdtempSync(join(tmpdir(), 'propylon-interop-'));
    let running: RunningServer;
    let gateway: PropylonProcess;

    beforeAll(async () => {
      running = await server.start();
      for (const [name, text] of [
        ['testing.proto', testingProto],
        ['rules.yaml', rules],
        ['propylon.yaml', config(running.port, transport)],
      ] as const) {
        writeFileSync(join(scratch, name), text);
      }
      gateway = await startPropylon([
        ...['--proto', scratch, '--rules', join(scratch, 'rules.yaml')],
        ...['--config', join(scratch, 'propylon.yaml')],
      ]);
    });
    afterAll(async () => {
      await gateway.stop();
      await running.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    interface Answer {
      readonly httpStatus: number;
      readonly headers: Headers;
      readonly body: Record<string, unknown>;
    }
    const json = async (path: string, init?: RequestInit): Promise<Answer> => {
      const response = await fetch(`${gateway.url}${path}`, init);
      return {
        httpStatus: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    };
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      json(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const lines = (...messages: readonly object[]): string =>
      messages.map((message) => `${JSON.stringify(message)}\n`).join('');
    /**
     * The messages of a streamed answer, and whether it came whole: one that ends with an error is cut off behind
     * it. Read without fetch, which drops what it has not handed out yet when a connection is cut.
     */
    const stream = (path: string, contentType: string, body: string) =>
      new Promise<{ httpStatus: number; messages: unknown[]; whole: boolean }>((resolve, reject) => {
        const headers = { 'content-type': contentType, accept: 'application/x-ndjson' };
        const sent = request(`${gateway.url}${path}`, { method: 'POST', headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', () => {});
          response.on('close', () =>
            resolve({
              httpStatus: response.statusCode ?? 0,
              messages: text
                .trim()
                .split('\n')
                .map((line) => JSON.parse(line)),
              whole: response.complete,
            }),
          );
        });
        sent.on('error', reject).end(body);
      });

    it('an empty call', async () => {
      expect(await json('/v1/empty')).toMatchObject({ httpStatus: 200, body: {} });
    });

    it('a large unary call, with metadata there and back', async () => {
      const answer = await post(
        '/v1/unary',
        { responseSize: 314_159, payload: { body: zeros(271_828) } },
        { 'x-grpc-test-echo-initial': 'test_initial_metadata_value' },
      );
      expect(answer.httpStatus).toBe(200);
      expect(answer.body).toEqual({ payload: { body: zeros(314_159) } });
      expect(answer.headers.get('x-grpc-test-echo-initial')).toBe('test_initial_metadata_value');
    });

    it('a field in the path, and one in the query', async () => {
      const sized = await json('/v1/unary/9');
      expect(sized).toMatchObject({ httpStatus: 200, body: { payload: { body: zeros(9) } } });
      const failing = await json('/v1/unary/9?responseStatus.code=5&responseStatus.message=none%20here');
      expect(failing).toMatchObject({ httpStatus: 404, body: { code: 5, message: 'none here' } });
    });

    it('a status with a message that HTTP/2 has to escape', async () => {
      const message = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
      const answer = await post('/v1/unary', { responseStatus: { code: 2, message } });
      expect(answer).toMatchObject({ httpStatus: 500, body: { code: 2, message } });
    });

    it('a method that the server does not have', async () => {
      expect(await json('/v1/unimplemented')).toMatchObject({ httpStatus: 501, body: { code: 12 } });
    });

    it('a server stream', async () => {
      const sizes = [31_415, 9, 2_653, 58_979];
      const answer = await stream(
        '/v1/outputs',
        'application/json',
        JSON.stringify({ responseParameters: sizes.map((size) => ({ size })) }),
      );
      expect(answer).toEqual({
        httpStatus: 200,
        messages: sizes.map((size) => ({ payload: { body: zeros(size) } })),
        whole: true,
      });
    });

    it('a client stream', async () => {
      const sizes = [27_182, 8, 1_828, 45_904];
      const answer = await json('/v1/inputs', {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines(...sizes.map((size) => ({ payload: { body: zeros(size) } }))),
      });
      expect(answer).toMatchObject({ httpStatus: 200, body: { aggregatedPayloadSize: 74_922 } });
    });

    it('a stream both ways, with an error at its end', async () => {
      const requests = lines(
        { responseParameters: [{ size: 9 }], payload: { body: zeros(8) } },
        { responseStatus: { code: 2, message: 'test status message' } },
      );
      expect(await stream('/v1/duplex', 'application/x-ndjson', requests)).toEqual({
        httpStatus: 200,
        messages: [{ payload: { body: zeros(9) } }, { error: { code: 2, message: 'test status message' } }],
        whole: false,
      });
    });
  },
);
