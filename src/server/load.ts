import { createHash, type Hash } from 'node:crypto';
import { systemClock } from '../clock.js';
import {
  createCompiledCodecs,
  defaultCodecOptions,
  type FunctionSource,
  functionSource,
  missingFunctions,
  readModule,
} from '../codec/index.js';
import {
  buildRegistry,
  type DescriptorRegistry,
  type DescriptorSource,
  reflectionSource,
  registrySteps,
} from '../descriptor/index.js';
import { type Diagnostic, DiagnosticsError } from '../diagnostic/index.js';
import type { GateResources } from '../gate/index.js';
import { mergeRules, type RulesOverlay, readRulesFile } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import { readRegularFileSync, unreadableReason } from '../regular-file.js';
import { inSlices, type Steps } from '../steps.js';
import {
  defaultRequestOptions,
  type OutlineInput,
  type Surface,
  type SurfaceInput,
  selects,
  surfaceSteps,
} from '../surface/index.js';
import type { Meter } from '../telemetry/index.js';
import {
  type ChannelHost,
  type Channels,
  connectTransport,
  connectXds,
  createChannel,
  createChannels,
  loadXds,
  lookupAddresses,
  lookupTxtRecords,
  parseUpstream,
  type Upstream,
  type UpstreamOptions,
  unknownMethod,
  type Xds,
} from '../upstream/index.js';
import { answeringBackends, answeringChannels } from './answering-channels.js';
import type { GatewayOptions } from './options.js';
import { takenPaths } from './portal/taken-paths.js';
import type { Watches } from './watches.js';

/** A source that does not answer in this time is one that is not there. */
const loadTimeoutMs = 60_000;

/** Channels that connect with their first call. */
export function openChannels(
  limits: Limits,
  xds: Xds | undefined,
  isTraced: boolean,
  meter?: Meter,
): Channels {
  const transports = { limits, clock: systemClock, xds };
  const host: ChannelHost = {
    connect: (endpoint, upstreamOptions) => connectTransport(endpoint, upstreamOptions, transports),
    connectXds: (target, upstreamOptions) => connectXds(target, upstreamOptions, transports),
    lookup: lookupAddresses,
    lookupTxt: lookupTxtRecords,
    clock: systemClock,
    random: Math.random,
    meter,
    isTraced,
  };
  return createChannels((upstream) => createChannel(upstream, host));
}

/** What targets of a mesh need, where there are any. Throws DiagnosticsError where it cannot be had. */
export async function loadXdsFor({ backends = [] }: GatewayOptions): Promise<Xds | undefined> {
  const targets = backends.flatMap(({ target, split = [], mirror }) => [
    target,
    ...split.map((branch) => branch.target),
    ...(mirror === undefined ? [] : [mirror.target]),
  ]);
  const first = targets.find((target) => /^\s*xds:\/\//i.test(target));
  if (first === undefined) return undefined;
  const xds = await loadXds(process.env);
  if ('problem' in xds)
    throw new DiagnosticsError([targetProblem(`The target ${first} cannot be used: ${xds.problem}.`)]);
  return xds;
}

/** Everything that a load reads from outside. */
export interface Inputs {
  readonly backends: readonly ParsedBackend[];
  readonly rules: RulesOverlay;
  readonly sources: readonly DescriptorSource[];
  /** What the sources hold, in their order. */
  readonly sets: readonly { readonly label: string; readonly binary: Uint8Array }[];
  /** Digest of what was read; of the options it says nothing. */
  readonly digest: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a gateway is assembled from. */
export interface Loaded {
  readonly registry: DescriptorRegistry;
  readonly surface: Surface;
  /** What the surface was built from. */
  readonly input: SurfaceInput;
  readonly backends: readonly ParsedBackend[];
  /** What carries its calls. */
  readonly channels: Channels;
  readonly sources: readonly DescriptorSource[];
  readonly diagnostics: readonly Diagnostic[];
  /** See SurfaceBuild. */
  settle(): void;
  release(): void;
}

/** Loads the sources and builds the first surface. Throws DiagnosticsError with everything that is wrong. */
export async function load(
  options: GatewayOptions,
  limits: Limits,
  channels: Channels,
  gate: GateResources,
): Promise<Loaded> {
  const inputs = await readInputs(options, limits, channels, new AbortController().signal);
  return build(options, inputs, { limits, channels, gate, generation: 1 });
}

/**
 * Reads sources, rules and what backends name; what is wrong is among the diagnostics. `reflectTls` is how servers are
 * connected to that are asked by reflection.
 */
export async function readInputs(
  options: GatewayOptions,
  limits: Limits,
  channels: Channels,
  signal: AbortSignal,
  watches?: Watches,
  reflectTls?: UpstreamOptions['tls'],
): Promise<Inputs> {
  const diagnostics: Diagnostic[] = [];
  const configs: string[] = [];
  const sources = [
    ...(options.sources ?? []),
    ...reflectionSources(options.reflect ?? [], reflectTls, channels, limits, diagnostics),
  ];
  // Before anything is read: what changes meanwhile is read again.
  await watches?.follow(options, sources, limits);
  const backends = parseBackends(options, configs, diagnostics);
  const rules = readRules(options, diagnostics);
  const sets = await loadAll(sources, signal, diagnostics);
  const digest = createHash('sha256');
  for (const { label, binary } of sets) {
    digest.update(`${label}\n${binary.length}\n`);
    await inSlices(digestSteps(digest, binary), systemClock);
  }
  digest.update(JSON.stringify(configs));
  return { backends, rules, sources, sets, digest: digest.digest('base64url'), diagnostics };
}

function* digestSteps(digest: Hash, binary: Uint8Array): Steps<void> {
  for (let start = 0; start < binary.length; start += digestBytesAtOnce) {
    yield;
    digest.update(binary.subarray(start, start + digestBytesAtOnce));
  }
}

/** Some milliseconds' work. */
const digestBytesAtOnce = 1 << 20;

/** What a surface is built with. */
export interface BuildParts {
  readonly limits: Limits;
  readonly channels: Channels;
  readonly gate: GateResources;
  readonly generation: number;
}

/**
 * Builds the surface, in slices between which what is served is served on. Rejects with DiagnosticsError that has
 * everything that is wrong.
 */
export function build(options: GatewayOptions, inputs: Inputs, parts: BuildParts): Promise<Loaded> {
  return inSlices(buildSteps(options, inputs, parts), systemClock);
}

function* buildSteps(
  options: GatewayOptions,
  inputs: Inputs,
  { limits, channels: connecting, gate, generation }: BuildParts,
): Steps<Loaded> {
  const { rules, sources, sets } = inputs;
  const diagnostics: Diagnostic[] = [...gate.diagnostics, ...inputs.diagnostics];
  const { registry, diagnostics: linking } = yield* registrySteps(sets);
  diagnostics.push(...linking);
  refuseErrors(diagnostics);

  const answering = options.answering?.(registry);
  diagnostics.push(...(answering?.diagnostics ?? []));
  const channels = answering === undefined ? connecting : answeringChannels(answering.transport);
  const backends = answering === undefined ? namedBackends(options, inputs) : answeringBackends;
  const functions = functionsOf(options, registry, diagnostics);
  refuseErrors(diagnostics);
  const input: SurfaceInput = {
    ...saidOfSurface(options, registry, rules),
    generation,
    backends,
    codecs: createCompiledCodecs(registry.types, limits, functions),
    limits,
    conflicts: options.conflicts ?? 'warn',
    trailingSlash: options.trailingSlash ?? 'strict',
    multiSegmentDecoding: options.multiSegmentDecoding ?? 'slash',
    requestOptions: { ...defaultRequestOptions, ...options.requests },
    methodRequestOptions: options.methodRequests ?? [],
    timeouts: options.timeouts ?? [],
    gate,
    eventIds: options.sse?.eventIds ?? [],
  };
  const { surface, diagnostics: found, settle, release } = yield* surfaceSteps(input, channels);
  diagnostics.push(...found);
  refuseErrors(diagnostics);
  if (surface === undefined) throw new DiagnosticsError(diagnostics);
  diagnostics.push(...takenPaths(options, surface));
  const wanted = surface.routes.flatMap((route) => route.codecs);
  diagnostics.push(...missingFunctions(functions, wanted));
  return { registry, surface, input, backends, channels, sources, diagnostics, settle, release };
}

/** What clients see of a surface, as far as options and sources say it. */
export function saidOfSurface(
  options: GatewayOptions,
  registry: DescriptorRegistry,
  rules: RulesOverlay,
): Omit<OutlineInput, 'gate'> {
  return {
    registry,
    rules,
    codecOptions: { ...defaultCodecOptions, ...options.json },
    methodCodecOptions: options.methodJson ?? [],
    streamDefaults: options.streamFormats ?? [],
    timeouts: options.timeouts ?? [],
    errorForm: options.errors ?? 'status',
    policies: options.policies ?? [],
  };
}

function functionsOf(
  { codecs }: GatewayOptions,
  { types }: DescriptorRegistry,
  diagnostics: Diagnostic[],
): FunctionSource {
  if (codecs === undefined) return functionSource();
  const { written, diagnostics: found } = readModule(codecs, types);
  diagnostics.push(...found);
  return functionSource(written);
}

/** A backend whose upstream is one. */
export interface ParsedBackend {
  readonly selector: string;
  readonly upstream: Upstream;
}

/** What a service config file holds; none for one in DNS. */
function serviceConfigText(file: string | undefined, diagnostics: Diagnostic[]): string | undefined {
  if (file === undefined || file === 'dns') return undefined;
  try {
    return readRegularFileSync(file).toString();
  } catch (error) {
    diagnostics.push({
      severity: 'error',
      code: 'SOURCE_UNREADABLE',
      text: `The service config of a backend cannot be read (${unreadableReason(error)}).`,
      locations: [{ file, line: 0, column: 0 }],
      hint: 'Is the path right?',
    });
    return undefined;
  }
}

/** `configs` gets the service configs that were read. */
function parseBackends(
  options: GatewayOptions,
  configs: string[],
  diagnostics: Diagnostic[],
): ParsedBackend[] {
  const backends: ParsedBackend[] = [];
  for (const { selector, ...upstreamOptions } of options.backends ?? []) {
    const config = serviceConfigText(upstreamOptions.serviceConfig, diagnostics);
    if (config !== undefined) configs.push(config);
    const upstream = parseUpstream(upstreamOptions, config);
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
    hint: 'A target is host:port, host:port,host:port, dns:///name:port, unix:/path or xds:///name.',
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
  tls: UpstreamOptions['tls'],
  channels: Channels,
  limits: Limits,
  diagnostics: Diagnostic[],
): DescriptorSource[] {
  return targets.flatMap((text) => {
    const upstream = parseUpstream({ target: text, tls });
    if ('problem' in upstream) {
      diagnostics.push(targetProblem(`The reflection target cannot be used: ${upstream.problem}`));
      return [];
    }
    const source = reflectionSource(text, (path) => {
      const { channel, release } = channels.retain(upstream);
      const stream = channel.method(unknownMethod(path)).stream({
        path,
        metadata: [],
        deadline: systemClock.now() + loadTimeoutMs,
        signal: new AbortController().signal,
        responseMessageBytesMax: limits.responseMessageBytesMax,
      });
      void stream.outcome.then(release);
      return stream;
    });
    return [source];
  });
}

/** All sources at once; what one lacks does not hide what another lacks. */
async function loadAll(
  sources: readonly DescriptorSource[],
  signal: AbortSignal,
  diagnostics: Diagnostic[],
): Promise<{ label: string; binary: Uint8Array }[]> {
  const results = await Promise.allSettled(
    sources.map(async (source) => ({
      label: source.label,
      binary: await loadInTime(source, signal),
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

/** Not by AbortSignal.any and .timeout: what these hold stays until the time has passed, long after the load is done. */
async function loadInTime(source: DescriptorSource, signal: AbortSignal): Promise<Uint8Array> {
  const own = new AbortController();
  const giveUp = (): void => own.abort(signal.reason);
  const timer = setTimeout(() => own.abort(tooLate()), loadTimeoutMs);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    return await source.load(own.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

function tooLate(): Error {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

/** Those of the options, and those that reflecting servers are themselves. */
export function namedBackends(
  { reflect = [] }: GatewayOptions,
  inputs: Inputs,
  tls?: UpstreamOptions['tls'],
): readonly ParsedBackend[] {
  const backends = [...inputs.backends];
  for (const target of reflect) {
    const listed = inputs.sets.filter((set) => set.label === `reflection ${target}`);
    backends.push(...impliedBackends(buildRegistry(listed).registry, { target, tls }, backends));
  }
  return backends;
}

/** What a reflecting server lists is served by it, unless a backend is named for it. */
function impliedBackends(
  registry: DescriptorRegistry,
  options: UpstreamOptions,
  named: readonly ParsedBackend[],
): ParsedBackend[] {
  const upstream = parseUpstream(options);
  if ('problem' in upstream) return [];
  return registry.services
    .filter((service) => !named.some((backend) => selects(backend.selector, service)))
    .map((service) => ({ selector: service.typeName, upstream }));
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    throw new DiagnosticsError(diagnostics);
}
