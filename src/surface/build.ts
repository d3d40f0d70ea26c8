import { createHash } from 'node:crypto';
import {
  type CodecFactory,
  type CodecOptions,
  createAnyPacker,
  createAnyPrinter,
  createCanonicalizer,
  type WantedCodec,
} from '../codec/index.js';
import {
  type DescMethod,
  type DescriptorRegistry,
  type DescService,
  locationOf,
  messageReader,
} from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { type Audience, buildGate, type InputRules, inputRulesSteps, sees } from '../gate/index.js';
import { type Binding, bindingSteps, type Router, routerSteps } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import { statusBinary, statusJson } from '../status/index.js';
import { finished, type Steps } from '../steps.js';
import {
  type Channel,
  type Channels,
  decidingHeaders,
  type Transport,
  type Upstream,
} from '../upstream/index.js';
import { version } from '../version.js';
import { lazyRequestBinder } from './bind.js';
import { callShape } from './call-shape.js';
import { type EventId, eventIdReader } from './event-id.js';
import { createFieldNames, inProtoNames } from './field-names.js';
import { fieldText } from './field-text.js';
import { hashFieldOf, unknownHashFields } from './hash-field.js';
import { idempotencyOf } from './idempotency.js';
import { messageField, requestField } from './message-field.js';
import { omitter } from './omitter.js';
import { pathsOf } from './paths-of.js';
import { type Policies, policySteps } from './policies.js';
import { responseWriter } from './reply.js';
import { selectorTable } from './selector.js';
import type { Route, RouteParts, Surface, SurfaceInput } from './surface.js';
import { timeoutMsOf } from './timeout.js';
import { unusedSelectors } from './unused-selectors.js';
import { notingFields, wantedCodecs } from './wanted-codecs.js';
import { withoutProviders } from './without-providers.js';

/** A surface, or none where a diagnostic is an error. */
export interface SurfaceBuild {
  readonly surface?: Surface;
  readonly diagnostics: Diagnostic[];
  /** To be called when it is served: what the gate remembers is what its policies have declared. */
  settle(): void;
  /** Gives its channels back, once. */
  release(): void;
}

/** `surfaceSteps` at once. */
export function buildSurface(input: SurfaceInput, channels: Channels): SurfaceBuild {
  return finished(surfaceSteps(input, channels));
}

/**
 * Descriptors, rules and backends → everything that is served, or every diagnostic at once.
 *
 * Channels are retained for the backends that at least one route needs; the caller releases them
 * when the last request of this surface has ended. Without a surface none stays retained.
 */
export function* surfaceSteps(input: SurfaceInput, channels: Channels): Steps<SurfaceBuild> {
  const { registry } = input;
  const { bindings, diagnostics } = yield* bindingSteps(registry.services, input.rules);
  const pool = retainer(channels);
  const policies = yield* policySteps(input, diagnostics);
  const load = {};
  const settle = (): void => input.gate.settle(load);
  const inputRules = yield* inputRulesSteps(registry);
  const compile = routeCompiler(input, load, bindings, policies, inputRules);
  const parts = { channelTo: pool.channel, gate: input.gate };
  const routes: Route[] = [];
  for (const binding of bindings) {
    yield;
    routes.push(compile(binding, parts, diagnostics));
  }
  const router = yield* routerSteps(
    routes.map((route) => ({ binding: route.binding, route })),
    input,
  );
  yield;
  diagnostics.push(
    ...router.diagnostics,
    ...missingBackends(routes),
    ...withoutProviders(input, routes),
    ...(bindings.length === 0 ? [noRoutes] : []),
  );
  yield;
  diagnostics.push(...unusedSelectors(input));
  yield;
  diagnostics.push(...unknownHashFields(withUpstreams(input, bindings), input.codecs));
  if (diagnostics.some(({ severity }) => severity === 'error')) {
    pool.release();
    return { diagnostics, settle, release: pool.release };
  }
  const printAny = createAnyPrinter(input.codecs);
  const packAny = createAnyPacker(registry.types, input.limits);
  const surface: Surface = Object.freeze({
    generation: input.generation,
    router: router.router,
    routerFor: yield* visibleRouters(input, routes, router.router),
    routes: Object.freeze(routes),
    // What there is to say of it was said when the surface was built.
    recompiled: ({ binding }, parts) => compile(binding, parts, []),
    messageJson: (type, binary) => input.codecs.codec(type, input.codecOptions).toJson(binary),
    serviceCount: new Set(bindings.map(({ method }) => method.parent)).size,
    methodCount: new Set(bindings.map(({ method }) => method)).size,
    errorForm: input.errorForm,
    isGuarded: policies.isGuarded,
    statusJson: (status) => statusJson(status, printAny),
    statusBinary: (status) => statusBinary(status, packAny),
  } satisfies Surface);
  return { surface, diagnostics, settle, release: pool.release };
}

/**
 * A router for each audience: to whom a method is hidden, its routes neither refuse, nor are allowed, nor
 * stand before those of other methods.
 */
function* visibleRouters(
  input: SurfaceInput,
  routes: readonly Route[],
  all: Router<Route>,
): Steps<Surface['routerFor']> {
  function* routerOf(audience: Audience): Steps<Router<Route>> {
    yield;
    const visible = routes.filter(({ policy }) => sees(audience, policy.policy.visibility ?? 'public'));
    if (visible.length === routes.length) return all;
    const entries = visible.map((route) => ({ binding: route.binding, route }));
    return (yield* routerSteps(entries, input)).router;
  }
  const routers = { public: yield* routerOf('public'), partner: yield* routerOf('partner'), internal: all };
  return (audience) => routers[audience];
}

function routeCompiler(
  input: SurfaceInput,
  load: object,
  bindings: readonly Binding[],
  policies: Policies,
  inputRules: InputRules,
): (binding: Binding, parts: RouteParts, diagnostics: Diagnostic[]) => Route {
  const backends = selectorTable(input.backends);
  const timeouts = selectorTable(input.timeouts);
  const codecOptions = selectorTable(input.methodCodecOptions);
  const requestOptions = selectorTable(input.methodRequestOptions);
  const streamDefaults = selectorTable(input.streamDefaults);
  const eventIds = selectorTable(input.eventIds);
  const { codecs, limits } = input;
  const jsonNames = createFieldNames();
  const protoNames = inProtoNames(jsonNames);
  const paths = pathsOf(bindings);
  const eventIdOf = (
    method: DescMethod,
    options: CodecOptions,
    codecs: CodecFactory,
    diagnostics: Diagnostic[],
  ): EventId => {
    const named = eventIds.find(method);
    if (named === undefined) return () => undefined;
    const reader = eventIdReader(method, named.field, codecs, options);
    if (typeof reader === 'function') return reader;
    diagnostics.push(reader);
    return () => undefined;
  };
  return (binding, { channelTo, gate, watched }, diagnostics) => {
    const { method } = binding;
    const upstream = backends.find(method)?.upstream;
    const options = layered(input.codecOptions, codecOptions.layers(method));
    const strictness = layered(input.requestOptions, requestOptions.layers(method));
    const names = options.protoNames ? protoNames : jsonNames;
    const rpcMethod = `${method.parent.typeName}/${method.name}`;
    const grpcPath = `/${rpcMethod}`;
    const asked: WantedCodec[] = [];
    const noting = notingFields(codecs, asked);
    const response = responseWriter(binding, codecs, options, limits);
    const effective = policies.of(method);
    const { requestBytesMax } = effective.policy;
    const decodeRequest = messageReader(method.input);
    const timeoutMs = timeoutMsOf(timeouts, method, effective.policy);
    const others = new Map<string, Transport>();
    const readMethod = (name: string): string | undefined => {
      if (upstream === undefined) return undefined;
      const path = pathOf(name);
      others.set(path, channelTo(upstream).method({ path, isIdempotent: () => true, hashField: undefined }));
      return path;
    };
    return Object.freeze({
      binding,
      grpcPath,
      rpcMethod,
      shape: callShape(method),
      transport:
        upstream &&
        channelTo(upstream).method({
          path: grpcPath,
          isIdempotent: isRepeated(upstream) ? idempotencyOf(binding, noting) : () => false,
          hashField: hashFieldOf(method, upstream, noting),
        }),
      others,
      target: upstream?.target,
      upstream,
      timeoutMs,
      limits: requestBytesMax === undefined ? limits : withBodyLimit(limits, requestBytesMax),
      policy: effective,
      decodeRequest,
      gate: buildGate({
        method,
        httpMethod: binding.httpMethod,
        variables: binding.variables.map(({ path }) => path.fields.map(({ name }) => name).join('.')),
        body: binding.body === 'none' ? '' : binding.body === 'all' ? '*' : binding.body.name,
        isUnary: callShape(method) === 'unary',
        timeoutMs: Math.min(timeoutMs ?? limits.unaryTimeoutMs, limits.unaryTimeoutMaxMs),
        policy: effective.policy,
        origins: effective.origins,
        isGuarded: policies.isGuarded,
        registry: input.registry,
        resources: gate,
        decode: decodeRequest,
        canonical: createCanonicalizer(method.input, limits.nestingDepthMax),
        answerForm: () => answerFormOf(binding, options, input.registry),
        clientName: ({ name, jsonName }) => (options.protoNames ? name : jsonName),
        inputRules,
        omitFields: (isOmitted, kept) => omitter(method.input, isOmitted, kept, limits),
        requestField: (path) => requestField(method.input, path, names),
        responseField: (path) => messageField(method.output, path, names),
        requestText: (path) => fieldText(method.input, path, noting),
        load,
        decidingHeaders: upstream === undefined ? [] : decidingHeaders(upstream),
        readMethod,
        pathsOf: paths,
        // Each binding of a method says the same of its policy.
        report: (diagnostic) => {
          if (!diagnostics.some(({ text }) => text === diagnostic.text)) diagnostics.push(diagnostic);
        },
        watched,
      }),
      request: lazyRequestBinder(binding, {
        ...{ codecs, options, strictness, limits, names },
        keyInQuery: input.gate.keyInQuery,
        dropsOutputOnly: effective.policy.validation?.fieldBehavior !== false,
      }),
      response,
      streamDefault: streamDefaults.find(method)?.format ?? 'ndjson',
      eventId: eventIdOf(method, options, noting, diagnostics),
      codecs: [...wantedCodecs(binding, options, response.kind), ...asked],
    });
  };
}

/** "shop.v1.Orders.Get" → "/shop.v1.Orders/Get" */
function pathOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return `/${name.slice(0, dot)}/${name.slice(dot + 1)}`;
}

/** What the form of an answer depends on and no request says, in few characters. */
function answerFormOf(
  { responseBody }: Binding,
  options: CodecOptions,
  registry: DescriptorRegistry,
): string {
  const parts = [version, registry.digest(), responseBody?.number, options];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function withBodyLimit(limits: Limits, requestBytesMax: number): Limits {
  return { ...limits, requestBodyBytesMax: Math.min(limits.requestBodyBytesMax, requestBytesMax) };
}

/** Options with layers over them, the last of which counts. */
function layered<T>(options: T, layers: readonly { readonly options: Partial<T> }[]): T {
  return Object.assign({}, options, ...layers.map((layer) => layer.options));
}

/** Whether anybody asks for the idempotency of a request. */
function isRepeated({ options }: Upstream): boolean {
  const { retry, hedge, serviceConfig } = options;
  return (retry ?? hedge ?? serviceConfig) !== undefined;
}

function withUpstreams({ backends }: SurfaceInput, bindings: readonly Binding[]) {
  const table = selectorTable(backends);
  return bindings.map(({ method }) => ({ method, upstream: table.find(method)?.upstream }));
}

/** Retains each upstream object once, and releases all of them once. */
function retainer(channels: Channels) {
  const retained = new Map<Upstream, ReturnType<Channels['retain']>>();
  return {
    channel(upstream: Upstream): Channel {
      const handle = retained.get(upstream) ?? channels.retain(upstream);
      retained.set(upstream, handle);
      return handle.channel;
    },
    release(): void {
      const handles = [...retained.values()];
      retained.clear();
      for (const handle of handles) {
        handle.release();
      }
    },
  };
}

/** One warning for each service, however many of its methods have no backend. */
function missingBackends(routes: readonly Route[]): Diagnostic[] {
  const missing = new Map<DescService, Set<string>>();
  for (const { binding, transport } of routes) {
    if (transport === undefined) {
      const service = binding.method.parent;
      missing.set(service, (missing.get(service) ?? new Set()).add(binding.method.name));
    }
  }
  return [...missing].map(([service, methods]) => ({
    severity: 'warning',
    code: 'BACKEND_MISSING',
    text: `${service.typeName} has no backend for ${[...methods].join(', ')}: requests are answered with 503.`,
    locations: [locationOf(service)],
    hint: `--backend '${service.typeName}=host:port'`,
  }));
}

const noRoutes: Diagnostic = Object.freeze({
  severity: 'warning',
  code: 'ROUTES_NONE',
  text: 'No method of the sources has an HttpRule: nothing is served.',
  locations: [],
  hint: 'Annotate methods with google.api.http, or give rules in a file.',
});
