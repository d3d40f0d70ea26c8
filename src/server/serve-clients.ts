import type { Server } from 'node:http';
import type { Clock } from '../clock.js';
import type { EffectiveConfig } from '../config/index.js';
import type { GateResources } from '../gate/index.js';
import type { Gateway } from '../gateway/index.js';
import { type LogLevels, type Metrics, type Recorder, watchProcess } from '../telemetry/index.js';
import type { Channels, Upstream } from '../upstream/index.js';
import { type AnswerParts, createAnswers } from './admin/answers.js';
import { createLoopWatch } from './admin/loop-watch.js';
import { type Ask, askHere } from './admin/operation.js';
import type { Phase } from './admin/operations/health.js';
import type { GatewayApp } from './app.js';
import { handshakeLog } from './handshake-log.js';
import { createNodeServer, type ListenerSettings } from './node.js';
import type { GatewayOptions } from './options.js';
import { createProxyProtocol } from './proxy-protocol.js';
import { type ReadinessOptions, watchUpstreams } from './readiness.js';
import type { ReloadResult } from './reload.js';
import { type ListenTls, loadServerTls } from './tls.js';

/** What listeners and operators look up whenever it counts: a reload may have changed it. */
export interface CurrentSettings extends ListenerSettings {
  readonly gate: GateResources;
  readonly channels: Channels;
  /** Those of all backends. */
  readonly upstreams: readonly Upstream[];
  readonly effective: EffectiveConfig | undefined;
}

/** What clients are served with. */
export interface Parts {
  readonly core: Gateway;
  readonly app: GatewayApp;
  readonly current: CurrentSettings;
  readonly recorder: Recorder;
  /** Undefined where nothing is counted. */
  readonly metrics?: Metrics | undefined;
  readonly clock: Clock;
  readonly info?: GatewayOptions['info'];
  readonly explain: AnswerParts['explain'];
  readonly readiness: ReadinessOptions;
  readonly logLevels: LogLevels | undefined;
  readonly reload: () => Promise<ReloadResult>;
}

/** How connections of clients begin. */
export interface ClientOptions {
  /** TLS for clients. Default none. */
  readonly tls?: ListenTls;
  /** Addresses and ranges (CIDR) of proxies whose connections begin with a header of the PROXY protocol. Default none. */
  readonly proxyProtocolFrom?: readonly string[];
}

/** The connections of one process, whoever accepts them. */
export interface Clients {
  /** Serves what is a connection to it; does not listen. */
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  /** Asks this process. */
  readonly ask: Ask;
  /**
   * Readiness turns false, and clients are asked to connect elsewhere: each answer is the last one of its connection.
   * All is answered, also on new connections. Resolves `limits.drainDelayMs` after the first call.
   */
  leave(): Promise<void>;
  /**
   * Readiness turns false, clients of server-sent events and WebSockets are sent away,
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
  { core, app, current, recorder, clock, ...parts }: Parts,
  { tls, proxyProtocolFrom = [] }: ClientOptions,
): Promise<Clients> {
  const proxies =
    proxyProtocolFrom.length === 0
      ? undefined
      : createProxyProtocol(proxyProtocolFrom, current.limits.requestHeadTimeoutMs);
  const { metrics, info = () => undefined } = parts;
  const loadedTls = tls && (await loadServerTls(tls, current.limits, clock, handshakeLog(info, clock)));
  const clients = createNodeServer(core, app, current, loadedTls?.open, proxies);
  const stopWatching = metrics === undefined ? () => undefined : watchProcess(metrics);
  if (loadedTls !== undefined) {
    metrics?.watch('certificateExpiry', () => [[loadedTls.expiresAt() / 1_000]]);
    metrics?.watch('tlsHandshakeFailures', () =>
      Object.entries(loadedTls.failures).map(([reason, count]) => [count, reason]),
    );
  }
  const reached = watchUpstreams(current, parts.readiness, clock);
  let phase: Phase = 'serving';
  let left: Promise<void> | undefined;
  const leave = (): Promise<void> => {
    if (phase === 'serving') phase = 'leaving';
    clients.leave();
    left ??=
      current.limits.drainDelayMs === 0
        ? Promise.resolve()
        : new Promise((resolve) => void clock.after(current.limits.drainDelayMs, resolve));
    return left;
  };
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
        current,
        recorder,
        metrics,
        loop: createLoopWatch(clock),
        explain: parts.explain,
        phase: () => phase,
        checks: () => [reached.check() ?? []].flat(),
        leave: () => void leave(),
        logLevels: parts.logLevels,
        reload: parts.reload,
      }),
    ),
    leave,
    async drain() {
      const { limits } = current;
      phase = 'ending';
      reached.close();
      core.drain();
      clients.drain();
      const began = clock.now();
      // A request may be on its way on a connection that looks idle from here.
      for (let ms = 0; ms < limits.drainQuietMs && clients.connections > 0; ms += drainCheckMs) await turn();
      await wait(began + limits.drainTimeoutMs, isIdle);
      core.cut();
      await wait(clock.now() + lastWordsMs, isIdle);
      clients.closeAll();
      stopWatching();
    },
  };
}
