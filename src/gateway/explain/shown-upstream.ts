import type { Channel, Upstream } from '../../upstream/index.js';
import type { ExplainedUpstream } from './explanation.js';
import type { Place } from './rehearsed-channel.js';

/** For people: more would not be read. */
const endpointsMax = 50;

/** Where calls to an upstream go, and where this one went or would go. `inUse` is the channel that others call by. */
export function shownUpstream(
  { target, split, mirror }: Upstream,
  known: readonly Place[],
  picked: readonly Place[],
  inUse: Channel,
): ExplainedUpstream {
  return {
    target: target.text,
    branches: split.map(({ when, percent, upstream }) => ({
      target: upstream.target.text,
      when:
        when === undefined
          ? `${percent}%`
          : `${when.header}${when.value === undefined ? '' : `: ${when.value}`}`,
    })),
    mirror: mirror?.target.text,
    endpoints: known.slice(0, endpointsMax),
    picked: picked.slice(0, endpointsMax),
    reports: inUse
      .report()
      .map((report) => ({ ...report, endpoints: report.endpoints.slice(0, endpointsMax) })),
  };
}
