import type { Random } from '../../clock.js';
import type { UpstreamOptions } from '../options.js';
import type { Balancer, Candidate } from './balancer.js';
import { createLeastRequest } from './least-request.js';
import { createPickFirst } from './pick-first.js';
import { createRingHash } from './ring-hash.js';
import { createRoundRobin } from './round-robin.js';

/** The balancer of a name in the configuration. */
export function createBalancer<E extends Candidate>(
  name: NonNullable<UpstreamOptions['balancer']>,
  random: Random,
): Balancer<E> {
  switch (name) {
    case 'round_robin':
      return createRoundRobin(random);
    case 'least_request':
      return createLeastRequest(random);
    case 'ring_hash':
      return createRingHash(random);
    case 'pick_first':
      return createPickFirst();
  }
}
