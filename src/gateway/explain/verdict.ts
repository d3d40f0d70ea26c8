import { unasked } from '../../gate/index.js';
import type { Route } from '../../surface/index.js';
import type { RequestEvent } from '../../telemetry/index.js';
import type { CallRecorder } from './call-recorder.js';
import { nameOf } from './candidates.js';
import type { ExplainedAnswer, Explanation } from './explanation.js';
import type { StepRecorder } from './step-recorder.js';

/** undecided: what would have to be asked was not. */
export function verdictOf(httpStatus: number, event: RequestEvent | undefined): Explanation['verdict'] {
  if (event?.cause === unasked) return 'undecided';
  return httpStatus < 400 ? 'answered' : 'refused';
}

/** One sentence: who answers or refuses the request, and why. */
export function summaryOf(
  verdict: Explanation['verdict'],
  { httpStatus, body }: ExplainedAnswer,
  event: RequestEvent | undefined,
  { steps }: StepRecorder,
  { calls }: CallRecorder,
  route: Route | undefined,
): string {
  const method = route === undefined ? '' : ` for ${nameOf(route)}`;
  if (verdict === 'undecided')
    return `Undecided${method}: an identity provider would be asked about the token.`;
  const { refused } = event ?? {};
  if (refused !== undefined)
    return `Refused with ${httpStatus}${method} by ${refused.step}: ${refused.reason}.`;
  const told = verdict === 'answered' ? '.' : `: ${messageIn(body)}`;
  if (route === undefined && verdict === 'refused') return `Refused with ${httpStatus}${told}`;
  if (route === undefined) return `Answered with ${httpStatus}, for the path alone.`;
  const known = steps.find((step) => step.verdict === 'answers');
  if (known !== undefined) return `Answered with ${httpStatus}${method} by ${known.name}, without a call.`;
  if (calls.length > 0 && verdict === 'answered') return `Answered with ${httpStatus} by ${nameOf(route)}.`;
  if (calls.length > 0) return `The call of ${nameOf(route)} ends in ${httpStatus}${told}`;
  return verdict === 'answered'
    ? `Answered with ${httpStatus}${method}, without a call.`
    : `Refused with ${httpStatus}${method}${told}`;
}

/** What an error says, in whichever form (ErrorForm). */
function messageIn(body: string | undefined): string {
  try {
    const { message, detail, error } = JSON.parse(body ?? '') as Readonly<Record<string, unknown>>;
    const inner = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : undefined;
    return String(message ?? detail ?? inner ?? 'see the answer.');
  } catch {
    return 'see the answer.';
  }
}
