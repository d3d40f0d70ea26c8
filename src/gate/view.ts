import type { CancelSignal } from '../cancel-signal.js';
import type { HeaderFields } from '../headers.js';
import type { Metadata, MetadataEntry, Reason } from '../status/index.js';
import type { Principal } from './principal.js';

/** The certificate that a client showed in its TLS handshake with us, verified by it. */
export interface PeerCertificate {
  /** DER. */
  readonly raw: Uint8Array;
}

/** One HTTP request as it came; an exchange of the gateway is one. */
export interface GateRequest {
  readonly httpMethod: string;
  /** The raw request target, not normalised. */
  readonly target: string;
  readonly headers: HeaderFields;
  /** Address of the peer socket: "" where it has none (a Unix socket), "unknown" where it had one and is gone. */
  readonly peerAddress: string;
  readonly scheme: 'http' | 'https';
  /** Verified in the handshake; undefined where the client showed none. */
  readonly peerCertificate?: PeerCertificate | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: CancelSignal;
}

/** How a request ended, for those who keep count. */
export interface RequestEnd {
  readonly httpStatus: number;
  readonly code: number;
}

/** The header fields of an answer → the same with something changed about them. */
export type HeaderChange = (headers: HeaderFields) => HeaderFields;

/** What a view is made of besides the request. */
export interface GateViewOptions {
  readonly requestId: string;
  /** Values of the template's variables, decoded, in their order. */
  readonly captures: readonly string[];
  /** The query, raw and without "?". */
  readonly query: string;
  /** The client behind trusted proxies, or the peer. */
  readonly clientAddress: (request: GateRequest) => string;
  /** The system parameter `$key`; undefined where there is none, where it may not be given, or nobody can read the query. */
  readonly keyParameter?: (() => string | undefined) | undefined;
}

const none: ReadonlySet<string> = new Set();

/** One request at the gate: what came, and what steps leave for those behind them. */
export class GateView {
  readonly request: GateRequest;
  /** The caller, once authentication has said who that is; undefined on public routes. */
  principal: Principal | undefined;
  /** The point on the gateway's clock at which the caller's credentials have expired: a stream ends there. */
  endsAt: number | undefined;
  /** Further metadata for the backend; a client's own header fields of the same names stay behind. */
  readonly metadata: MetadataEntry[] = [];
  /** Header fields of the client, by names in lower case, that become no metadata. */
  withheld: ReadonlySet<string> = none;
  /** Header fields for the answer, whatever it will be. */
  readonly responseHeaders: (readonly [name: string, value: string])[] = [];
  /** What the client asked of the form of the answer, as one text: answers of two forms are two answers. Set before `inspect`. */
  form = '';
  /** All metadata that the backend is to get, own and forwarded. Set before `inspect`, for unary calls. */
  callMetadata: Metadata = [];
  /** Point on the monotonic clock at which the call ends, whatever it has come to. Set before `inspect`. */
  deadline = Number.POSITIVE_INFINITY;
  /** Which step has refused the request, and why: for the log. */
  refused: { readonly step: string; readonly reason: Reason } | undefined;
  readonly #options: GateViewOptions;
  #clientAddress: string | undefined;
  #onHeaders: HeaderChange[] | undefined;
  #onEnd: ((end: RequestEnd) => void)[] | undefined;

  constructor(request: GateRequest, options: GateViewOptions) {
    this.request = request;
    this.#options = options;
  }

  get requestId(): string {
    return this.#options.requestId;
  }

  get captures(): readonly string[] {
    return this.#options.captures;
  }

  get query(): string {
    return this.#options.query;
  }

  /** The system parameter `$key`, which is an API key, where the configuration lets keys be in a query. */
  get keyParameter(): string | undefined {
    return this.#options.keyParameter?.();
  }

  /** Found out when it is first asked for. */
  get clientAddress(): string {
    this.#clientAddress ??= this.#options.clientAddress(this.request);
    return this.#clientAddress;
  }

  /** Header fields of the client that are to become no metadata, by names in lower case. */
  withhold(names: Iterable<string>): void {
    this.withheld = new Set([...this.withheld, ...names]);
  }

  /** Changes the header fields of whatever answer comes, when all of them are known; changes are made in the order of these calls. */
  onHeaders(change: HeaderChange): void {
    this.#onHeaders ??= [];
    this.#onHeaders.push(change);
  }

  /** For the gateway: the fields of an answer with what steps have said for it. */
  finishHeaders(headers: HeaderFields): HeaderFields {
    const all = this.responseHeaders.length === 0 ? headers : [...headers, ...this.responseHeaders];
    return this.#onHeaders === undefined ? all : this.#onHeaders.reduce((now, change) => change(now), all);
  }

  /** Calls `act` once, when the last byte of the answer is known or the client is gone. */
  onEnd(act: (end: RequestEnd) => void): void {
    this.#onEnd ??= [];
    this.#onEnd.push(act);
  }

  /** For the gateway: the request has ended. Idempotent. */
  end(end: RequestEnd): void {
    const acts = this.#onEnd;
    this.#onEnd = undefined;
    for (const act of acts ?? []) act(end);
  }
}
