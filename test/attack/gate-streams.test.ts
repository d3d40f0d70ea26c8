import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { PolicyInput } from '../../src/gate/index.js';
import { type EchoGateway, echoHandlers, startEchoGateway } from '../support/echo-gateway.js';
import { gateSettings } from '../support/gate-settings.js';
import { sendRaw } from '../support/raw-http.js';

/** Streams and sockets as ways around the gate: a stream without a message, a handshake that comes to nothing. */

const open = { authentication: { mode: 'none' } } as const;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What the backend has been called for. */
async function start(
  policies: Readonly<Record<string, PolicyInput>>,
): Promise<EchoGateway & { readonly called: string[] }> {
  const called: string[] = [];
  const echo = await startEchoGateway(gateSettings({ '*': open, ...policies }), {
    ClientStream(call, callback) {
      called.push('ClientStream');
      echoHandlers.ClientStream?.(call, callback);
    },
    Bidi(call) {
      called.push('Bidi');
      echoHandlers.Bidi?.(call);
    },
  });
  closers.push(echo.close);
  return Object.assign(echo, { called });
}

const streamed = (url: string, path: string, body: string, type = 'application/x-ndjson') =>
  fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });

/** How a socket ends that sends these frames. */
async function closeOf(port: number, path: string, frames: readonly string[]): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await once(socket, 'open');
  for (const frame of frames) socket.send(frame);
  const [code] = await once(socket, 'close');
  return Number(code);
}

describe('a stream without any message', () => {
  const rule = { authorization: { rule: 'request.name == "mine"' } };

  it.each([
    ['no bytes', 'application/x-ndjson', ''],
    ['blanks', 'application/x-ndjson', ' \n\n '],
    ['an empty list', 'application/json', '[]'],
    ['no delimited message', 'application/x-protobuf', ''],
  ])('made of %s does not pass a rule for messages', async (_, type, body) => {
    const { url, called } = await start({ 't.T.ClientStream': rule });
    expect((await streamed(url, '/v1/collect', '{"name":"mine"}\n')).status).toBe(200);
    expect((await streamed(url, '/v1/collect', body, type)).status).toBe(403);
    expect(called).toEqual(['ClientStream']);
  });

  it('is judged by its path over a socket, too', async () => {
    const { port, called } = await start({ 't.T.Bidi': rule });
    expect(await closeOf(port, '/v1/talk/yours', [''])).toBe(4007);
    expect(called).toEqual([]);
    expect(await closeOf(port, '/v1/talk/mine', [''])).toBe(1000);
    expect(called).toEqual(['Bidi']);
  });

  it('counts for a limit by what messages say', async () => {
    const limit = { by: 'field', field: 'name', requests: 1, per: '1d' } as const;
    const { url, called } = await start({ 't.T.ClientStream': { rateLimits: [limit] } });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await streamed(url, '/v1/collect', '')).status);
    expect(statuses).toEqual([200, 429, 429]);
    expect(called).toEqual(['ClientStream']);
  });

  it('passes where no message would be refused', async () => {
    const { url } = await start({
      't.T.ClientStream': { authorization: { rule: 'size(request.name) < 9' } },
    });
    expect((await streamed(url, '/v1/collect', '')).status).toBe(200);
  });
});

describe('a handshake that comes to nothing', () => {
  const handshake = (more: string) =>
    `GET /v1/talk/a HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n${more}\r\n`;

  it.each([
    ['without a key', 'sec-websocket-version: 13\r\n'],
    ['with a key that is none', 'sec-websocket-version: 13\r\nsec-websocket-key: a\r\n'],
    ['of another version', 'sec-websocket-version: 7\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'],
    [
      'with subprotocols that are none',
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: a,,b\r\n',
    ],
  ])('%s keeps no place of those that a method has', async (_, fields) => {
    const { port, adminUrl } = await start({ 't.T.Bidi': { concurrency: { max: 1 } } });
    expect((await sendRaw(port, handshake(fields))).text).toMatch(/^HTTP\/1\.1 4/);
    expect(await closeOf(port, '/v1/talk/a', [''])).toBe(1000);
    expect(await (await fetch(`${adminUrl}/readyz?verbose`)).json()).toMatchObject({ inFlight: 0 });
  });
});
