import type { GateResources } from '../../gate/index.js';
import { summarize } from '../../surface/index.js';
import type { Answers } from './operation.js';
import { healthOf } from './operations/health.js';
import { type LiveParts, liveOf } from './operations/live.js';

/** What the answers of a process come from. */
export interface AnswerParts extends LiveParts {
  readonly gate: GateResources;
  /** False from the moment on at which it drains. */
  readonly isServing: () => boolean;
  readonly explain: Answers['explain'];
}

/** How this process answers operators. */
export function createAnswers({ gate, isServing, explain, ...parts }: AnswerParts): Answers {
  const { core } = parts;
  return {
    health: () => healthOf(core, isServing()),
    routes: () => summarize(core.surface),
    jwks: () => gate.identity.tokens?.jwks ?? { keys: [] },
    purge: (purge) => gate.cache.purge(purge),
    live: ({ since }) => liveOf(parts, isServing(), since),
    explain,
  };
}
