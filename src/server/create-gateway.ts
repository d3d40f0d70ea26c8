import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { systemClock } from '../clock.js';
import type { OpenApiBuild, OpenApiOptions } from '../contract/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { createGatewayCore, type Explanation } from '../gateway/index.js';
import { type SurfaceSummary, summarize } from '../surface/index.js';
import { createRecorder, type Recorder } from '../telemetry/index.js';
import type { Upstream } from '../upstream/index.js';
import { type Access, accessOf } from './access.js';
import { type ExplainArguments, explainHere } from './admin/operations/explain.js';
import { type AppEnvironment, createApp } from './app.js';
import type { Received } from './fetch.js';
import { boundedFlush } from './flushed.js';
import { type Generation, nextGeneration } from './generation.js';
import { type Listener, type ListenOptions, listen } from './listen.js';
import { watchGateway } from './metrics.js';
import type { GatewayOptions } from './options.js';
import { docsOptions } from './portal/options.js';
import { createReloads, type ReloadResult } from './reload.js';
import { createRpc, type Rpc } from './rpc.js';
import { type ClientOptions, type CurrentSettings, type Parts, serveClients } from './serve-clients.js';
import { createWatches, type Watches } from './watches.js';
import type { PrimaryLink } from './workers/link.js';

/** A running gateway: an app to mount, or to listen with. */
export interface PropylonGateway {
  /** Serves every route by `fetch`; mount it with `app.route(prefix, gateway.app)`. */
  readonly app: Hono;
  /** Warnings and notes of the load; errors are thrown instead. */
  readonly diagnostics: readonly Diagnostic[];
  /** Labels of the sources, in order. */
  readonly sources: readonly string[];
  readonly counts: { readonly services: number; readonly methods: number; readonly routes: number };
  /** Who may come in; undefined where nobody has declared a policy or a provider, and everybody may. */
  readonly access: Access | undefined;
  /** Path of the page with the API's documentation; undefined where there is none. */
  readonly docsPath: string | undefined;
  summary(): SurfaceSummary;
  /** What is served as an OpenAPI document: 3.1, for the public, unless something else is asked for. */
  openApi(options?: Partial<Omit<OpenApiOptions, 'limits'>>): OpenApiBuild;
  /** What would happen to a request, stage by stage; with `send` it is made. */
  explain(asked: ExplainArguments): Promise<Explanation>;
  /** What ts-proto's typed clients call, over the gateway's own channels. */
  rpc(service: string): Rpc;
  /**
   * As `app.fetch`, for platforms that receive requests themselves and may stop this process once they have an answer:
   * the last byte comes when the spans of the request are sent, or `limits.traceFlushTimeoutMs` has passed.
   */
  fetch(request: Request, received: Received): Promise<Response>;
  /** Serves requests of a server that is somebody else's: Express, the Functions Framework. */
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The same for platforms that may stop this process, as `fetch`. */
  readonly functionListener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /**
   * Reads everything that is configured anew, as the first options say or the given ones, and serves it from the next
   * request on; those under way end on what they began with. Where something is wrong, nothing changes. Never rejects.
   * What runs inside of the gateway (`log`, `warn`, `tracer`, `routes`, `onReload`) stays what it was.
   */
  reload(options?: GatewayOptions): Promise<ReloadResult>;
  /** Listens for clients and, apart, for operators. */
  listen(options?: ListenOptions): Promise<Listener>;
  /**
   * Serves, as a worker, what the primary hands over, which is told what is served. Resolves once it has told this
   * process to end, or is gone, and what was under way is done.
   */
  join<T>(
    primary: PrimaryLink,
    where: ClientOptions,
    announcementOf: (gateway: PropylonGateway, scheme: 'http' | 'https') => T,
  ): Promise<'done' | 'orphaned'>;
  /** Closes the channels; listeners are closed by their own `close`. */
  close(): Promise<void>;
}

/**
 * Loads the sources, builds the surface and connects nothing yet: channels connect with their first call.
 * Throws DiagnosticsError with everything that is wrong, not with the first of it.
 */
export async function createGateway(options: GatewayOptions): Promise<PropylonGateway> {
  const recorder = createRecorder(systemClock);
  let changed = (): void => undefined;
  const watches = options.watch === true ? createWatches(systemClock, () => changed()) : undefined;
  let first: Generation | undefined;
  try {
    const { signal } = new AbortController();
    const load = () => nextGeneration({ ...options, log: recorded(options, recorder) }, signal, watches);
    first = await (watches?.reading(load) ?? load());
    // Only what is the same as before is none.
    if (first === undefined) throw new Error('Nothing was loaded.');
    const gateway = assemble(options, first, recorder, watches);
    changed = () => void gateway.reload();
    return gateway;
  } catch (error) {
    watches?.close();
    await first?.release();
    throw error;
  }
}

function recorded({ log }: GatewayOptions, recorder: Recorder): NonNullable<GatewayOptions['log']> {
  return (event, asked) => {
    log?.(event, asked);
    recorder.record(event);
  };
}

function assemble(
  { tracer, routes, logLevels, info }: GatewayOptions,
  first: Generation,
  recorder: Recorder,
  watches: Watches | undefined,
): PropylonGateway {
  first.loaded.settle();
  const core = createGatewayCore({ ...first.serving, clock: systemClock, tracer });
  const reloads = createReloads(core, first, watches);
  const current: CurrentSettings = {
    get limits() {
      return reloads.current.limits;
    },
    get webSocketOrigins() {
      return reloads.current.options.webSocketOrigins ?? [];
    },
    get security() {
      return reloads.current.security;
    },
    get gate() {
      return reloads.current.gate;
    },
    get upstreams() {
      return reloads.current.loaded.backends.map(({ upstream }) => upstream);
    },
    get effective() {
      return reloads.current.options.effective;
    },
    get channels() {
      return reloads.current.parts.channels.value;
    },
  };
  const { metrics } = first.parts;
  if (metrics !== undefined) watchGateway(metrics, core, current);
  const explain = async (asked: ExplainArguments): Promise<Explanation> => {
    const { serving, gate, loaded } = reloads.current;
    const retain = (upstream: Upstream) => loaded.channels.retain(upstream);
    const options = { ...serving, clock: systemClock, tracer };
    const release = core.hold();
    try {
      return await explainHere({ options, gate, random: Math.random, retain }, asked);
    } finally {
      release();
    }
  };
  const rpc = createRpc((name) => {
    const { limits, transport } = reloads.current;
    const found = transport(name);
    return found && { transport: found, limits, release: core.hold() };
  }, systemClock);
  const own = createApp(core, routes === undefined ? undefined : (app) => routes(app, () => rpc), current);
  const flush = tracer && boundedFlush(tracer, () => reloads.current.limits.traceFlushTimeoutMs, systemClock);
  const listener = (fetch: Parameters<typeof getRequestListener>[0]) =>
    getRequestListener(fetch, { overrideGlobalObjects: false });
  const reload = (next?: GatewayOptions): Promise<ReloadResult> => reloads.reload(next);
  const parts: Parts = {
    core,
    app: own,
    current,
    recorder,
    metrics,
    clock: systemClock,
    info,
    explain,
    readiness: first.options.readiness ?? {},
    logLevels,
    reload: () => reload(),
  };
  const gateway: PropylonGateway = {
    app: own.app,
    get diagnostics() {
      return reloads.current.loaded.diagnostics;
    },
    get sources() {
      return reloads.current.loaded.sources.map((source) => source.label);
    },
    get counts() {
      const { serviceCount: services, methodCount: methods, routes } = core.surface;
      return { services, methods, routes: routes.length };
    },
    get access() {
      return accessOf(core.surface, reloads.current.gate);
    },
    get docsPath() {
      return docsOptions(reloads.current.options)?.path;
    },
    summary: () => summarize(core.surface),
    openApi: (wanted = {}) => reloads.current.openApi(wanted),
    explain,
    rpc: () => rpc,
    fetch: async (request, received) => own.app.fetch(request, { received, flush } satisfies AppEnvironment),
    requestListener: listener(own.app.fetch),
    functionListener: listener((request, environment) => own.app.fetch(request, { ...environment, flush })),
    reload,
    listen: (where = {}) => listen(parts, where),
    async join(primary, where, announcementOf) {
      const clients = await serveClients(parts, where);
      return primary.serve(clients, announcementOf(gateway, clients.scheme));
    },
    close: async () => {
      await reloads.close();
      // Last: the calls that were just cut are spans too.
      await tracer?.close();
    },
  };
  return gateway;
}
