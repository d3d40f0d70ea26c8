import type { Random } from '../../clock.js';
import type { Balancer, Candidate } from './balancer.js';
import { hashText } from './hash.js';

/** Points of one endpoint on the ring: with 100, shares differ by about a tenth. */
const pointsPerEndpoint = 100;

/**
 * Consistent hashing: a call goes to the endpoint whose point follows its hash, so that calls of one
 * hash meet one endpoint, and an endpoint that comes or goes moves only its own share of them.
 * A call without a hash goes anywhere.
 */
export function createRingHash<E extends Candidate>(random: Random): Balancer<E> {
  let points: readonly (readonly [hash: number, candidate: E])[] = [];
  return {
    update(candidates) {
      points = candidates
        .flatMap((candidate) =>
          Array.from(
            { length: pointsPerEndpoint },
            (_, index) => [hashText(`${candidate.key}#${index}`), candidate] as const,
          ),
        )
        // By key where hashes collide, so that every gateway has the same ring.
        .toSorted(([a, one], [b, two]) => a - b || (one.key < two.key ? -1 : 1));
    },
    pick(hash = Math.floor(random() * 2 ** 32)) {
      let [low, high] = [0, points.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((points[middle]?.[0] ?? 0) < hash) low = middle + 1;
        else high = middle;
      }
      return (points[low] ?? points[0])?.[1];
    },
  };
}
