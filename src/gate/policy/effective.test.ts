import { describe, expect, it } from 'vitest';
import { describePolicy } from './describe.js';
import { effectivePolicy } from './effective.js';
import { type PolicyInput, policySchema } from './schema.js';

const layer = (origin: string, policy: PolicyInput) => ({ origin, policy: policySchema.parse(policy) });

describe('layers of policy', () => {
  it('merge value by value, the last word counting, and every value knows where it came from', () => {
    const effective = effectivePolicy([
      layer('service', { authorization: { scopes: ['a'], rule: 'true' }, timeout: '1s', priority: 'low' }),
      layer('method', { authorization: { scopes: ['b', 'c'] } }),
      layer('operator', { timeout: '90s', cache: { ttl: '0s' } }),
    ]);
    expect(describePolicy(effective)).toEqual([
      { path: 'authorization.scopes', value: '["b","c"]', origin: 'method' },
      { path: 'authorization.rule', value: 'true', origin: 'service' },
      { path: 'priority', value: 'low', origin: 'service' },
      { path: 'timeout', value: '90s', origin: 'operator' },
      { path: 'cache.ttl', value: '0s', origin: 'operator' },
    ]);
  });

  it('a list replaces the list below it as a whole', () => {
    const { policy } = effectivePolicy([
      layer('a', { rateLimits: [{ requests: 1 }, { requests: 2, per: '1m' }] }),
      layer('b', { rateLimits: [{ requests: 3, per: '1d' }] }),
    ]);
    expect(policy.rateLimits).toEqual([{ requests: 3, per: 86_400_000 }]);
  });

  it('durations inside of lists are written as they are read', () => {
    const effective = effectivePolicy([layer('a', { rateLimits: [{ requests: 3, per: '250ms' }] })]);
    expect(describePolicy(effective)).toEqual([
      { path: 'rateLimits', value: '[{"requests":3,"per":"250ms"}]', origin: 'a' },
    ]);
  });

  it('nobody says anything: nothing', () => {
    expect(effectivePolicy([])).toEqual({ policy: {}, origins: new Map() });
  });
});
