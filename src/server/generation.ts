import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../clock.js';
import { type OpenApiBuild, type OpenApiOptions, openApiDocument } from '../contract/index.js';
import { createGateResources, type GateResources } from '../gate/index.js';
import { defaultMetadataRules, defaultStreamRules, type Serving } from '../gateway/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import { SharedPart } from '../shared-part.js';
import { inSlices } from '../steps.js';
import { type Outline, outlineSteps, outlineSurface, selectorTable } from '../surface/index.js';
import {
  countRequests,
  createMetrics,
  type Metrics,
  type RequestEvent,
  type TracedRequest,
} from '../telemetry/index.js';
import { type Channels, type Method, type Transport, unknownMethod, type Xds } from '../upstream/index.js';
import { type Audit, createAudit } from './audit.js';
import { appendTo } from './audit-file.js';
import { gateHost } from './gate-host.js';
import { build, type Loaded, loadXdsFor, openChannels, readInputs } from './load.js';
import type { GatewayOptions } from './options.js';
import { docsOptions } from './portal/options.js';
import { createPortal } from './portal/portal.js';
import { type SecurityHeaders, securityHeaders } from './security-headers.js';
import type { Watches } from './watches.js';

/** Everything that one load has made. */
export interface Generation {
  readonly options: GatewayOptions;
  readonly limits: Limits;
  readonly loaded: Loaded;
  readonly gate: GateResources;
  readonly security: SecurityHeaders;
  /** What requests run on. */
  readonly serving: Serving;
  /** Of all that was read. */
  readonly digest: string;
  readonly parts: Parts;
  /** What carries calls to "pkg.Service.Method" until `release`; undefined where nothing does. */
  transport(name: string): Transport | undefined;
  openApi(wanted: Partial<Omit<OpenApiOptions, 'limits'>>): OpenApiBuild;
  /** What clients are served, made when it is first asked for. */
  outline(): Outline;
  /** As `outline`, made between other requests. */
  outlineInSlices(): Promise<Outline>;
  /** Gives back what it holds, once nothing runs on it any more; what the next holds too stays. */
  release(): Promise<void>;
}

/** What outlives a load, where the next is configured alike; the gate keeps its own. */
interface Parts {
  readonly xds: Xds | undefined;
  readonly channels: SharedPart<Channels>;
  readonly audit: SharedPart<Audit | undefined>;
  /** Those that the process began with; undefined where nothing is counted. */
  readonly metrics: Metrics | undefined;
}

/**
 * Loads everything anew, beside what is served. Undefined where nothing is different from `before`. Throws
 * DiagnosticsError with everything that is wrong; then nothing of it is left.
 */
export async function nextGeneration(
  options: GatewayOptions,
  signal: AbortSignal,
  watches?: Watches,
  before?: Generation,
): Promise<Generation | undefined> {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const metrics = before === undefined ? metricsOf(options) : before.parts.metrics;
  const host = gateHost(options, limits, metrics);
  const security = options.securityHeaders ?? {};
  const append = options.audit && (await appendTo(options.audit.file, host.warn));
  const xds = before?.parts.xds ?? (await loadXdsFor(options));
  const parts: Parts = {
    xds,
    metrics,
    channels: SharedPart.of(
      before?.parts.channels,
      [channelLimits(limits), xds !== undefined],
      () => openChannels(limits, xds, options.tracer !== undefined, metrics),
      (channels) => channels.close(),
    ),
    audit: SharedPart.of(
      before?.parts.audit,
      options.audit,
      () => options.audit && append && createAudit(options.audit, append, systemClock),
      (audit) => audit?.close(),
    ),
  };
  const release = async (): Promise<void> => {
    await Promise.all([parts.channels.release(), parts.audit.release()]);
  };
  let gate: GateResources | undefined;
  try {
    const channels = parts.channels.value;
    const inputs = await readInputs(options, limits, channels, signal, watches);
    const { digest } = inputs;
    if (before !== undefined && digest === before.digest && isSame(options, before.options)) {
      await release();
      return undefined;
    }
    gate = before?.gate.renew(options.gate ?? {}, host) ?? createGateResources(options.gate ?? {}, host);
    const generation = (before?.loaded.surface.generation ?? 0) + 1;
    const loaded = await build(options, inputs, { limits, channels, gate, generation });
    return assembled(
      options,
      limits,
      { loaded, gate, digest, security: securityHeaders(security, gate.proxies) },
      parts,
    );
  } catch (error) {
    await Promise.all([release(), gate?.close()]);
    throw error;
  }
}

/** Of sources it is known what they hold; whatever runs inside of the gateway is that of the first. */
function isSame(one: GatewayOptions, other: GatewayOptions): boolean {
  return isDeepStrictEqual(told(one), told(other));
}

function told({ sources: _, watch: __, logLevels: ___, tracer: ____, ...options }: GatewayOptions): object {
  const said = Object.entries(options).filter(
    ([, value]) => value !== undefined && typeof value !== 'function',
  );
  return Object.fromEntries(said);
}

/** The limits that make channels what they are. */
function channelLimits(limits: Limits): Partial<Limits> {
  const { responseMessageBytesMax, responseHeadBytesMax, connectTimeoutMs } = limits;
  const { reconnectDelayMsMin, reconnectDelayMsMax, connectionIdleMs } = limits;
  return {
    ...{ responseMessageBytesMax, responseHeadBytesMax, connectTimeoutMs },
    ...{ reconnectDelayMsMin, reconnectDelayMsMax, connectionIdleMs },
  };
}

function assembled(
  options: GatewayOptions,
  limits: Limits,
  made: Pick<Generation, 'loaded' | 'gate' | 'security' | 'digest'>,
  parts: Parts,
): Generation {
  const { loaded, gate } = made;
  let outlined: Outline | undefined;
  const outline = (): Outline => {
    outlined ??= outlineSurface(loaded.input).outline;
    return outlined;
  };
  const outlineInSlices = async (): Promise<Outline> => {
    outlined ??= (await inSlices(outlineSteps(loaded.input), systemClock)).outline;
    return outlined;
  };
  const docs = docsOptions(options);
  const { transport, release } = transports(loaded);
  return {
    ...made,
    options,
    limits,
    parts,
    transport,
    outline,
    outlineInSlices,
    serving: {
      surface: loaded.surface,
      limits,
      proxies: gate.proxies,
      metadata: options.metadata ?? defaultMetadataRules,
      ownNames: gate.ownNames,
      streamRules: {
        envelope: options.streamEnvelope ?? defaultStreamRules.envelope,
        cleanEnd: options.streamCleanEnd ?? defaultStreamRules.cleanEnd,
        sseRetryMs: options.sse?.retryMs,
      },
      methodOverride: options.methodOverride,
      pages: docs && createPortal(docs, { outline, gate, limits, clock: systemClock }),
      log: logOf(options.log, parts),
    },
    openApi: (wanted) =>
      openApiDocument(outline(), {
        version: '3.1',
        audience: 'public',
        limits,
        ...wanted,
      }),
    async release() {
      release();
      loaded.release();
      await Promise.all([parts.channels.release(), parts.audit.release(), gate.close()]);
    },
  };
}

/** Transports of methods by their names, whether they have routes or not. */
function transports({ registry, backends, channels }: Loaded): {
  readonly transport: Generation['transport'];
  release(): void;
} {
  const table = selectorTable(backends);
  const known = new Map<string, { readonly transport: Transport; release(): void } | undefined>();
  const find = (name: string) => {
    const method = registry.method(name);
    const backend = method && table.find(method);
    if (backend === undefined) return undefined;
    const { channel, release } = channels.retain(backend.upstream);
    return { transport: channel.method(methodOf(name)), release };
  };
  return {
    transport(name) {
      if (!known.has(name)) known.set(name, find(name));
      return known.get(name)?.transport;
    },
    release() {
      for (const held of known.values()) held?.release();
      known.clear();
    },
  };
}

/** "pkg.Service.Method" as typed clients call it: nothing is known of its messages. */
function methodOf(name: string): Method {
  const dot = name.lastIndexOf('.');
  return unknownMethod(`/${name.slice(0, dot)}/${name.slice(dot + 1)}`);
}

function metricsOf({ metrics }: GatewayOptions): Metrics | undefined {
  return metrics?.enabled === false ? undefined : createMetrics(metrics);
}

/** Whoever wants to know of each request. */
function logOf(log: GatewayOptions['log'], { audit, metrics }: Parts): Serving['log'] {
  const told = [log, audit.value?.note, metrics && countRequests(metrics)].filter((one) => one !== undefined);
  return (event: RequestEvent, asked: TracedRequest) => {
    for (const tell of told) tell(event, asked);
  };
}
