import type { Clock } from '../../clock.js';
import { catalog, type MetricName } from './catalog.js';

/** So long the last values of a target that is gone are still told: whoever scrapes has seen them by then. */
const graceMs = 300_000;

/** Where a metric has the target as configured among its labels; below 0 where it does not. */
export function placeOfTarget(metric: MetricName): number {
  const labels: readonly string[] = catalog[metric].labels;
  return labels.indexOf('upstream');
}

/**
 * Says at each look which of the targets that were counted have had their time: those that were not there at a look some
 * minutes ago either. A gateway that lives for years would count all that it has ever known.
 */
export function goneTargets(
  clock: Clock,
): (counted: Iterable<string>, present: ReadonlySet<string>) => ReadonlySet<string> {
  const goneSince = new Map<string, number>();
  return (counted, present) => {
    const now = clock.now();
    const over = new Set<string>();
    for (const target of counted) {
      const since = goneSince.get(target) ?? now;
      if (present.has(target)) goneSince.delete(target);
      else if (now - since < graceMs) goneSince.set(target, since);
      else over.add(target);
    }
    for (const target of over) goneSince.delete(target);
    return over;
  };
}
