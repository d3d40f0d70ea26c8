import type { Clock } from '../clock.js';
import type { GateView } from '../gate/index.js';
import type { Match } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import type { Reason } from '../status/index.js';
import type { RequestQuery, Route, Surface } from '../surface/index.js';
import type { RequestSpan } from '../telemetry/index.js';
import type { Exchange } from './exchange.js';
import type { LiveStreams } from './live-streams.js';
import type { MetadataNames } from './metadata-rules.js';
import type { SharedTimer } from './shared-timer.js';
import type { StreamRules } from './stream-rules.js';

/** How large the bodies of a request have been so far; those who read and write them count. */
export interface Traffic {
  requestBytes: number;
  responseBytes: number;
}

/** One matched request on its way: what was pinned for it, and what all requests share. */
export interface Run {
  /** The surface that was current when the request came; kept to its end. */
  readonly surface: Surface;
  /** What the gate knows of the request. */
  readonly view: GateView;
  readonly exchange: Exchange;
  readonly match: Match<Route>;
  /** The query, decoded. */
  readonly query: RequestQuery;
  readonly requestId: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly names: MetadataNames;
  readonly streamRules: StreamRules;
  /** Fires `limits.sseHeartbeatMs` later: for all streams together. */
  readonly heartbeats: SharedTimer;
  /** Streams that `drain` ends. */
  readonly streams: LiveStreams;
  /** Keeps the surface, with what its calls go through, for a call that may outlive the request; the end of that. */
  readonly hold: () => () => void;
  /** Undefined where nobody traces. */
  readonly span: RequestSpan | undefined;
  readonly traffic: Traffic;
  /** Logs and counts the request as ended; a line calls it only for a reply whose body is a stream. Once. */
  readonly end: (httpStatus: number, code: number, cause?: unknown, reason?: Reason) => void;
}
