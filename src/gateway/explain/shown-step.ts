import { describePolicy, isOfStep, type PolicyValue } from '../../gate/index.js';
import type { Route } from '../../surface/index.js';
import type { ExplainedStep } from './explanation.js';
import type { Shower } from './shown.js';
import type { StepRecord } from './step-recorder.js';

/** A step as it was recorded, with what of the policy it goes by. */
export function shownStep(step: StepRecord, route: Route, show: Shower): ExplainedStep {
  const { phase, name, verdict, findings, refusal, withheld, messageChanged } = step;
  const { cause } = refusal ?? {};
  return {
    ...{ phase, name, verdict, findings, withheld, messageChanged },
    reason: refusal?.reason,
    message: refusal?.message,
    httpStatus: refusal?.httpStatus,
    cause: cause === undefined ? undefined : cause instanceof Error ? cause.message : String(cause),
    metadata: show.metadata(step.metadata),
    headers: show.headers(step.headers),
    policy: describePolicy(route.policy).filter(({ path }) => isOfStep(name, path)),
  };
}

/** What asks for no step, or says that there is to be none. */
export function settingsOf({ policy, gate }: Route): PolicyValue[] {
  return describePolicy(policy).filter(({ path }) => !gate.steps.some((step) => isOfStep(step, path)));
}
