/** What becomes of the place of a worker that has ended. */
export type Restart = { readonly kind: 'again'; readonly delayMs: number } | { readonly kind: 'hopeless' };

/** A worker that was ready for so long has not failed because of how it starts. */
const stableMs = 1_000;
const firstDelayMs = 100;
const delayMsMax = 10_000;
/** So many in a row that were of no use, while no other worker serves, are a fault that is there to stay. */
const uselessMax = 5;

/**
 * When workers that end without having been asked to are replaced: at once after a while of service, later and later
 * where one after another ends at its start.
 */
export interface Restarts {
  /** `servedMs` since it was ready; undefined where it never was. `isLast`: nobody serves now. */
  ended(servedMs: number | undefined, isLast: boolean): Restart;
}

export function createRestarts(): Restarts {
  let useless = 0;
  return {
    ended(servedMs, isLast) {
      if (servedMs !== undefined && servedMs >= stableMs) {
        useless = 0;
        return { kind: 'again', delayMs: 0 };
      }
      useless += 1;
      if (isLast && useless >= uselessMax) return { kind: 'hopeless' };
      // The first one may have been killed by somebody.
      return {
        kind: 'again',
        delayMs: useless === 1 ? 0 : Math.min(delayMsMax, firstDelayMs * 2 ** (useless - 2)),
      };
    },
  };
}
