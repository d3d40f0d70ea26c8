import type { EffectiveConfig } from '../../config/index.js';
import type { GateResources } from '../../gate/index.js';
import { summarize } from '../../surface/index.js';
import type { LogLevels } from '../../telemetry/index.js';
import type { Answers } from './operation.js';
import { type Health, type HealthCheck, healthOf, type Phase } from './operations/health.js';
import { type LiveParts, liveOf } from './operations/live.js';

/** What the answers of a process come from. */
export interface AnswerParts extends LiveParts {
  readonly gate: GateResources;
  readonly explain: Answers['explain'];
  readonly phase: () => Phase;
  /** What else must be well for it to be ready. */
  readonly checks: () => readonly HealthCheck[];
  /** Asks clients to connect elsewhere. */
  readonly leave: () => void;
  readonly logLevels: LogLevels | undefined;
  readonly effective: EffectiveConfig | undefined;
}

/** How this process answers operators. */
export function createAnswers({
  gate,
  explain,
  phase,
  checks,
  leave,
  logLevels,
  effective,
  ...parts
}: AnswerParts): Answers {
  const { core, channels } = parts;
  const health = (): Health => healthOf(core, phase(), checks());
  return {
    health,
    routes: () => summarize(core.surface),
    jwks: () => gate.identity.tokens?.jwks ?? { keys: [] },
    purge: (purge) => gate.cache.purge(purge),
    explain,
    live: ({ since }) => liveOf(parts, phase() === 'serving', since),
    upstreams: () => channels.report(),
    config: () => effective,
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
