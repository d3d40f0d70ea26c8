import type { CodecFactory, CodecOptions, WantedCodec } from '../codec/index.js';
import type { DecodedMessage, DescMessage, DescriptorRegistry } from '../descriptor/index.js';
import type { Audience, EffectivePolicy, Gate, GateResources, GateStep, Policy } from '../gate/index.js';
import type { Binding, Router, RulesOverlay } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import type { Status } from '../status/index.js';
import type { Channel, Target, Transport, Upstream } from '../upstream/index.js';
import type { RequestOptions } from './request-options.js';
import type { RequestQuery } from './system-parameters.js';

/** Which sides of a method stream. */
export type CallShape = 'unary' | 'server-stream' | 'client-stream' | 'bidi';

/** Turns one HTTP request into protobuf bytes. Stateless; every leaf field has one legal source. */
export interface RequestBinder {
  /**
   * What the rule makes of the body: 'none' refuses one, 'json' reads ProtoJSON, 'raw' hands the
   * bytes over as they are, of any content type (google.api.HttpBody).
   */
  readonly body: 'none' | 'json' | 'raw';
  /** Decodes a query, raw and without "?". Throws StatusError, naming the parameter where there is one. */
  readQuery(query: string): RequestQuery;
  /**
   * What a parameter of the query names: the path of a field in proto names, with the key for an entry of a map
   * ("book.labels[a]"); undefined for what is dropped. For people who ask. Throws StatusError where it is refused.
   */
  parameterPath(name: string): string | undefined;
  /**
   * The only, or first, message. `captures` in the order of the binding's variables, `body` empty
   * when absent: JSON, a form or protobuf, as `contentType` says.
   * Throws StatusError, naming the field where there is one.
   */
  bind(
    captures: readonly string[],
    query: RequestQuery,
    body: Uint8Array,
    contentType: string | undefined,
  ): Uint8Array;
  /**
   * A later message of a client stream, from the body only: the fields that the path binds must
   * not be in it (BODY_PATH_CONFLICT), or a message could contradict the path behind its back.
   */
  bindNext(body: Uint8Array, contentType: string | undefined): Uint8Array;
}

/** How a client wants a response message to be written. */
export interface ResponseForm {
  readonly media: 'json' | 'protobuf';
  /** What the client said of the JSON; the route's own options where it said nothing. */
  readonly enumsAsNumbers: boolean | undefined;
  readonly emitDefaults: boolean | undefined;
  /** Mask of a partial response, relative to the body of the answer. */
  readonly fields: string | undefined;
}

/** The format of a response stream where the client names none. */
export type StreamDefault = 'ndjson' | 'json' | 'sse' | 'proto';

/** The form of errors where the client names none: google.rpc.Status, AIP-193's envelope, or RFC 9457. */
export type ErrorForm = 'status' | 'envelope' | 'problem';

/** Response message → bytes. Throws StatusError INTERNAL (RESPONSE_UNREPRESENTABLE). */
export type WriteMessage = (binary: Uint8Array) => Uint8Array;

/** Turns a response message into the bytes of an HTTP body. Stateless. */
export interface ResponseWriter {
  /** 'raw' when the answer is a google.api.HttpBody: its bytes and content type are the HTTP body. */
  readonly kind: 'json' | 'raw';
  /** Whether there is a protobuf form: of the message, or of a `response_body` that is one. */
  readonly protobuf: boolean;
  /** The writer without any wish: JSON, as the route has it. */
  readonly json: WriteMessage;
  /** The writer of one request. Throws StatusError QUERY_VALUE for a mask that names nothing. */
  writer(form: ResponseForm): WriteMessage;
  /** Content type and bytes of the HTTP body; `data` may be a view into `binary`. */
  raw(binary: Uint8Array): { readonly contentType: string; readonly data: Uint8Array };
}

/** A compiled binding: all that running a request needs. */
export interface Route {
  readonly binding: Binding;
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly grpcPath: string;
  /** The same without "/" in front: what logs, metrics and traces name. */
  readonly rpcMethod: string;
  readonly shape: CallShape;
  /** Undefined where no backend selector matches the method: UPSTREAM_MISSING, 503. */
  readonly transport: Transport | undefined;
  /** Other methods of the same backend that steps of the gate may call, by "/pkg.Service/Method". */
  readonly others: ReadonlyMap<string, Transport>;
  /** What `transport` leads to, for people to read. */
  readonly target: Target | undefined;
  readonly upstream: Upstream | undefined;
  /** Longest time a call may take, where configured for the method. */
  readonly timeoutMs: number | undefined;
  /** The bounds of its requests. */
  readonly limits: Limits;
  /** What stands between a request and the backend. */
  readonly gate: Gate;
  readonly policy: EffectivePolicy;
  /** Reads a request message, for steps that need more than its bytes. */
  readonly decodeRequest: (binary: Uint8Array) => DecodedMessage;
  readonly request: RequestBinder;
  readonly response: ResponseWriter;
  readonly streamDefault: StreamDefault;
  /** The codecs of its requests and responses, as it is configured; clients may ask for others. */
  readonly codecs: readonly WantedCodec[];
  /** Id of a response message as a server-sent event; undefined where no field is named for it, or it has none. */
  eventId(binary: Uint8Array): string | undefined;
}

/** What a route is made with once more, for those who watch a request instead of serving it. */
export interface RouteParts {
  readonly channelTo: (upstream: Upstream) => Channel;
  readonly gate: GateResources;
  /** Puts something around each step of the gate. */
  readonly watched?: ((step: GateStep) => GateStep) | undefined;
}

/** Everything that is served, frozen; a reload builds the next one. */
export interface Surface {
  readonly generation: number;
  readonly router: Router<Route>;
  /** The router of what callers of an audience may see; `router` itself where nothing is hidden from them. */
  routerFor(audience: Audience): Router<Route>;
  readonly routes: readonly Route[];
  /** A route of this surface, compiled as it was, but with other things around it. Its own is not touched. */
  recompiled(route: Route, parts: RouteParts): Route;
  /** A message of a type of this surface as JSON. Throws StatusError for bytes that are none. */
  messageJson(type: DescMessage, binary: Uint8Array): Uint8Array;
  /** Services with at least one route. */
  readonly serviceCount: number;
  /** Methods with at least one route. */
  readonly methodCount: number;
  readonly errorForm: ErrorForm;
  /** Whether anybody has declared a policy, or how callers are authenticated: then what is not public is denied. */
  readonly isGuarded: boolean;
  /** google.rpc.Status JSON, its details printed with the types of this surface. Never throws. */
  statusJson(status: Status): Uint8Array;
  /** google.rpc.Status as protobuf. Never throws: a detail that has no such form is left out. */
  statusBinary(status: Status): Uint8Array;
}

/** What a surface is built from. Selectors are those of selector.ts. */
export interface SurfaceInput {
  readonly generation: number;
  readonly registry: DescriptorRegistry;
  readonly rules: RulesOverlay;
  readonly backends: readonly { readonly selector: string; readonly upstream: Upstream }[];
  readonly codecs: CodecFactory;
  readonly codecOptions: CodecOptions;
  /** Options of single methods, over those for all. */
  readonly methodCodecOptions: readonly {
    readonly selector: string;
    readonly options: Partial<CodecOptions>;
  }[];
  /** How strictly requests are read, by default and for single methods. */
  readonly requestOptions: RequestOptions;
  readonly methodRequestOptions: readonly {
    readonly selector: string;
    readonly options: Partial<RequestOptions>;
  }[];
  readonly streamDefaults: readonly { readonly selector: string; readonly format: StreamDefault }[];
  readonly errorForm: ErrorForm;
  /** Fields that give the events of a stream their ids: a top-level field of the response, by its proto name. */
  readonly eventIds: readonly { readonly selector: string; readonly field: string }[];
  readonly limits: Limits;
  /** Two equal templates: warn and let the first keep the route, or refuse to build. */
  readonly conflicts: 'warn' | 'refuse';
  readonly trailingSlash: 'strict' | 'ignore';
  readonly multiSegmentDecoding: 'slash' | 'reserved';
  readonly timeouts: readonly { readonly selector: string; readonly timeoutMs: number }[];
  /** What the operator says, over what methods declare. */
  readonly policies: readonly { readonly selector: string; readonly policy: Policy }[];
  readonly gate: GateResources;
}
