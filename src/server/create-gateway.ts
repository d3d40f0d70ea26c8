import type { Hono } from 'hono';
import { systemClock } from '../clock.js';
import { createCompiledCodecs, defaultCodecOptions } from '../codec/index.js';
import {
  buildRegistry,
  type DescriptorRegistry,
  type DescriptorSource,
  reflectionSource,
} from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import { createGatewayCore, defaultMetadataRules } from '../gateway/index.js';
import { mergeRules, type RulesOverlay, readRulesFile } from '../httprule/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import {
  buildSurface,
  defaultRequestOptions,
  type Surface,
  type SurfaceSummary,
  selectorTable,
  selects,
  summarize,
} from '../surface/index.js';
import {
  type ChannelHost,
  type Channels,
  createChannel,
  createChannels,
  createGrpcJsTransport,
  lookupAddresses,
  type Method,
  parseUpstream,
  type Upstream,
} from '../upstream/index.js';
import { createApp } from './app.js';
import { type Listener, type ListenOptions, listen } from './listen.js';
import type { GatewayOptions } from './options.js';
import { createRpc, type Rpc } from './rpc.js';

/** A running gateway: an app to mount, or to listen with. */
export interface PropylonGateway {
  /** Serves every route by `fetch`; mount it with `app.route(prefix, gateway.app)`. */
  readonly app: Hono;
  /** Warnings and notes of the load; errors are thrown instead. */
  readonly diagnostics: readonly Diagnostic[];
  /** Labels of the sources, in order. */
  readonly sources: readonly string[];
  readonly counts: { readonly services: number; readonly methods: number; readonly routes: number };
  summary(): SurfaceSummary;
  /** What ts-proto's typed clients call, over the gateway's own channels. */
  rpc(service: string): Rpc;
  /** Listens for clients and, apart, for operators. */
  listen(options?: ListenOptions): Promise<Listener>;
  /** Closes the channels; listeners are closed by their own `close`. */
  close(): Promise<void>;
}

/** A source that does not answer in this time is one that is not there. */
const loadTimeoutMs = 60_000;

/**
 * Loads the sources, builds the surface and connects nothing yet: channels connect with their first call.
 * Throws DiagnosticsError with everything that is wrong, not with the first of it.
 */
export async function createGateway(options: GatewayOptions): Promise<PropylonGateway> {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const host: ChannelHost = {
    connect: ({ target, authority }) =>
      createGrpcJsTransport(target, {
        responseMessageBytesMax: limits.responseMessageBytesMax,
        authority,
        clock: systemClock,
      }),
    lookup: lookupAddresses,
    clock: systemClock,
    random: Math.random,
  };
  const channels = createChannels((upstream) => createChannel(upstream, host));
  try {
    return await build(options, limits, channels);
  } catch (error) {
    await channels.close();
    throw error;
  }
}

async function build(options: GatewayOptions, limits: Limits, channels: Channels): Promise<PropylonGateway> {
  const diagnostics: Diagnostic[] = [];
  const backends = parseBackends(options, diagnostics);
  const rules = readRules(options, diagnostics);
  const sources = [
    ...(options.sources ?? []),
    ...reflectionSources(options.reflect ?? [], channels, limits, diagnostics),
  ];
  const sets = await loadAll(sources, diagnostics);
  const { registry, diagnostics: linking } = buildRegistry(sets);
  diagnostics.push(...linking);
  refuseErrors(diagnostics);

  for (const target of options.reflect ?? []) {
    const listed = sets.filter((set) => set.label === `reflection ${target}`);
    backends.push(...impliedBackends(buildRegistry(listed).registry, target, backends));
  }
  const { surface, diagnostics: found } = buildSurface(
    {
      generation: 1,
      registry,
      rules,
      backends,
      codecs: createCompiledCodecs(registry.types, limits),
      codecOptions: { ...defaultCodecOptions, ...options.json },
      limits,
      conflicts: options.conflicts ?? 'warn',
      trailingSlash: options.trailingSlash ?? 'strict',
      multiSegmentDecoding: options.multiSegmentDecoding ?? 'slash',
      requestOptions: { ...defaultRequestOptions, ...options.requests },
      methodRequestOptions: options.methodRequests ?? [],
      streamDefaults: options.streamFormats ?? [],
      errorForm: options.errors ?? 'status',
      timeouts: options.timeouts ?? [],
      methodCodecOptions: options.methodJson ?? [],
      eventIds: options.sse?.eventIds ?? [],
    },
    channels,
  );
  diagnostics.push(...found);
  refuseErrors(diagnostics);
  if (surface === undefined) throw new DiagnosticsError(diagnostics);
  return assemble(options, limits, channels, surface, registry, backends, diagnostics, sources);
}

function assemble(
  options: GatewayOptions,
  limits: Limits,
  channels: Channels,
  surface: Surface,
  registry: DescriptorRegistry,
  backends: readonly ParsedBackend[],
  diagnostics: readonly Diagnostic[],
  sources: readonly DescriptorSource[],
): PropylonGateway {
  const core = createGatewayCore({
    surface,
    limits,
    clock: systemClock,
    metadata: options.metadata ?? defaultMetadataRules,
    sseRetryMs: options.sse?.retryMs,
    methodOverride: options.methodOverride,
    log: options.log ?? (() => undefined),
  });
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
  const own = createApp(
    core,
    options.routes === undefined ? undefined : (app) => options.routes?.(app, () => rpc),
  );
  return {
    app: own.app,
    diagnostics,
    sources: sources.map((source) => source.label),
    counts: { services: surface.serviceCount, methods: surface.methodCount, routes: surface.routes.length },
    summary: () => summarize(core.surface),
    rpc: () => rpc,
    listen: (where = {}) =>
      listen(
        { core, app: own, limits, clock: systemClock, webSocketOrigins: options.webSocketOrigins ?? [] },
        where,
      ),
    close: () => channels.close(),
  };
}

interface ParsedBackend {
  readonly selector: string;
  readonly upstream: Upstream;
}

/** "pkg.Service.Method" as typed clients call it: nothing is known of its messages. */
function methodOf(name: string): Method {
  const dot = name.lastIndexOf('.');
  return { path: `/${name.slice(0, dot)}/${name.slice(dot + 1)}`, hashField: undefined };
}

function parseBackends(options: GatewayOptions, diagnostics: Diagnostic[]): ParsedBackend[] {
  const backends: ParsedBackend[] = [];
  for (const { selector, ...upstreamOptions } of options.backends ?? []) {
    const upstream = parseUpstream(upstreamOptions);
    if ('problem' in upstream) {
      diagnostics.push(targetProblem(`The backend of ${selector} cannot be used: ${upstream.problem}`));
    } else {
      backends.push({ selector, upstream });
    }
  }
  return backends;
}

function targetProblem(text: string): Diagnostic {
  return {
    severity: 'error',
    code: 'BACKEND_TARGET_INVALID',
    text,
    locations: [],
    hint: 'A target is host:port, host:port,host:port, dns:///name:port or unix:/path.',
  };
}

function readRules(options: GatewayOptions, diagnostics: Diagnostic[]): RulesOverlay {
  const overlays = (options.rules ?? []).map(({ file, text }) => {
    const { rules, diagnostics: found } = readRulesFile(text, file);
    diagnostics.push(...found);
    return rules;
  });
  return mergeRules(overlays);
}

function reflectionSources(
  targets: readonly string[],
  channels: Channels,
  limits: Limits,
  diagnostics: Diagnostic[],
): DescriptorSource[] {
  return targets.flatMap((text) => {
    const upstream = parseUpstream({ target: text });
    if ('problem' in upstream) {
      diagnostics.push(targetProblem(`The reflection target cannot be used: ${upstream.problem}`));
      return [];
    }
    const source = reflectionSource(text, (path) =>
      channels
        .retain(upstream)
        .channel.method({ path, hashField: undefined })
        .stream({
          path,
          metadata: [],
          deadline: systemClock.now() + loadTimeoutMs,
          signal: new AbortController().signal,
          responseMessageBytesMax: limits.responseMessageBytesMax,
        }),
    );
    return [source];
  });
}

/** All sources at once; what one lacks does not hide what another lacks. */
async function loadAll(
  sources: readonly DescriptorSource[],
  diagnostics: Diagnostic[],
): Promise<{ label: string; binary: Uint8Array }[]> {
  const results = await Promise.allSettled(
    sources.map(async (source) => ({
      label: source.label,
      binary: await source.load(AbortSignal.timeout(loadTimeoutMs)),
    })),
  );
  return results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [result.value];
    if (result.reason instanceof DiagnosticsError) {
      diagnostics.push(...result.reason.diagnostics);
    } else {
      const label = sources[index]?.label ?? 'A source';
      const reason = result.reason instanceof Error ? result.reason.message : String(result.reason);
      diagnostics.push({
        severity: 'error',
        code: 'SOURCE_UNREADABLE',
        text: `${label} could not be loaded: ${reason}`,
        locations: [],
      });
    }
    return [];
  });
}

/** What a reflecting server lists is served by it, unless a backend is named for it. */
function impliedBackends(
  registry: DescriptorRegistry,
  target: string,
  named: readonly ParsedBackend[],
): ParsedBackend[] {
  const upstream = parseUpstream({ target });
  if ('problem' in upstream) return [];
  return registry.services
    .filter((service) => !named.some((backend) => selects(backend.selector, service)))
    .map((service) => ({ selector: service.typeName, upstream }));
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    throw new DiagnosticsError(diagnostics);
}
