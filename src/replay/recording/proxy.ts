import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { replayDefaults } from '../../replay-defaults.js';
import { forwardedFields } from './forwarded.js';
import { endToEnd, fieldsOf } from './hop-by-hop.js';
import type { Tap } from './tap.js';
import { tunnel } from './tunnel.js';

export interface ProxyOptions {
  readonly to: URL;
  /** Who listens to an exchange, if anybody. */
  readonly tap: (request: IncomingMessage) => Tap | undefined;
  /** Told of each connection that is handed through as it is. */
  readonly onTunnel: () => void;
}

/** A reverse proxy in front of one gateway, not listening yet: what comes passes as it comes, both ways. */
export function createProxy({ to, tap, onTunnel }: ProxyOptions): {
  readonly server: http.Server;
  /** Ends the upgraded connections, which the server does not know and which would not end by themselves. */
  readonly endTunnels: () => void;
  /** Ends the connections to the gateway. */
  readonly destroy: () => void;
} {
  const agent = new (to.protocol === 'https:' ? https : http).Agent({ keepAlive: true });
  const server = http.createServer({
    maxHeaderSize: replayDefaults.headBytesMax,
    requireHostHeader: false,
    // Uploads may take as long as the gateway lets them.
    requestTimeout: 0,
  });
  const open = (request: IncomingMessage, headers: readonly [string, string][]): ClientRequest =>
    (to.protocol === 'https:' ? https : http).request({
      agent,
      hostname: to.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: to.port,
      method: request.method,
      path: request.url,
      headers: headers.flat(),
      maxHeaderSize: replayDefaults.headBytesMax,
    });
  server.on('request', (request, response) => pass(request, response, tap(request), open, to));
  // The gateway says whether it wants the body.
  server.on('checkContinue', (request, response) => pass(request, response, tap(request), open, to));
  const tunnels = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    onTunnel();
    tunnels.add(socket);
    socket.on('close', () => tunnels.delete(socket));
    tunnel(open(request, [...forwardedFields(request, to), ...upgradeFields(request)]), socket, head);
  });
  const endTunnels = (): void => {
    for (const socket of tunnels) socket.destroy();
  };
  return { server, endTunnels, destroy: () => agent.destroy() };
}

function upgradeFields({ headers }: IncomingMessage): [string, string][] {
  return [
    ['Connection', 'Upgrade'],
    ['Upgrade', headers.upgrade ?? ''],
  ];
}

type Open = (request: IncomingMessage, headers: readonly [string, string][]) => ClientRequest;

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  tap: Tap | undefined,
  open: Open,
  to: URL,
): void {
  const headers = forwardedFields(request, to);
  const hasBody = headers.some(
    ([name, value]) =>
      /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && !/^0*$/.test(value)),
  );
  // What the gateway sends is all there is to say, its date included.
  response.sendDate = false;
  attempt(true);

  function attempt(isFirst: boolean): void {
    const outgoing = open(request, headers);
    const leave = (): void => {
      if (response.writableFinished) return;
      tap?.end({ aborted: 'client' });
      outgoing.destroy();
    };
    response.on('close', leave);
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('information', ({ statusCode, headers: hints }) => inform(response, statusCode, hints));
    let isAnswered = false;
    outgoing.on('response', (answer) => {
      isAnswered = true;
      answerWith(answer, response, tap);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // Who answers early may take no more of the body; if the answer breaks off, it says so itself.
      if (isAnswered) return;
      // A connection that was kept for too long: nothing has been asked yet.
      const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET' && !hasBody;
      if (isFirst && isStale && !response.headersSent && !response.destroyed) {
        response.off('close', leave);
        attempt(false);
        return;
      }
      tap?.end({ aborted: 'upstream' });
      fail(response, error);
    });
    if (hasBody) {
      if (tap !== undefined) request.on('data', tap.requestBytes);
      request.pipe(outgoing);
    } else outgoing.end();
  }
}

/** 1xx on the way; 103 is all that Node lets a server say with fields. */
function inform(response: ServerResponse, status: number, hints: http.IncomingHttpHeaders): void {
  if (status === 102) response.writeProcessing();
  if (status === 103 && hints['link'] !== undefined) {
    const texts = Object.entries(hints).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    response.writeEarlyHints({ link: [], ...Object.fromEntries(texts) });
  }
}

function answerWith(answer: IncomingMessage, response: ServerResponse, tap: Tap | undefined): void {
  const status = answer.statusCode ?? 502;
  tap?.answerHead(status, answer.rawHeaders);
  response.writeHead(status, answer.statusMessage ?? '', endToEnd(fieldsOf(answer.rawHeaders)).flat());
  response.flushHeaders();
  if (tap !== undefined) answer.on('data', tap.answerBytes);
  answer.on('end', () => {
    if (answer.rawTrailers.length > 0) response.addTrailers(fieldsOf(answer.rawTrailers));
    tap?.end({ trailers: answer.rawTrailers });
    response.end();
  });
  answer.on('error', () => {
    tap?.end({ aborted: 'upstream' });
    // The client must not take what it has for the whole.
    response.destroy();
  });
  answer.pipe(response, { end: false });
}

function fail(response: ServerResponse, { message }: Error): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ code: 14, message: `The recorder cannot reach the gateway: ${message}` });
  response.writeHead(502, { 'content-type': 'application/json' }).end(body);
}
