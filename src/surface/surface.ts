import type { CodecFactory, CodecOptions } from '../codec/index.js';
import type { DescriptorRegistry } from '../descriptor/index.js';
import type { Binding, Router, RulesOverlay } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import type { Status } from '../status/index.js';
import type { Target, Transport } from '../upstream/index.js';

/** Which sides of a method stream. */
export type CallShape = 'unary' | 'server-stream' | 'client-stream' | 'bidi';

/** Turns one HTTP request into protobuf bytes. Stateless; every leaf field has one legal source. */
export interface RequestBinder {
  /**
   * What the rule makes of the body: 'none' refuses one, 'json' reads ProtoJSON, 'raw' hands the
   * bytes over as they are, of any content type (google.api.HttpBody).
   */
  readonly body: 'none' | 'json' | 'raw';
  /**
   * The only, or first, message. `captures` in the order of the binding's variables, `query` raw
   * and without "?", `body` empty when absent.
   * Throws StatusError, naming the field where there is one.
   */
  bind(
    captures: readonly string[],
    query: string,
    body: Uint8Array,
    contentType: string | undefined,
  ): Uint8Array;
  /**
   * A later message of a client stream, from the body only: the fields that the path binds must
   * not be in it (BODY_PATH_CONFLICT), or a message could contradict the path behind its back.
   */
  bindNext(body: Uint8Array, contentType: string | undefined): Uint8Array;
}

/** Turns a response message into the bytes of an HTTP body. Stateless. */
export interface ResponseWriter {
  /** 'raw' when the answer is a google.api.HttpBody: its bytes and content type are the HTTP body. */
  readonly kind: 'json' | 'raw';
  /** The message, or its `response_body` field, as UTF-8 JSON; also of an HttpBody. */
  json(binary: Uint8Array): Uint8Array;
  /** Content type and bytes of the HTTP body; `data` may be a view into `binary`. */
  raw(binary: Uint8Array): { readonly contentType: string; readonly data: Uint8Array };
}

/** A compiled binding: all that running a request needs. */
export interface Route {
  readonly binding: Binding;
  /** "/shop.catalog.v1.CatalogService/GetProduct" */
  readonly grpcPath: string;
  readonly shape: CallShape;
  /** Undefined where no backend selector matches the method: UPSTREAM_MISSING, 503. */
  readonly transport: Transport | undefined;
  /** What `transport` leads to, for people to read. */
  readonly target: Target | undefined;
  /** Longest time a call may take, where configured for the method. */
  readonly timeoutMs: number | undefined;
  readonly request: RequestBinder;
  readonly response: ResponseWriter;
}

/** Everything that is served, frozen; a reload builds the next one. */
export interface Surface {
  readonly generation: number;
  readonly router: Router<Route>;
  readonly routes: readonly Route[];
  /** Services with at least one route. */
  readonly serviceCount: number;
  /** Methods with at least one route. */
  readonly methodCount: number;
  /** google.rpc.Status JSON, its details printed with the types of this surface. Never throws. */
  statusJson(status: Status): Uint8Array;
}

/** What a surface is built from. Selectors are those of selector.ts. */
export interface SurfaceInput {
  readonly generation: number;
  readonly registry: DescriptorRegistry;
  readonly rules: RulesOverlay;
  readonly backends: readonly { readonly selector: string; readonly target: Target }[];
  readonly codecs: CodecFactory;
  readonly codecOptions: CodecOptions;
  readonly limits: Limits;
  /** Two equal templates: warn and let the first keep the route, or refuse to build. */
  readonly conflicts: 'warn' | 'refuse';
  readonly trailingSlash: 'strict' | 'ignore';
  readonly timeouts: readonly { readonly selector: string; readonly timeoutMs: number }[];
}
