// What the gateway is to cost. Each line: what is compared, in which scenario, with whom, at most how many times as
// much (at least, where it says so).
import { lowerQuartile, median, ratio } from './statistics.mjs';

const cpu = (scenario, peer, atMost) => ({
  text: `${scenario}: CPU per request, of ${peer}`,
  limit: `≤ ${atMost}`,
  value: ({ ours, column }) => compared(ours(scenario), column(scenario, peer), 'cpuUs'),
  met: (value) => value <= atMost,
});

const latency = (scenario, percentile, atMost) => ({
  text: `${scenario}: ${percentile} latency added at 30% of saturation, of envoy`,
  limit: `≤ ${atMost}`,
  value: ({ ours, column }) => {
    const [mine, theirs] = [ours(scenario), column(scenario, 'envoy')].map(
      (c) => c?.[`${percentile}Us`] ?? [],
    );
    if (mine.length === 0 || theirs.length === 0) return undefined;
    // Differences of two latencies: on a busy machine the load alone may be slower than through a gateway.
    const isNoise = [mine, theirs].some((values) => lowerQuartile(values) <= 0);
    return isNoise ? Number.NaN : median(mine) / median(theirs);
  },
  met: (value) => value <= atMost,
});

const compared = (ours, theirs, measure) =>
  ours?.[measure].length && theirs?.[measure].length ? ratio(ours[measure], theirs[measure]) : undefined;

export const targets = [
  ...['a', 'b', 'g'].map((key) => cpu(key, 'grpc-gateway', 0.5)),
  ...['c', 'd', 'e'].map((key) => cpu(key, 'grpc-gateway', 0.25)),
  {
    text: 'f: CPU per request among 10,000 routes, of our own with few',
    limit: '≤ 1.2',
    value: ({ ours, column }) => compared(ours('f'), column('f', 'propylon-few'), 'cpuUs'),
    met: (value) => value <= 1.2,
  },
  cpu('a', 'envoy', 1),
  ...['b', 'g'].map((key) => cpu(key, 'envoy', 0.75)),
  ...['c', 'd'].map((key) => cpu(key, 'envoy', 0.35)),
  cpu('e', 'envoy', 1),
  {
    text: 'a: CPU per request on @grpc/grpc-js, of that on our own transport',
    limit: '≥ 4',
    value: ({ column }) => compared(column('a', 'propylon-grpc-js'), column('a', 'propylon-http2'), 'cpuUs'),
    met: (value) => value >= 4,
  },
  latency('a', 'p50', 1),
  latency('a', 'p99', 1.5),
];
