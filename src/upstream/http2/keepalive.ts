export interface KeepaliveOptions {
  /** A connection with calls on it on which nothing came for this time is pinged. */
  readonly intervalMs: number;
  /** And is dead when nothing comes for this time after that. */
  readonly timeoutMs: number;
  /** A connection without calls is closed after this time. */
  readonly idleMs: number;
}

/** What is to be done with a connection. */
export type Verdict = 'ping' | 'dead' | 'idle' | undefined;

/** Pings nearer to each other than five minutes that servers stand before they cut the connection (grpc, A8). */
const forgivenPings = 3;

/** Whether a connection is alive, and whether anybody needs it. All times are points on the clock. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  #lastReadAt: number;
  #lastUsedAt: number;
  #pingedAt: number | undefined;
  /** Pings since the server last sent anything of a call, with which it forgives them. */
  #pings = 0;

  constructor(options: KeepaliveOptions, now: number) {
    this.#options = options;
    this.#lastReadAt = now;
    this.#lastUsedAt = now;
  }

  /** Something came: whatever it was, the peer lives. */
  read(now: number): void {
    this.#lastReadAt = now;
    this.#pingedAt = undefined;
  }

  /** HEADERS or DATA came. */
  forgiven(): void {
    this.#pings = 0;
  }

  /** To be asked now and then; 'ping' counts as done. */
  check(now: number, openStreams: number): Verdict {
    const { intervalMs, timeoutMs, idleMs } = this.#options;
    if (openStreams > 0) this.#lastUsedAt = now;
    if (this.#pingedAt !== undefined) return now - this.#pingedAt >= timeoutMs ? 'dead' : undefined;
    if (openStreams === 0) return now - this.#lastUsedAt >= idleMs ? 'idle' : undefined;
    return now - this.#lastReadAt >= intervalMs ? this.#ping(now) : undefined;
  }

  /** A call that was sent at `since` has had no answer in time. */
  suspect(since: number, now: number): Verdict {
    const isSilent = this.#pingedAt === undefined && this.#lastReadAt <= since;
    return isSilent && this.#pings < forgivenPings ? this.#ping(now) : undefined;
  }

  #ping(now: number): Verdict {
    this.#pings += 1;
    this.#pingedAt = now;
    return 'ping';
  }
}
