import type { Gateway } from '../../../gateway/index.js';
import {
  type MetricName,
  type MetricReport,
  type Metrics,
  mergeMetrics,
  mergeRecent,
  type Recent,
  type Recorder,
} from '../../../telemetry/index.js';
import type { Channels, UpstreamReport } from '../../../upstream/index.js';
import { version } from '../../../version.js';
import type { LoopWatch } from '../loop-watch.js';
import { mergeUpstreams } from './upstreams.js';

/** What the console shows. */
export interface Live extends Recent {
  readonly processes: readonly ProcessFacts[];
  /** One of each target. */
  readonly upstreams: readonly UpstreamReport[];
  /** What authentication, limits and caches have decided since the start; none where nothing is counted. */
  readonly decisions: readonly MetricReport[];
}

/** One process, as it is now. */
export interface ProcessFacts {
  readonly pid: number;
  readonly version: string;
  readonly isServing: boolean;
  readonly generation: number;
  readonly routes: number;
  readonly uptimeS: number;
  /** All of it that is in memory. */
  readonly memoryBytes: number;
  readonly inFlight: number;
  /** See LoopWatch. */
  readonly loopDelayMs?: number | undefined;
}

/** What an answer comes from. */
export interface LiveParts {
  readonly core: Gateway;
  /** Those of now: a reload may have renewed them. */
  readonly current: { readonly channels: Channels };
  /** Undefined where nothing is counted. */
  readonly metrics: Metrics | undefined;
  readonly recorder: Recorder;
  readonly loop: LoopWatch;
}

const decisions: ReadonlySet<MetricName> = new Set([
  'authentications',
  'rateLimits',
  'concurrency',
  'overload',
  'cache',
  'cacheEvictions',
  'cacheEntries',
  'cacheSize',
  'cacheSizeMax',
]);

export function liveOf(
  { core, current, metrics, recorder, loop }: LiveParts,
  isServing: boolean,
  since: number,
): Live {
  const { surface, inFlight } = core;
  const facts: ProcessFacts = {
    pid: process.pid,
    version,
    isServing,
    generation: surface.generation,
    routes: surface.routes.length,
    uptimeS: process.uptime(),
    memoryBytes: process.memoryUsage.rss(),
    inFlight,
    loopDelayMs: loop.delayMs(),
  };
  return {
    ...recorder.read(since),
    processes: [facts],
    upstreams: mergeUpstreams(current.channels.report()),
    decisions: metrics?.report(decisions) ?? [],
  };
}

export function mergeLive(all: readonly [Live, ...Live[]]): Live {
  return {
    ...mergeRecent(all),
    processes: all.flatMap(({ processes }) => processes),
    upstreams: mergeUpstreams(all.flatMap(({ upstreams }) => upstreams)),
    decisions: mergeMetrics(all.map((live) => live.decisions)),
  };
}
