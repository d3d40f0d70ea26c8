import { describe, expect, it } from 'vitest';
import { gateOf, viewOf } from '../../../test/support/gate.js';
import { Code } from '../../status/index.js';
import { type Audience, admit } from '../index.js';
import { refusal } from '../verdict.js';
import { audienceOfLabels } from './options.js';
import { visibilitySteps } from './visibility.js';

const protos = 'message M { string name = 1; } service S { rpc Get(M) returns (M); }';

describe('visibility', () => {
  it.each<[Audience, Audience | 'nobody', boolean]>([
    ['public', 'nobody', true],
    ['partner', 'nobody', false],
    ['partner', 'public', false],
    ['partner', 'partner', true],
    ['partner', 'internal', true],
    ['internal', 'public', false],
    ['internal', 'partner', false],
    ['internal', 'internal', true],
  ])('a %s method is seen by %s callers: %s', async (visibility, audience, seen) => {
    const { gate } = gateOf(protos, { visibility }, { builders: [visibilitySteps] });
    const refused = await admit(gate.admit, viewOf(audience === 'nobody' ? undefined : { audience }));
    expect(refused?.reason).toBe(seen ? undefined : 'ROUTE_UNKNOWN');
  });

  it.each<[string, Audience, string]>([
    ['whom it is hidden from', 'public', 'ROUTE_UNKNOWN'],
    ['who may see it', 'internal', 'SCOPE_MISSING'],
  ])('what other steps refuse to a caller %s is %s', async (_, audience, reason) => {
    for (const late of [false, true]) {
      const refusing = refusal(Code.PERMISSION_DENIED, 'SCOPE_MISSING', 'no');
      const other = () => [
        {
          name: 'other',
          admit: (view: ReturnType<typeof viewOf>) => {
            view.responseHeaders.push(['x-other', '1']);
            return late ? Promise.resolve(refusing) : refusing;
          },
        },
      ];
      const { gate } = gateOf(
        protos,
        { visibility: 'internal' },
        { builders: [visibilitySteps], before: [other] },
      );
      const view = viewOf({ audience });
      const refused = await admit(gate.admit, view);
      expect(refused?.reason).toBe(reason);
      expect(view.responseHeaders.length).toBe(reason === 'ROUTE_UNKNOWN' ? 0 : 1);
      // The log is told what it was.
      expect(view.refused).toEqual({ step: 'other', reason: 'SCOPE_MISSING' });
    }
  });

  it('of a method that authenticates nobody does not load', () => {
    const policy = { visibility: 'partner', authentication: { mode: 'none' } } as const;
    const { diagnostics } = gateOf(protos, policy, { builders: [visibilitySteps] });
    expect(diagnostics).toMatchObject([{ code: 'POLICY_INVALID', severity: 'error' }]);
  });

  it.each<[readonly string[], Audience | undefined]>([
    [[], undefined],
    [['INTERNAL'], 'internal'],
    [['PARTNER'], 'partner'],
    [['INTERNAL', 'PARTNER'], 'partner'],
    [['PREVIEW'], 'internal'],
    [['TESTER'], 'partner'],
    [['TESTER', 'GA'], 'public'],
    [['INTERNAL', 'constructor'], 'internal'],
  ])('labels %j of google.api mean %s', (labels, audience) => {
    expect(audienceOfLabels(labels, { TESTER: 'partner', GA: 'public' })).toBe(audience);
  });
});
