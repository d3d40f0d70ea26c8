import type { ThrottlePolicy } from '../service-config.js';
import type { RetryBudget } from './retry-budget.js';

/** The budget of a service config: calls that fail spend a token, those that succeed earn a part of one (gRFC A6). */
export function createRetryThrottle({ tokensMax, tokenRatio }: ThrottlePolicy): RetryBudget {
  let tokens = tokensMax;
  return {
    called() {},
    take: () => tokens > tokensMax / 2,
    ended(isFailure) {
      tokens = isFailure ? Math.max(tokens - 1, 0) : Math.min(tokens + tokenRatio, tokensMax);
    },
  };
}
