/** What a balancer knows of an endpoint. */
export interface Candidate {
  /** Tells endpoints apart and stays the same across connections. */
  readonly key: string;
  /** Calls that have not ended. */
  readonly inFlight: number;
}

/** Chooses among endpoints of equal standing. */
export interface Balancer<E extends Candidate> {
  /** From now on these; maybe none. */
  update(candidates: readonly E[]): void;
  /** One of them for a call; `hash` is that of the call where calls have one. Undefined when there is none. */
  pick(hash: number | undefined): E | undefined;
}
