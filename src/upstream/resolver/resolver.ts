import type { EndpointTarget } from '../target.js';

/** Where to connect, and what the server there is called. */
export interface Endpoint {
  readonly target: EndpointTarget;
  /** `:authority`, and the name in the certificate, where that is not what the target says. */
  readonly authority: string | undefined;
}

export interface ResolverListener {
  /** All endpoints there are now, at least one; called after each answer, a change or not. */
  resolved(endpoints: readonly Endpoint[]): void;
  /** There is no answer; what was resolved before stays. */
  failed(): void;
}

/** Finds the endpoints of one target, again and again. */
export interface Resolver {
  /** Begins; once. */
  start(listener: ResolverListener): void;
  /** Asks for a new answer, since a connection was lost or refused. May be called often: answers are rate limited. */
  refresh(): void;
  close(): void;
}
