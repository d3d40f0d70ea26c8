import type { EffectiveConfig } from '../../config/index.js';
import type { Purge, PurgeResult } from '../../gate/index.js';
import type { Explanation } from '../../gateway/index.js';
import type { SurfaceSummary } from '../../surface/index.js';
import type { LogLevelState, MetricsReport } from '../../telemetry/index.js';
import type { UpstreamReport } from '../../upstream/index.js';
import type { ReloadResult } from '../reload.js';
import type { ExplainArguments } from './operations/explain.js';
import type { Health } from './operations/health.js';
import type { Live } from './operations/live.js';
import type { LogLevelChange } from './operations/log-level.js';

/**
 * What operators ask of a process, by name: arguments and answer. Both are plain data, since a primary asks its
 * workers over a channel of messages, and merges what they say.
 */
export interface Operations {
  readonly health: Operation<undefined, Health>;
  readonly routes: Operation<undefined, SurfaceSummary>;
  /** Public keys of the tokens that the gateway signs. */
  readonly jwks: Operation<undefined, { readonly keys: readonly object[] }>;
  readonly purge: Operation<Purge, PurgeResult>;
  /** What has happened since that second of the epoch, of the last ten minutes. */
  readonly live: Operation<{ readonly since: number }, Live>;
  /** Asked of one process: a request is sent once. */
  readonly explain: Operation<ExplainArguments, Explanation>;
  /** How calls to each target stand. */
  readonly upstreams: Operation<undefined, readonly UpstreamReport[]>;
  /** The configuration that counts; undefined where the gateway was given options instead. */
  readonly config: Operation<undefined, EffectiveConfig | undefined>;
  /** How much is logged, after the change that is asked for; undefined where the log is not the gateway's own. */
  readonly logLevel: Operation<LogLevelChange | undefined, LogLevelState | undefined>;
  /** Readiness turns false, and clients are asked to connect elsewhere; all is answered until the process ends. */
  readonly drain: Operation<undefined, Health>;
  /** Reads everything that is configured anew. */
  readonly reload: Operation<undefined, ReloadResult>;
  /** Empty where nothing is counted. */
  readonly metrics: Operation<undefined, MetricsReport>;
}

export interface Operation<Args, Result> {
  readonly args: Args;
  readonly result: Result;
}

export type OperationName = keyof Operations;

/** Asks whoever serves: this process, or all workers of it. Rejects when nobody can answer. */
export type Ask = <K extends OperationName>(
  name: K,
  args: Operations[K]['args'],
) => Promise<Operations[K]['result']>;

/** How one process answers. */
export type Answers = {
  readonly [K in OperationName]: (
    args: Operations[K]['args'],
  ) => Operations[K]['result'] | Promise<Operations[K]['result']>;
};

/** What the answers of several processes come to; there is at least one. */
export type Merges = {
  readonly [K in OperationName]: (
    results: readonly [Operations[K]['result'], ...Operations[K]['result'][]],
  ) => Operations[K]['result'];
};

/** Asks this process. */
export function askHere(answers: Answers): Ask {
  return async (name, args) => answers[name](args);
}
