import { describe, expect, it } from 'vitest';
import type { EndpointReport, UpstreamReport } from '../../../upstream/index.js';
import { mergeUpstreams } from './upstreams.js';

function endpoint(facts: Partial<EndpointReport> = {}): EndpointReport {
  return { endpoint: 'a:1', connectivity: 'ready', ejected: false, leaving: false, inFlight: 1, ...facts };
}

function upstream(...endpoints: EndpointReport[]): UpstreamReport {
  return { role: 'main', target: 'a:1', endpoints };
}

describe('one report of each target', () => {
  it.each([
    [['idle', 'ready'], 'ready'],
    [['ready', 'connecting'], 'connecting'],
    [['failed', 'ready'], 'failed'],
    [['idle', 'idle'], 'idle'],
  ] as const)('of endpoints that are %j says %s', (connectivities, connectivity) => {
    const all = connectivities.map((one) => upstream(endpoint({ connectivity: one })));
    expect(mergeUpstreams(all)).toMatchObject([{ endpoints: [{ connectivity, inFlight: 2 }] }]);
  });

  it.each([
    [['closed', 'half-open'], 'half-open'],
    [['open', 'closed'], 'open'],
  ] as const)('of breakers that are %j says %s', (states, state) => {
    const all = states.map((one) => ({ ...upstream(), breaker: { state: one, inFlight: 1, pending: 2 } }));
    expect(mergeUpstreams(all)).toMatchObject([{ breaker: { state, inFlight: 2, pending: 4 } }]);
  });

  it('says of an endpoint the worst of what several say of it', () => {
    const [merged] = mergeUpstreams([
      upstream(endpoint({ serving: true, leaving: true, connections: 1 })),
      upstream(endpoint({ serving: false, ejected: true, connections: 2 })),
      upstream(endpoint()),
    ]);
    expect(merged?.endpoints).toEqual([
      endpoint({ serving: false, ejected: true, leaving: false, inFlight: 3, connections: 3 }),
    ]);
  });

  it('keeps apart what is not the same: roles, targets, addresses', () => {
    const all = [
      upstream(endpoint(), endpoint({ endpoint: 'b:1' })),
      { ...upstream(), role: 'mirror' as const },
    ];
    expect(mergeUpstreams([...all, { ...upstream(), target: 'c:1' }])).toHaveLength(3);
    expect(mergeUpstreams(all)[0]?.endpoints).toHaveLength(2);
  });

  it('has no breaker and no numbers where nobody tells of any', () => {
    const [merged] = mergeUpstreams([upstream(endpoint()), upstream(endpoint())]);
    expect(merged?.breaker).toBe(undefined);
    expect(merged?.endpoints[0]?.connections).toBe(undefined);
  });
});
