import type { Random } from '../../clock.js';
import type { Balancer, Candidate } from './balancer.js';

/** One after the other, beginning anywhere: gateways started together do not begin together. */
export function createRoundRobin<E extends Candidate>(random: Random): Balancer<E> {
  let candidates: readonly E[] = [];
  let next = 0;
  return {
    update(given) {
      candidates = given;
      next = Math.floor(random() * given.length);
    },
    pick() {
      const picked = candidates[next];
      next = next + 1 < candidates.length ? next + 1 : 0;
      return picked;
    },
  };
}
