import type { Balancer, Candidate } from './balancer.js';

/** All calls to one endpoint, for as long as it stands: the first in the order of the target. */
export function createPickFirst<E extends Candidate>(): Balancer<E> {
  let chosen: E | undefined;
  return {
    update(candidates) {
      // One that serves is kept when an earlier one returns: calls should not wander without need.
      if (chosen === undefined || !candidates.includes(chosen)) chosen = candidates[0];
    },
    pick: () => chosen,
  };
}
