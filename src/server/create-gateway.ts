import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { systemClock } from '../clock.js';
import { type OpenApiBuild, type OpenApiOptions, openApiDocument } from '../contract/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { createGateResources, type GateResources } from '../gate/index.js';
import {
  createGatewayCore,
  defaultMetadataRules,
  defaultStreamRules,
  type Explanation,
  type GatewayCoreOptions,
} from '../gateway/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import { outlineSurface, type SurfaceSummary, selectorTable, summarize } from '../surface/index.js';
import { createRecorder, type Recorder, type RequestEvent, type TracedRequest } from '../telemetry/index.js';
import { type Channels, type Method, unknownMethod } from '../upstream/index.js';
import { type Access, accessOf } from './access.js';
import { type ExplainArguments, explainHere } from './admin/operations/explain.js';
import { type AppEnvironment, createApp } from './app.js';
import { type Audit, createAudit } from './audit.js';
import { appendTo } from './audit-file.js';
import type { Received } from './fetch.js';
import { gateHost } from './gate-host.js';
import { type Listener, type ListenOptions, listen } from './listen.js';
import { type Loaded, load, loadXdsFor, openChannels } from './load.js';
import type { GatewayOptions } from './options.js';
import { createRpc, type Rpc } from './rpc.js';
import { securityHeaders } from './security-headers.js';

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
  summary(): SurfaceSummary;
  /** What is served as an OpenAPI document: 3.1, for the public, unless something else is asked for. */
  openApi(options?: Partial<Omit<OpenApiOptions, 'limits'>>): OpenApiBuild;
  /** What would happen to a request, stage by stage; with `send` it is made. */
  explain(asked: ExplainArguments): Promise<Explanation>;
  /** What ts-proto's typed clients call, over the gateway's own channels. */
  rpc(service: string): Rpc;
  /** As `app.fetch`, for platforms that receive requests themselves. */
  fetch(request: Request, received: Received): Promise<Response>;
  /** Serves requests of a server that is somebody else's: Express, the Functions Framework. */
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Listens for clients and, apart, for operators. */
  listen(options?: ListenOptions): Promise<Listener>;
  /** Closes the channels; listeners are closed by their own `close`. */
  close(): Promise<void>;
}

/**
 * Loads the sources, builds the surface and connects nothing yet: channels connect with their first call.
 * Throws DiagnosticsError with everything that is wrong, not with the first of it.
 */
export async function createGateway(options: GatewayOptions): Promise<PropylonGateway> {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const host = gateHost(options, limits);
  const audit =
    options.audit && createAudit(options.audit, await appendTo(options.audit.file, host.warn), systemClock);
  const channels = openChannels(limits, await loadXdsFor(options), options.tracer !== undefined);
  const gate = createGateResources(options.gate ?? {}, host);
  try {
    const loaded = await load(options, limits, channels, gate);
    return assemble(options, limits, { channels, gate, audit }, loaded);
  } catch (error) {
    await Promise.all([channels.close(), gate.close()]);
    throw error;
  }
}

/** What outlives a surface. */
interface Parts {
  readonly channels: Channels;
  readonly gate: GateResources;
  readonly audit: Audit | undefined;
}

function assemble(
  options: GatewayOptions,
  limits: Limits,
  { channels, gate, audit }: Parts,
  { registry, surface, input, backends, sources, diagnostics }: Loaded,
): PropylonGateway {
  const recorder = createRecorder(systemClock);
  const coreOptions: GatewayCoreOptions = {
    surface,
    limits,
    clock: systemClock,
    proxies: gate.proxies,
    metadata: options.metadata ?? defaultMetadataRules,
    ownNames: gate.ownNames,
    streamRules: {
      envelope: options.streamEnvelope ?? defaultStreamRules.envelope,
      cleanEnd: options.streamCleanEnd ?? defaultStreamRules.cleanEnd,
      sseRetryMs: options.sse?.retryMs,
    },
    methodOverride: options.methodOverride,
    tracer: options.tracer,
    log: logOf(options.log, audit, recorder),
  };
  const core = createGatewayCore(coreOptions);
  const explain = (asked: ExplainArguments): Promise<Explanation> =>
    explainHere(
      {
        options: { ...coreOptions, surface: core.surface },
        gate,
        random: Math.random,
        retain: (upstream) => channels.retain(upstream),
      },
      asked,
    );
  const table = selectorTable(backends);
  const rpc = createRpc(
    (name) => {
      const method = registry.method(name);
      const backend = method && table.find(method);
      // Never released: a typed client may be kept as long as the gateway lives; `close` ends them all.
      return backend && channels.retain(backend.upstream).channel.method(methodOf(name));
    },
    limits,
    systemClock,
  );
  const security = securityHeaders(options.securityHeaders ?? {}, gate.proxies);
  const own = createApp(
    core,
    options.routes === undefined ? undefined : (app) => options.routes?.(app, () => rpc),
    security,
  );
  return {
    app: own.app,
    diagnostics,
    sources: sources.map((source) => source.label),
    counts: { services: surface.serviceCount, methods: surface.methodCount, routes: surface.routes.length },
    access: accessOf(surface, gate),
    summary: () => summarize(core.surface),
    openApi: (wanted = {}) =>
      openApiDocument(outlineSurface(input).outline, {
        version: '3.1',
        audience: 'public',
        limits,
        ...wanted,
      }),
    explain,
    rpc: () => rpc,
    fetch: async (request, received) => own.app.fetch(request, { received } satisfies AppEnvironment),
    requestListener: getRequestListener(own.app.fetch, { overrideGlobalObjects: false }),
    listen: (where = {}) =>
      listen(
        {
          core,
          app: own,
          gate,
          channels,
          recorder,
          limits,
          clock: systemClock,
          webSocketOrigins: options.webSocketOrigins ?? [],
          security,
          explain,
          upstreams: backends.map(({ upstream }) => upstream),
          readiness: options.readiness ?? {},
          logLevels: options.logLevels,
          effective: options.effective,
        },
        where,
      ),
    close: async () => {
      await Promise.all([channels.close(), gate.close(), audit?.close()]);
      // Last: the calls that were just cut are spans too.
      await options.tracer?.close();
    },
  };
}

function logOf(
  log: NonNullable<GatewayOptions['log']> = () => undefined,
  audit: Audit | undefined,
  recorder: Recorder,
) {
  return (event: RequestEvent, asked: TracedRequest): void => {
    log(event, asked);
    recorder.record(event);
    audit?.note(event);
  };
}

/** "pkg.Service.Method" as typed clients call it: nothing is known of its messages. */
function methodOf(name: string): Method {
  const dot = name.lastIndexOf('.');
  return unknownMethod(`/${name.slice(0, dot)}/${name.slice(dot + 1)}`);
}
