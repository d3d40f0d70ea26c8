import type { Clock } from '../clock.js';
import type { TrustedProxies } from '../gate/index.js';
import type { Limits } from '../limits.js';
import type { Surface } from '../surface/index.js';
import type { RequestEvent, TracedRequest } from '../telemetry/index.js';
import { type MetadataNames, type MetadataRules, metadataNames } from './metadata-rules.js';
import type { Pages } from './page.js';
import { SharedTimer } from './shared-timer.js';
import type { StreamRules } from './stream-rules.js';

/** What requests run on: a surface, and what the configuration says beside it. A reload makes the next. */
export interface Serving {
  readonly surface: Surface;
  readonly limits: Limits;
  /** What proxies in front are believed. */
  readonly proxies: TrustedProxies;
  readonly metadata: MetadataRules;
  /** Request header fields that never go on to a backend, whatever the rules say; lower case. */
  readonly ownNames: ReadonlySet<string>;
  readonly streamRules: StreamRules;
  /** Whether a POST may name another HTTP method in X-HTTP-Method-Override. Default false. */
  readonly methodOverride?: boolean | undefined;
  /** What is served beside the routes. Default nothing. */
  readonly pages?: Pages | undefined;
  /** Called once per request, at its end, with what the client has sent; must not throw, nor keep that. */
  readonly log: (event: RequestEvent, asked: TracedRequest) => void;
}

/** The time in which requests begin on one surface, and end: it is over when another is served and the last has ended. */
export class Term {
  readonly surface: Surface;
  readonly proxies: TrustedProxies;
  readonly clientAddress: TrustedProxies['clientAddress'];
  readonly names: MetadataNames;
  readonly streamRules: StreamRules;
  readonly heartbeats: SharedTimer;
  readonly methodOverride: boolean;
  readonly pages: Pages | undefined;
  readonly compressionBytesMin: number;
  readonly log: Serving['log'];
  #holders = 0;
  #over: (() => void) | undefined;

  constructor(serving: Serving, clock: Clock, tracedNames: ReadonlySet<string>) {
    const {
      surface,
      limits,
      proxies,
      metadata,
      ownNames,
      streamRules,
      methodOverride = false,
      pages,
      log,
    } = serving;
    this.surface = surface;
    this.proxies = proxies;
    this.clientAddress = proxies.clientAddress;
    this.names = metadataNames(metadata, new Set([...ownNames, ...tracedNames]));
    this.streamRules = streamRules;
    this.heartbeats = new SharedTimer(clock, limits.sseHeartbeatMs);
    this.methodOverride = methodOverride;
    this.pages = pages;
    this.compressionBytesMin = limits.compressionBytesMin;
    this.log = log;
  }

  /** For each there is one `release`. */
  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#over?.();
  }

  /** No request begins in it any more; resolves when nobody holds it. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#holders === 0) resolve();
      else this.#over = resolve;
    });
  }
}
