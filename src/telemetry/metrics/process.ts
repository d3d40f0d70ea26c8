import { readdirSync } from 'node:fs';
import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Metrics } from './metrics.js';

/** How often the event loop is asked whether it is late. */
const lookMs = 10;

const gcTypes: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Watches the process until the returned function is called. */
export function watchProcess(metrics: Metrics): () => void {
  const stopDelay = watchEventLoop(metrics);
  const stopGc = watchGc(metrics);
  metrics.watch('heapUsed', () =>
    getHeapSpaceStatistics().map((space) => [space.space_used_size, space.space_name]),
  );
  metrics.watch('heapSize', () =>
    getHeapSpaceStatistics().map((space) => [space.space_size, space.space_name]),
  );
  metrics.watch('heapLimit', () => [[getHeapStatistics().heap_size_limit]]);
  metrics.watch('externalMemory', () => [[process.memoryUsage().external]]);
  metrics.watch('residentMemory', () => [[process.memoryUsage.rss()]]);
  metrics.watch('activeResources', () => process.getActiveResourcesInfo().map((type) => [1, type]));
  metrics.watch('cpuSeconds', () => {
    const { user, system } = process.cpuUsage();
    return [[(user + system) / 1e6]];
  });
  const startedAt = performance.timeOrigin / 1_000;
  metrics.watch('startTime', () => [[startedAt]]);
  metrics.watch('openFds', openFds);
  return () => {
    stopDelay();
    stopGc();
  };
}

/** Delay and utilization since the look before, so that an hour ago does not hide now. */
function watchEventLoop(metrics: Metrics): () => void {
  const delays = monitorEventLoopDelay({ resolution: lookMs });
  delays.enable();
  let before = performance.eventLoopUtilization();
  // What is measured is the time between two looks.
  const late = (nanoseconds: number): number =>
    delays.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - lookMs / 1_000);
  metrics.watch('eventLoopDelayMean', () => [[late(delays.mean)]]);
  metrics.watch('eventLoopDelayP99', () => [[late(delays.percentile(99))]]);
  metrics.watch('eventLoopDelayMax', () => {
    const longest = late(delays.max);
    // The last of the three.
    delays.reset();
    return [[longest]];
  });
  metrics.watch('eventLoopUtilization', () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return [[utilization]];
  });
  return () => void delays.disable();
}

function watchGc(metrics: Metrics): () => void {
  const pauses = new Map(
    Object.entries(gcTypes).map(([kind, type]) => [Number(kind), metrics.histogram('gcDuration', type)]),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) pauses.get(kindOf(entry))?.observe(entry.duration / 1_000);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

/** Node's types say nothing of what its entries have besides. */
function kindOf(entry: PerformanceEntry & { readonly detail?: unknown }): number {
  const { detail } = entry;
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : 0;
}

/** None where the system does not say. */
function openFds(): [number][] {
  try {
    // One of them is that by which they are read.
    return [[readdirSync('/proc/self/fd').length - 1]];
  } catch {
    return [];
  }
}
