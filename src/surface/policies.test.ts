import { describe, expect, it } from 'vitest';
import { surfaceInput, surfaceProtos } from '../../test/support/surface.js';
import type { Diagnostic } from '../diagnostic/index.js';
import { describePolicy, type PolicyInput, policySchema } from '../gate/index.js';
import { finished } from '../steps.js';
import { policySteps } from './policies.js';

const image = surfaceProtos(`
message M { string name = 1; }
service Alpha {
  option (propylon.v1.service) = {
    authentication: { mode: MODE_OPTIONAL providers: "a" }
    timeout: { seconds: 9 }
    rate_limits: [{ requests: 5 per: { seconds: 90 } by: KEY_ADDRESS }]
  };
  rpc Plain(M) returns (M);
  rpc Own(M) returns (M) {
    option (propylon.v1.method) = { timeout: { nanos: 250000000 } visibility: VISIBILITY_INTERNAL };
  }
}
service Beta { rpc Get(M) returns (M); }
`);
const plain = surfaceProtos(`
message M { string name = 1; }
service Beta { rpc Get(M) returns (M); }
`);

function resolve(policies: Readonly<Record<string, PolicyInput>>, from = image) {
  const diagnostics: Diagnostic[] = [];
  const layers = Object.entries(policies).map(([selector, policy]) => ({
    selector,
    policy: policySchema.parse(policy),
  }));
  const input = surfaceInput(from, { policies: layers });
  const resolved = finished(policySteps(input, diagnostics));
  const valuesOf = (name: string): string[] => {
    const method = input.registry.method(`t.v1.${name}`);
    if (method === undefined) throw new Error(`no ${name}`);
    return describePolicy(resolved.of(method)).map(
      ({ path, value, origin }) => `${path} ${value} ${origin.replace(/:\d+$/, '')}`,
    );
  };
  return { valuesOf, isGuarded: resolved.isGuarded, diagnostics };
}

describe('the policy of a method', () => {
  it('is what its service says, what itself says over that, and what the operator says over both', () => {
    const { valuesOf } = resolve({
      '*': { timeout: '1s', priority: 'low' },
      't.v1.Alpha.Own': { priority: 'high' },
    });
    expect(valuesOf('Alpha.Own')).toEqual([
      'authentication.mode optional t.proto',
      'authentication.providers ["a"] t.proto',
      'visibility internal t.proto',
      'rateLimits [{"requests":5,"per":"90s","by":"address"}] t.proto',
      'priority high policies.t.v1.Alpha.Own',
      'timeout 1s policies.*',
    ]);
  });

  it('counts the more specific of two selectors, wherever they stand in the file', () => {
    const { valuesOf } = resolve({
      't.v1.Alpha.Plain': { timeout: '3s' },
      't.v1.*': { timeout: '2s' },
      '*': { timeout: '1s' },
    });
    expect(valuesOf('Alpha.Plain')).toContain('timeout 3s policies.t.v1.Alpha.Plain');
    expect(valuesOf('Beta.Get')).toEqual(['timeout 2s policies.t.v1.*']);
  });

  it.each([
    ['an annotation anywhere', {}, image, true],
    ["an operator's policy", { '*': { priority: 'low' } } as const, plain, true],
    ['nobody says anything', {}, plain, false],
  ])('what is not public is denied from then on: %s', (_, policies, from, guarded) => {
    expect(resolve(policies, from).isGuarded).toBe(guarded);
  });

  it('a value that cannot be is an error at the method', () => {
    const wrong = surfaceProtos(`
message M { string name = 1; }
service Beta {
  rpc Get(M) returns (M) { option (propylon.v1.method) = { success: { status: 299 } }; }
}
`);
    const { diagnostics, isGuarded } = resolve({}, wrong);
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'POLICY_INVALID',
        text: expect.stringMatching(/The policy of t\.v1\.Beta\.Get has a wrong value: success\.status/),
        locations: [{ file: 't.proto' }],
      },
    ]);
    expect(isGuarded).toBe(false);
  });
});
