import { locationOf } from '../../descriptor/index.js';
import { Code, reasons } from '../../status/index.js';
import { type Audience, sees } from '../audience.js';
import type { GateContext } from '../context.js';
import { admit } from '../run.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';

/** A method that not everybody may see is, to everybody else, a path that nobody serves. */
export function visibilitySteps({ policy, method, report }: GateContext): readonly GateStep[] {
  const { visibility = 'public', authentication } = policy;
  if (visibility === 'public') return [];
  if (authentication?.mode === 'none') {
    report({
      severity: 'error',
      code: 'POLICY_INVALID',
      text: `${method.parent.typeName}.${method.name} is visible to ${visibility} callers only, but authenticates nobody.`,
      locations: [locationOf(method)],
      hint: 'Leave out authentication.mode: none, or make the method public.',
    });
  }
  const may = (view: GateView): boolean =>
    view.principal !== undefined && sees(view.principal.audience, visibility);
  return [{ name: 'visibility', admit: (view) => (may(view) ? undefined : unknown) }];
}

/**
 * Steps of a method that not everybody may see, as one that tells those others nothing: whatever refuses
 * them, a missing credential as much as a limit, is what a path without a route is answered with.
 */
export function concealed(steps: readonly GateStep[], visibility: Audience): GateStep {
  const told = (view: GateView, refused: Refusal | undefined): Refusal | undefined => {
    if (refused === undefined || (view.principal && sees(view.principal.audience, visibility)))
      return refused;
    // What steps have said for the answer would be said of no unknown path.
    view.responseHeaders.length = 0;
    return refused === unknown ? refused : { ...unknown, cause: refused.cause };
  };
  return {
    name: 'visibility',
    admit: (view) => {
      const refused = admit(steps, view);
      return refused instanceof Promise ? refused.then((late) => told(view, late)) : told(view, refused);
    },
  };
}

const unknown: Refusal = refusal(Code.NOT_FOUND, 'ROUTE_UNKNOWN', reasons.ROUTE_UNKNOWN);
