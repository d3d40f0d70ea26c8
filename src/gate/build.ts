import { concealed } from './authz/visibility.js';
import type { GateContext } from './context.js';
import { order, type StepBuilder } from './order.js';
import { type Gate, type GateStep, openGate } from './step.js';

/** The gate of one binding: nothing in it that its policy does not ask for. */
export function buildGate(context: GateContext, builders: readonly StepBuilder[] = order): Gate {
  const { watched = (step: GateStep) => step } = context;
  const steps = builders.flatMap((build) => build(context)).map(watched);
  if (steps.length === 0) return openGate;
  const having = (phase: 'admit' | 'inspect' | 'around'): GateStep[] =>
    steps.filter((step) => step[phase] !== undefined);
  const inspect = having('inspect');
  const admit = having('admit');
  const { visibility = 'public' } = context.policy;
  return Object.freeze({
    steps: steps.map(({ name }) => name),
    admit: visibility === 'public' ? admit : [concealed(admit, visibility)],
    inspect,
    around: context.isUnary ? having('around') : [],
    everyMessage: inspect.filter((step) => step.everyMessage === true),
    ofNone: inspect.filter((step) => step.evenOfNone === true),
    preflight: steps.find((step) => step.preflight !== undefined)?.preflight,
  });
}
