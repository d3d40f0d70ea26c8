import type { Connectivity, EndpointTransport } from './transport.js';

/** How calls to one target stand at the moment: plain data, for operators and for metrics. */
export interface TargetReport {
  /** As configured: "dns:///catalog:50051". */
  readonly target: string;
  /** Undefined where the target has no breaker. */
  readonly breaker?: BreakerReport | undefined;
  /** Those that calls may go to, in the order of the resolver, and behind them those that only finish theirs; none before the first call. */
  readonly endpoints: readonly EndpointReport[];
}

/** The same of a target of a backend: its own, and those of its split and its mirror. */
export interface UpstreamReport extends TargetReport {
  readonly role: 'main' | 'split' | 'mirror';
}

export interface BreakerReport {
  /** half-open: the next call, or one under way, is to show whether the target has recovered. */
  readonly state: 'closed' | 'open' | 'half-open';
  readonly inFlight: number;
  /** Calls that wait while there is no connection. */
  readonly pending: number;
}

export interface EndpointReport extends TransportLoad {
  /** "10.0.0.7:50051" or "unix:/path"; of an xds:/// target that target, whose endpoints its library keeps to itself. */
  readonly endpoint: string;
  readonly connectivity: Connectivity;
  /** What its health service says; undefined while that is not known, or where nobody asks. */
  readonly serving?: boolean | undefined;
  /** Kept from calls for a while, since too many failed. */
  readonly ejected: boolean;
  /** No longer resolved; it finishes its calls. */
  readonly leaving: boolean;
}

/** What a transport to one endpoint carries at the moment. */
export interface TransportLoad {
  /** Calls that have not ended. */
  readonly inFlight: number;
  /** Open, or being opened; undefined where the transport does not tell, as grpc-js, and so are the next two. */
  readonly connections?: number | undefined;
  /** Calls on connections. */
  readonly streams?: number | undefined;
  /** Calls that wait for one. */
  readonly waitingCalls?: number | undefined;
}

/** Of an endpoint that is the only one: nobody judges it. */
export function loneEndpoint(endpoint: string, transport: EndpointTransport): EndpointReport {
  const connectivity = transport.connectivity();
  return { endpoint, connectivity, ejected: false, leaving: false, ...transport.load() };
}
