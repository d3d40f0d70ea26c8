import type { EffectiveConfig } from '../../config/index.js';
import type { GateResources } from '../../gate/index.js';
import { summarize } from '../../surface/index.js';
import type { LogLevels } from '../../telemetry/index.js';
import type { ReloadResult } from '../reload.js';
import type { Answers } from './operation.js';
import { type Health, type HealthCheck, healthOf, type Phase } from './operations/health.js';
import { type LiveParts, liveOf } from './operations/live.js';

/** What the answers of a process come from. */
export interface AnswerParts extends LiveParts {
  /** Looked up for each answer: a reload may have renewed them. */
  readonly current: LiveParts['current'] & {
    readonly gate: GateResources;
    readonly effective: EffectiveConfig | undefined;
  };
  readonly reload: () => Promise<ReloadResult>;
  readonly explain: Answers['explain'];
  readonly phase: () => Phase;
  /** What else must be well for it to be ready. */
  readonly checks: () => readonly HealthCheck[];
  /** Asks clients to connect elsewhere. */
  readonly leave: () => void;
  readonly logLevels: LogLevels | undefined;
}

const thisProcess = `${process.pid}-${performance.timeOrigin}`;

/** How this process answers operators. */
export function createAnswers({
  explain,
  phase,
  checks,
  leave,
  logLevels,
  reload,
  ...parts
}: AnswerParts): Answers {
  const { core, current, metrics } = parts;
  const health = (): Health => healthOf(core, phase(), checks());
  return {
    health,
    routes: () => summarize(core.surface),
    jwks: () => current.gate.identity.tokens?.jwks ?? { keys: [] },
    purge: (purge) => current.gate.cache.purge(purge),
    explain,
    reload,
    live: ({ since }) => liveOf(parts, phase() === 'serving', since),
    metrics: () => ({ process: thisProcess, metrics: metrics?.report() ?? [] }),
    upstreams: () => current.channels.report(),
    config: () => current.effective,
    logLevel(change) {
      if (change !== undefined) logLevels?.set(change.level, change.forMs);
      return logLevels?.state();
    },
    drain() {
      leave();
      return health();
    },
  };
}
