import type { Hono } from 'hono';
import type { CodecModule, CodecOptions } from '../codec/index.js';
import type { DocsOptions, EffectiveConfig } from '../config/index.js';
import type { DescriptorRegistry, DescriptorSource } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { GateOptions, Policy, SharedMemory } from '../gate/index.js';
import type { MetadataRules, StreamRules } from '../gateway/index.js';
import type { Limits } from '../limits.js';
import type { ErrorForm, RequestOptions, StreamDefault } from '../surface/index.js';
import type {
  Fields,
  LogLevels,
  MetricsOptions,
  RequestEvent,
  TracedRequest,
  Tracer,
} from '../telemetry/index.js';
import type { Transport, UpstreamOptions } from '../upstream/index.js';
import type { AuditOptions } from './audit.js';
import type { ReadinessOptions } from './readiness.js';
import type { ReloadResult } from './reload.js';
import type { Rpc } from './rpc.js';
import type { SecurityHeaderOptions } from './security-headers.js';

/** A selector (`pkg.Service`, `pkg.Service.Method`, `pkg.*`, `*`), where its calls go and how they are made. */
export interface Backend extends Readonly<UpstreamOptions> {
  readonly selector: string;
}

/** A backend that is a function. */
export interface Answering {
  readonly transport: Transport;
  /** What there is to say of its answers. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a gateway is made of; whatever is left out has the default named in limits.ts or docs/configuration.md. */
export interface GatewayOptions {
  readonly sources?: readonly DescriptorSource[];
  /** Targets asked by server reflection; each also serves what it lists, where no backend is named for it. */
  readonly reflect?: readonly string[];
  readonly backends?: readonly Backend[];
  /** google.api.Service documents in YAML. */
  readonly rules?: readonly { readonly file: string; readonly text: string }[];
  /** What two equal bindings do: `refuse` makes them a load error. Default `warn`. */
  readonly conflicts?: 'warn' | 'refuse';
  /** `ignore` drops one trailing slash. Default `strict`. */
  readonly trailingSlash?: 'strict' | 'ignore';
  /** Escapes that path variables of several segments keep: `%2F`, or those of all reserved characters. Default `slash`. */
  readonly multiSegmentDecoding?: 'slash' | 'reserved';
  readonly json?: Partial<CodecOptions>;
  /** The same for single methods. */
  readonly methodJson?: readonly { readonly selector: string; readonly options: Partial<CodecOptions> }[];
  /** How strictly requests are read; by default, strictly. */
  readonly requests?: Partial<RequestOptions>;
  /** The same for single methods. */
  readonly methodRequests?: readonly {
    readonly selector: string;
    readonly options: Partial<RequestOptions>;
  }[];
  /** The format of response streams where the client names none. Default `ndjson`. */
  readonly streamFormats?: readonly { readonly selector: string; readonly format: StreamDefault }[];
  /** The form of errors where the client names none. Default `status`. */
  readonly errors?: ErrorForm;
  /**
   * Functions written ahead of time, by writeCodecs() or `propylon codec --out`: the module, as
   * `import()` gives it. Default none: functions are compiled on first use.
   */
  readonly codecs?: CodecModule;
  /** `grpc-gateway` wraps streamed messages as that gateway does, `{"result":M}`. Default `none`. */
  readonly streamEnvelope?: StreamRules['envelope'];
  /** Whether a stream that has told of an error ends well, instead of being cut. Default false. */
  readonly streamCleanEnd?: boolean;
  /** Server-sent events: `retry:`, and the response fields that give events their ids. Default neither. */
  readonly sse?: {
    readonly retryMs?: number | undefined;
    readonly eventIds?: readonly { readonly selector: string; readonly field: string }[];
  };
  /** Origins whose pages may open WebSockets, besides the gateway's own; `*` lets all. Default none. */
  readonly webSocketOrigins?: readonly string[] | '*';
  /** Whether POST with X-HTTP-Method-Override counts as the method it names. Default false. */
  readonly methodOverride?: boolean;
  /** What browsers are told with every answer. */
  readonly securityHeaders?: SecurityHeaderOptions;
  /** Where refusals of the gate are written down. Default: nowhere. */
  readonly audit?: AuditOptions | undefined;
  readonly limits?: Partial<Limits>;
  /** The longest a call may take, in milliseconds. */
  readonly timeouts?: readonly { readonly selector: string; readonly timeoutMs: number }[];
  /** What the gate does for the requests of methods; it wins over what methods declare. */
  readonly policies?: readonly { readonly selector: string; readonly policy: Policy }[];
  /** What the gate shares between methods. */
  readonly gate?: GateOptions;
  readonly metadata?: MetadataRules;
  /** Answers all calls in this process, in place of backends; made with each load. Default: backends do. */
  readonly answering?: ((registry: DescriptorRegistry) => Answering) | undefined;
  /** Hand-written routes and middleware, on the gateway's own app: they come before every binding. */
  readonly routes?: (app: Hono, rpc: (service: string) => Rpc) => void;
  /** Makes spans of requests and calls (`createTracer`); closed with the gateway. Default: traces pass through. */
  readonly tracer?: Tracer | undefined;
  /** What is counted for `/metrics` of the admin listener. Default: everything. */
  readonly metrics?: MetricsOptions | undefined;
  /**
   * Reads the options anew for a reload, and says what of them a running gateway cannot follow. Throws DiagnosticsError
   * where they are wrong. Default: they stay as they are.
   */
  readonly renew?: () => Promise<{
    readonly options: GatewayOptions;
    readonly diagnostics: readonly Diagnostic[];
  }>;
  /** Files that the options were read from: watched, where anything is. */
  readonly files?: readonly string[];
  /**
   * Whether sources and the files of the options are watched, and everything is loaded again when one of them changes.
   * Default false; `propylon serve` does.
   */
  readonly watch?: boolean;
  /** Told of each reload, whoever asked for it. */
  readonly onReload?: (result: ReloadResult) => void;
  /**
   * Told of each request at its end. What it had asked for comes along for logs that may have it: paths and header
   * fields are the client's, and hold credentials. Default: none is kept.
   */
  readonly log?: (event: RequestEvent, asked: TracedRequest) => void;
  /** What this process remembers together with others, as a worker does. Default: everything for itself. */
  readonly sharedMemory?: SharedMemory | undefined;
  /** Told of what went wrong outside of any request. Default: a warning of the process. */
  readonly warn?: (text: string, cause?: unknown) => void;
  /** Told of what operators may want to know of, and what is no trouble of the gateway's. Default: nobody is. */
  readonly info?: ((text: string, fields?: Fields) => void) | undefined;
  /** The document of the API and its page; false: neither. Default true. */
  readonly docs?: boolean | DocsOptions | undefined;
  /** When the gateway is ready besides. Default: whenever it serves. */
  readonly readiness?: ReadinessOptions;
  /** What operators are shown as the configuration; without secrets. Default: nothing. */
  readonly effective?: EffectiveConfig | undefined;
  /** How much is logged, for operators who want to change it. Default: they cannot. */
  readonly logLevels?: LogLevels | undefined;
}
