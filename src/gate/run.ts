import type { RequestMessage } from './request-message.js';
import type { GateStep, Next } from './step.js';
import type { GateAnswer, Refusal, Verdict } from './verdict.js';
import type { GateView } from './view.js';

/** Runs the steps until one refuses. Does not leave the stack unless a step does. */
export function admit(
  steps: readonly GateStep[],
  view: GateView,
): Refusal | undefined | Promise<Refusal | undefined> {
  return judge(steps, 0, view, (step) => step.admit?.(view));
}

/** As `admit`, with the request message; a step may also know the answer. */
export function inspect(
  steps: readonly GateStep[],
  view: GateView,
  message: RequestMessage,
): Verdict | Promise<Verdict> {
  return judge(steps, 0, view, (step) => step.inspect?.(view, message));
}

function judge<V extends Verdict>(
  steps: readonly GateStep[],
  from: number,
  view: GateView,
  ask: (step: GateStep) => V | undefined | Promise<V | undefined>,
): V | undefined | Promise<V | undefined> {
  const noted = (step: GateStep, verdict: V): V => {
    // A step may stand for others, which have told the log more than the client is told.
    if (verdict?.kind === 'refusal') view.refused ??= { step: step.name, reason: verdict.reason };
    return verdict;
  };
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined) break;
    const verdict = ask(step);
    if (verdict === undefined) continue;
    if (!(verdict instanceof Promise)) return noted(step, verdict);
    return verdict.then((late) => (late === undefined ? judge(steps, at + 1, view, ask) : noted(step, late)));
  }
  return undefined;
}

/** The call with the steps around it, the first of them outermost. */
export function callThrough(
  steps: readonly GateStep[],
  view: GateView,
  message: RequestMessage,
  call: Next,
): Promise<GateAnswer> {
  const next = steps.reduceRight<Next>((inner, step) => {
    const { around } = step;
    // What an outer step wants of the call, the call must see through the inner ones.
    return around === undefined
      ? inner
      : (outer) => around(view, message, (own) => inner(outer === undefined ? own : { ...outer, ...own }));
  }, call);
  return next();
}
