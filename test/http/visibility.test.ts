import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProtos } from '../support/compile-protos.js';
import { type EchoGateway, startEchoGateway } from '../support/echo-gateway.js';
import { httpAnnotations } from '../support/http-annotations.js';
import { sendRaw } from '../support/raw-http.js';

/** A method that is hidden is one that is not there, whatever is asked of its paths. */

const image = compileProtos({
  ...httpAnnotations('visibility'),
  't.proto': `syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/visibility.proto";
message M { string name = 1; string text = 2; }
service T {
  rpc Unary(M) returns (M) {
    option (google.api.http) = {
      get: "/v1/{name=things/*}"
      additional_bindings { put: "/v1/{name=things/*}" body: "*" }
    };
  }
  rpc Ping(M) returns (M) {
    option (google.api.method_visibility) = { restriction: "PREVIEW, INTERNAL" };
    option (google.api.http) = {
      delete: "/v1/{name=things/*}"
      additional_bindings { get: "/v1/things/secret" }
      additional_bindings { get: "/v1/hidden/{name}" }
      additional_bindings { post: "/v1/hidden/{name}:go" body: "*" }
    };
  }
  rpc Bidi(stream M) returns (stream M) {
    option (google.api.method_visibility).restriction = "INTERNAL";
    option (google.api.http) = { post: "/v1/talk" body: "*" };
  }
}
`,
});

let echo: EchoGateway;
const log: string[] = [];
beforeAll(async () => {
  echo = await startEchoGateway({
    sources: [{ label: 'hidden', load: async () => image }],
    log: ({ kind, ...event }) => void (kind === 'request' && log.push(JSON.stringify(event))),
  });
});
afterAll(() => echo?.close());

/** The whole answer but for what no two answers share, and for the path itself. */
async function answer(request: string, body = ''): Promise<string> {
  const [httpMethod = '', path = ''] = request.split(' ');
  const head = `${httpMethod} ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n`;
  const type = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  const { text } = await sendRaw(echo.port, `${head}${type}\r\n${body}`);
  return text.replace(/x-request-id: [^\r]*|date: [^\r]*/gi, '');
}

describe('a hidden method', () => {
  it.each([
    ['GET /v1/hidden/a', ''],
    ['HEAD /v1/hidden/a', ''],
    ['PUT /v1/hidden/a', '{}'],
    ['OPTIONS /v1/hidden/a', ''],
    ['POST /v1/hidden/a:go', '{}'],
    ['POST /v1/hidden/a:go', '{"nonsense'],
    ['DELETE /v1/hidden/a:go', ''],
    ['GET /v1/hidden/a?nonsense=1&nonsense=2', ''],
    ['POST /v1/talk', '{}'],
    ['GET /v1/talk', ''],
  ])('answers %s %s as a path that is unknown', async (request, body) => {
    const [httpMethod = ''] = request.split(' ');
    const hidden = await answer(request, body);
    expect(hidden).toContain('HTTP/1.1 404 ');
    expect(hidden).toBe(await answer(`${httpMethod} /v1/nowhere/a`, body));
  });

  it('is not among the methods that a path allows', async () => {
    const allowed = await answer('OPTIONS /v1/things/a');
    expect(allowed).toMatch(/\r\nallow: GET, HEAD, OPTIONS, PUT\r\n/i);
    const refused = await answer('DELETE /v1/things/a');
    expect(refused).toContain('HTTP/1.1 405 ');
    expect(refused).toBe(await answer('PATCH /v1/things/a'));
  });

  it('does not stand before a method that is seen', async () => {
    const shadowed = await fetch(`${echo.url}/v1/things/secret`);
    expect(await shadowed.json()).toEqual({ name: 'things/secret' });
    const other = await fetch(`${echo.url}/v1/things/secreT`);
    expect([...shadowed.headers.keys()]).toEqual([...other.headers.keys()]);
  });

  it('tells a WebSocket nothing', async () => {
    const upgrade = (path: string) =>
      sendRaw(
        echo.port,
        `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      ).then(({ text }) => text.replace(/x-request-id: [^\r]*|date: [^\r]*/gi, ''));
    expect(await upgrade('/v1/talk')).toBe(await upgrade('/v1/nowhere'));
  });

  it('is in the log by its route', async () => {
    log.length = 0;
    await answer('GET /v1/hidden/a');
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? '')).toMatchObject({
      route: '/v1/hidden/{name}',
      httpStatus: 404,
      refused: { step: 'visibility' },
    });
  });

  it('is seen where policy says so', async () => {
    const open = await startEchoGateway(
      {
        sources: [{ label: 'hidden', load: async () => image }],
        policies: [
          { selector: 't.T.Ping', policy: { visibility: 'public', authentication: { mode: 'none' } } },
        ],
      },
      { Ping: (call, callback) => callback(null, call.request) },
    );
    try {
      const seen = await fetch(`${open.url}/v1/hidden/a`);
      expect(await seen.json()).toEqual({ name: 'a' });
    } finally {
      await open.close();
    }
  });
});
