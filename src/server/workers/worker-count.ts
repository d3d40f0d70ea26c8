import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** How many workers there are: as many as was said, or, for `auto`, as there are processors to run them. */
export function workerCount(wanted: number | 'auto'): number {
  return wanted === 'auto' ? processors(availableParallelism(), readCgroup) : wanted;
}

/** The processors that this process may use, of those that there are: a share below one is one. */
export function processors(present: number, read: (file: string) => string | undefined): number {
  return Math.max(1, Math.min(present, Math.round(quota(read) ?? present)));
}

/** What the cgroup is allowed, in processors (Linux, admin-guide/cgroup-v2.rst, cpu.max; v1: sched-bwc.rst). Undefined for no limit. */
function quota(read: (file: string) => string | undefined): number | undefined {
  const [allowed, period] = (
    read('/sys/fs/cgroup/cpu.max') ??
    `${read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? 'max'} ${read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? ''}`
  )
    .trim()
    .split(/\s+/)
    .map(Number);
  const share = (allowed ?? Number.NaN) / (period ?? Number.NaN);
  return share > 0 ? share : undefined;
}

function readCgroup(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
