import type { WallClock } from '../clock.js';
import type { GateResources } from '../gate/index.js';
import type { Gateway } from '../gateway/index.js';
import type { Metrics, Reading } from '../telemetry/index.js';
import type { Channels, EndpointReport } from '../upstream/index.js';
import { version } from '../version.js';
import type { ReloadResult } from './reload.js';

/** Whom metrics ask besides the gateway: looked up each time, since a reload may have renewed them. */
export interface MetricSources {
  readonly gate: GateResources;
  readonly channels: Channels;
}

/** What a gateway does not count as it goes, but knows. */
export function watchGateway(metrics: Metrics, core: Gateway, current: MetricSources): void {
  metrics.watch('build', () => [[1, version, process.version]]);
  metrics.watch('processes', () => [[1]]);
  metrics.watch('activeRequests', () => [[core.inFlight]]);
  metrics.watch('surfaceGeneration', () => [[core.surface.generation]]);
  metrics.watch('surfaceRoutes', () => [[core.surface.routes.length]]);
  metrics.watch('surfaceMethods', () => [[core.surface.methodCount]]);
  watchCache(metrics, current);
  watchUpstreams(metrics, current);
}

/**
 * Told of each reload. Without any, what is served was loaded when the gateway was made.
 */
export function watchReloads(metrics: Metrics, clock: WallClock): (kind: ReloadResult['kind']) => void {
  const results = {
    reloaded: metrics.counter('reloads', 'success'),
    unchanged: metrics.counter('reloads', 'unchanged'),
    refused: metrics.counter('reloads', 'failure'),
  };
  let isGood = true;
  let loadedAt = clock.wall();
  metrics.watch('reloadSuccessful', () => [[Number(isGood)]]);
  metrics.watch('reloadTimestamp', () => [[loadedAt / 1_000]]);
  return (kind) => {
    isGood = kind !== 'refused';
    if (kind === 'reloaded') loadedAt = clock.wall();
    results[kind].add();
  };
}

function watchCache(metrics: Metrics, current: MetricSources): void {
  const usage = () => current.gate.cache.store.usage();
  const reading = (value: number | undefined): Reading<'cacheEntries'>[] =>
    value === undefined ? [] : [[value]];
  metrics.watch('cacheEntries', () => reading(usage()?.entries));
  metrics.watch('cacheSize', () => reading(usage()?.bytes));
  metrics.watch('cacheSizeMax', () => reading(usage()?.bytesMax));
  metrics.watch('cacheEvictions', () => reading(usage()?.evictions));
}

function watchUpstreams(metrics: Metrics, current: MetricSources): void {
  metrics.watchTargets(() => current.channels.report().map(({ target }) => target));
  /** A number for each endpoint, under the target that it belongs to. */
  const perEndpoint = (count: (endpoint: EndpointReport) => number | undefined) =>
    function* (): Generator<[number, string]> {
      for (const { target, endpoints } of current.channels.report()) {
        for (const endpoint of endpoints) {
          const value = count(endpoint);
          if (value !== undefined) yield [value, target];
        }
      }
    };
  metrics.watch('upstreamEndpoints', () =>
    current.channels
      .report()
      .flatMap(({ target, endpoints }) =>
        endpoints.map(({ connectivity }): Reading<'upstreamEndpoints'> => [1, target, connectivity]),
      ),
  );
  metrics.watch(
    'upstreamEndpointsEjected',
    perEndpoint(({ ejected }) => Number(ejected)),
  );
  metrics.watch(
    'upstreamEndpointsUnhealthy',
    perEndpoint(({ serving }) => Number(serving === false)),
  );
  metrics.watch(
    'upstreamConnections',
    perEndpoint(({ connections }) => connections),
  );
  metrics.watch(
    'upstreamStreams',
    perEndpoint(({ streams }) => streams),
  );
  metrics.watch(
    'upstreamWaitingCalls',
    perEndpoint(({ waitingCalls }) => waitingCalls),
  );
  metrics.watch('upstreamCircuitState', () =>
    current.channels
      .report()
      .flatMap(({ target, breaker }): Reading<'upstreamCircuitState'>[] =>
        breaker === undefined
          ? []
          : (['closed', 'open', 'half-open'] as const).map((state) => [
              Number(breaker.state === state),
              target,
              state,
            ]),
      ),
  );
}
