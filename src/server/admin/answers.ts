import type { GateResources } from '../../gate/index.js';
import type { Gateway } from '../../gateway/index.js';
import { summarize } from '../../surface/index.js';
import type { Answers } from './operation.js';
import { healthOf } from './operations/health.js';

/** What the answers of a process come from. */
export interface AnswerParts {
  readonly core: Gateway;
  readonly gate: GateResources;
  /** False from the moment on at which it drains. */
  readonly isServing: () => boolean;
}

/** How this process answers operators. */
export function createAnswers({ core, gate, isServing }: AnswerParts): Answers {
  return {
    health: () => healthOf(core, isServing()),
    routes: () => summarize(core.surface),
    jwks: () => gate.identity.tokens?.jwks ?? { keys: [] },
    purge: (purge) => gate.cache.purge(purge),
  };
}
