import type { Server } from 'node:http';
import type { Clock } from '../clock.js';
import type { GateResources } from '../gate/index.js';
import type { Gateway } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import type { Recorder } from '../telemetry/index.js';
import type { Channels } from '../upstream/index.js';
import { type AnswerParts, createAnswers } from './admin/answers.js';
import { createLoopWatch } from './admin/loop-watch.js';
import { type Ask, askHere } from './admin/operation.js';
import type { GatewayApp } from './app.js';
import { createNodeServer } from './node.js';
import type { SecurityHeaders } from './security-headers.js';
import { type ListenTls, loadServerTls } from './tls.js';
import type { WebSocketOrigins } from './websocket.js';

/** What clients are served with. */
export interface Parts {
  readonly core: Gateway;
  readonly app: GatewayApp;
  readonly gate: GateResources;
  readonly channels: Channels;
  readonly recorder: Recorder;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly webSocketOrigins: WebSocketOrigins;
  readonly security: SecurityHeaders;
  readonly explain: AnswerParts['explain'];
}

/** The connections of one process, whoever accepts them. */
export interface Clients {
  /** Serves what is a connection to it; does not listen. */
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  /** Asks this process. */
  readonly ask: Ask;
  /**
   * Readiness turns false, no new stream is taken, clients of server-sent events and WebSockets are sent away,
   * each answer is the last one of its connection, and what is under way may finish within
   * `limits.drainTimeoutMs`; then streams get a final error, and whatever is left is cut.
   */
  drain(): Promise<void>;
}

/** How often a process that drains looks whether it is done. */
const drainCheckMs = 20;

/** For the final errors of streams to reach their clients. */
const lastWordsMs = 500;

/** Throws DiagnosticsError when no TLS can be made of its files. */
export async function serveClients(
  { core, app, gate, channels, recorder, limits, clock, webSocketOrigins, security, explain }: Parts,
  { tls }: { readonly tls?: ListenTls },
): Promise<Clients> {
  const openTls = tls && (await loadServerTls(tls, limits, clock));
  const clients = createNodeServer(core, app, limits, webSocketOrigins, security, openTls);
  let ready = true;
  // Not the gateway's own count: hand-written routes are requests too, and an answer is under way until its last
  // byte is with the operating system.
  const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, drainCheckMs));
  const wait = async (untilMs: number, isOver: () => boolean): Promise<void> => {
    while (!isOver() && clock.now() < untilMs) await turn();
  };
  const isIdle = (): boolean => {
    clients.closeIdle();
    return clients.busy === 0;
  };
  return {
    server: clients.server,
    scheme: tls === undefined ? 'http' : 'https',
    ask: askHere(
      createAnswers({
        core,
        gate,
        channels,
        recorder,
        loop: createLoopWatch(clock),
        isServing: () => ready,
        explain,
      }),
    ),
    async drain() {
      ready = false;
      core.drain();
      clients.drain();
      const began = clock.now();
      // A request may be on its way on a connection that looks idle from here.
      for (let ms = 0; ms < limits.drainQuietMs && clients.connections > 0; ms += drainCheckMs) await turn();
      await wait(began + limits.drainTimeoutMs, isIdle);
      core.cut();
      await wait(clock.now() + lastWordsMs, isIdle);
      clients.closeAll();
    },
  };
}
