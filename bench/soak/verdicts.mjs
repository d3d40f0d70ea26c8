// Whether a curve is flat: what it is in the last third, beside the middle one. The first third warms up.
import { median } from '../gateways/statistics.mjs';

/** What may be more at the end than in the middle. Memory of a garbage-collected process is a saw; medians are taken. */
const curves = [
  { key: 'residentMb', title: 'resident memory, MB', growthMax: 1.05, slack: 5 },
  { key: 'heapMb', title: 'heap in use, MB', growthMax: 1.1, slack: 5 },
  { key: 'sockets', title: 'sockets', growthMax: 1, slack: 4 },
  { key: 'loopDelayMs', title: 'event-loop delay, p99, ms', growthMax: 1.25, slack: 2 },
];

export function verdicts(samples) {
  const third = Math.floor(samples.length / 3);
  return curves.map(({ key, title, growthMax, slack }) => {
    const of = (from, to) => median(samples.slice(from, to).map((sample) => sample[key]));
    const middle = of(third, 2 * third);
    const end = of(2 * third, samples.length);
    return { key, title, middle, end, met: end <= middle * growthMax + slack };
  });
}
