import type { PurgeResult } from '../../../gate/index.js';

/** The worst of them: a purge that one process could not do is none. */
export function mergePurges(all: readonly [PurgeResult, ...PurgeResult[]]): PurgeResult {
  return all.find(({ kind }) => kind !== 'purged') ?? all[0];
}
