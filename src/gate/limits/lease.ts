import type { Rate } from './rate.js';

/** A lease lasts no longer, however slow its limit is. */
const leaseMsMax = 1_000;

/**
 * What this process has of a key beyond its own requests: requests that Redis has charged already and
 * that may be made without asking. What is leased is charged, so leases can let through no more than
 * the key regains while they last. That is a hundredth of the limit: so long they last, and so many
 * requests they are for, whatever the number of gateways.
 */
export interface Lease {
  left: number;
  until: number;
  /** Requests that the next lease is for: more where the last one was used up early, fewer where it was not. */
  size: number;
  /** Questions about the key that are under way. */
  asking: number;
  /** Until when requests of this cost are refused without asking again. */
  refusedUntil: number;
  refusedCost: number;
}

export function newLease(): Lease {
  return { left: 0, until: 0, size: 0, asking: 0, refusedUntil: 0, refusedCost: 0 };
}

/** How long a lease of this limit lasts. */
export function leaseMs({ depth, unitsPerMs }: Rate): number {
  return Math.min(leaseMsMax, depth / unitsPerMs / 100);
}

/** Ends what is left of a lease: how much of it goes back, and how much the next one is for. */
export function turnOver(lease: Lease, { burst }: Rate, now: number): { unspent: number; wanted: number } {
  const unspent = lease.left;
  const usedUp = now < lease.until;
  lease.left = 0;
  lease.size = usedUp ? Math.max(1, lease.size * 2) : Math.max(0, lease.size - unspent);
  lease.size = Math.min(lease.size, Math.floor(burst / 100));
  // One question at a time asks for more than it needs.
  return { unspent, wanted: lease.asking > 0 ? 0 : lease.size };
}
