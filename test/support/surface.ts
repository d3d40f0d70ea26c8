import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { systemClock } from '../../src/clock.js';
import { createCompiledCodecs, defaultCodecOptions } from '../../src/codec/index.js';
import { buildRegistry } from '../../src/descriptor/index.js';
import { createGateResources } from '../../src/gate/index.js';
import { noRules } from '../../src/httprule/index.js';
import { defaultLimits } from '../../src/limits.js';
import {
  buildSurface,
  defaultRequestOptions,
  type Route,
  type Surface,
  type SurfaceInput,
} from '../../src/surface/index.js';
import { type Channels, parseUpstream, type Transport, type Upstream } from '../../src/upstream/index.js';
import { compileProtos } from './compile-protos.js';

const apiProtos = fileURLToPath(
  new URL('../../node_modules/google-gax/build/protos/google/api/', import.meta.url),
);

const annotations = fileURLToPath(new URL('../../proto/propylon/v1/annotations.proto', import.meta.url));

/** Compiles one proto3 file of package t.v1 that may use google.api.http, google.api.HttpBody and policies. */
export function surfaceProtos(text: string): Uint8Array {
  const api = ['annotations', 'http', 'httpbody'].map((name) => [
    `google/api/${name}.proto`,
    readFileSync(`${apiProtos}${name}.proto`, 'utf8'),
  ]);
  const files = { ...Object.fromEntries(api), 't.proto': `${head}${text}` };
  if (!text.includes('(propylon.v1.')) return compileProtos(files);
  return compileProtos({
    ...files,
    'propylon/v1/annotations.proto': readFileSync(annotations, 'utf8'),
    't.proto': `${head}import "propylon/v1/annotations.proto";\n${text}`,
  });
}

const head = `syntax = "proto3";
package t.v1;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
`;

/** The upstream of a target that is known to parse. */
export function upstream(target: string): Upstream {
  const parsed = parseUpstream({ target });
  if ('problem' in parsed) {
    throw new Error(parsed.problem);
  }
  return parsed;
}

/** Channels without connections, which count who holds them. */
export function fakeChannels(): Channels & { readonly held: Upstream[] } {
  const held: Upstream[] = [];
  const transport: Transport = {
    unary: () => Promise.reject(new Error('no call expected')),
    stream: () => {
      throw new Error('no call expected');
    },
    close: () => Promise.resolve(),
  };
  return {
    held,
    retain(retained) {
      held.push(retained);
      const channel = { method: () => transport, report: () => [], close: transport.close };
      return { channel, release: () => void held.splice(held.indexOf(retained), 1) };
    },
    report: () => [],
    close: () => Promise.resolve(),
  };
}

/** Everything `buildSurface` wants, from a FileDescriptorSet. */
export function surfaceInput(image: Uint8Array, overrides: Partial<SurfaceInput> = {}): SurfaceInput {
  const { registry } = buildRegistry([{ label: 't', binary: image }]);
  return {
    generation: 1,
    registry,
    rules: noRules,
    backends: [{ selector: '*', upstream: upstream('127.0.0.1:1') }],
    codecs: createCompiledCodecs(registry.types, defaultLimits),
    codecOptions: defaultCodecOptions,
    limits: defaultLimits,
    conflicts: 'warn',
    trailingSlash: 'strict',
    multiSegmentDecoding: 'slash',
    requestOptions: defaultRequestOptions,
    methodRequestOptions: [],
    streamDefaults: [],
    errorForm: 'status',
    timeouts: [],
    methodCodecOptions: [],
    eventIds: [],
    policies: [],
    gate: createGateResources(
      {},
      { clock: systemClock, random: Math.random, limits: defaultLimits, warn: () => undefined },
    ),
    ...overrides,
  };
}

/** One request against a surface, and what came of it. */
export interface Bound {
  readonly route: Route;
  readonly binary: Uint8Array;
  /** The message, decoded by an independent implementation. */
  readonly json: JsonValue;
}

/** A surface and the means to bind requests on it. */
export interface TestSurface {
  readonly surface: Surface;
  readonly input: SurfaceInput;
  match(request: string): {
    readonly route: Route;
    readonly captures: readonly string[];
    readonly query: string;
  };
  /** `request`: "GET /v1/x?y=1". Throws what the binder throws. */
  bind(request: string, body?: string | Uint8Array, contentType?: string): Bound;
}

/** Builds a surface that must be free of errors, of protos or of an image. */
export function testSurface(protos: string | Uint8Array, overrides: Partial<SurfaceInput> = {}): TestSurface {
  const input = surfaceInput(typeof protos === 'string' ? surfaceProtos(protos) : protos, overrides);
  const { surface, diagnostics } = buildSurface(input, fakeChannels());
  if (surface === undefined) {
    throw new Error(JSON.stringify(diagnostics, undefined, 1));
  }
  const match: TestSurface['match'] = (request) => {
    const [httpMethod = '', requestTarget = ''] = request.split(' ');
    const found = surface.router.match(httpMethod, requestTarget);
    if (!('route' in found)) {
      throw new Error(`no route for ${request}`);
    }
    return found;
  };
  return {
    surface,
    input,
    match,
    bind(request, body = '', contentType) {
      const { route, captures, query } = match(request);
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const binary = route.request.bind(captures, route.request.readQuery(query), bytes, contentType);
      const message = route.binding.method.input;
      const json = toJson(message, fromBinary(message, binary), { registry: input.registry.types });
      return { route, binary, json };
    },
  };
}
