import type { Random } from '../../clock.js';
import type { Balancer, Candidate } from './balancer.js';

/**
 * Of two endpoints chosen by chance the one with fewer calls in flight ("power of two choices"):
 * nearly as even as looking at all of them, and without the herd that runs to the one least loaded.
 */
export function createLeastRequest<E extends Candidate>(random: Random): Balancer<E> {
  let candidates: readonly E[] = [];
  return {
    update(given) {
      candidates = given;
    },
    pick() {
      const count = candidates.length;
      const first = Math.floor(random() * count);
      // Another one than the first, each with the same chance.
      const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
      const [one, two] = [candidates[first], candidates[second]];
      return two === undefined || one === undefined || one.inFlight <= two.inFlight ? one : two;
    },
  };
}
