import type { Candidate } from './balancer/balancer.js';
import type { EndpointTransport } from './transport.js';

/** One endpoint of a pool. */
export interface Member extends Candidate {
  readonly transport: EndpointTransport;
  inFlight: number;
  /** What its health service says; undefined while that is not known. */
  serving: boolean | undefined;
  /** Kept from calls for a while, since too many failed. */
  ejected: boolean;
  /** No longer resolved: takes no more calls, and is closed when it has none. */
  leaving: boolean;
}

/** The rank of a member that has failed to connect and waits before it tries again. */
export const rankUnreachable = 3;

/**
 * How well a member stands, 0 best; calls go to the best there are. Undefined for one that says it
 * does not serve: it gets no calls even when there is no other.
 *
 *     0 connected · 1 not yet connected, or its health not yet known · 2 ejected · 3 cannot be reached
 *
 * So an ejected endpoint is used again when nothing better is left: a guess must not take all away.
 */
export function rankOf(member: Member): number | undefined {
  if (member.serving === false) return undefined;
  const connectivity = member.transport.connectivity();
  if (connectivity === 'failed') return rankUnreachable;
  if (member.ejected) return 2;
  return connectivity === 'ready' && member.serving === true ? 0 : 1;
}
