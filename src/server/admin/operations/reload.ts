import type { ReloadResult } from '../../reload.js';

/** Refused where one process has refused, unchanged where all have found nothing new; the oldest of what is served. */
export function mergeReloads(all: readonly [ReloadResult, ...ReloadResult[]]): ReloadResult {
  const said = (wanted: ReloadResult['kind']): ReloadResult | undefined =>
    all.find(({ kind }) => kind === wanted);
  const worst = said('refused') ?? said('reloaded') ?? all[0];
  return { ...worst, generation: Math.min(...all.map(({ generation }) => generation)) };
}
