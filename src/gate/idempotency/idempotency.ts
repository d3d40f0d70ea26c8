import { createHash } from 'node:crypto';
import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import { policyProblem } from '../policy/problem.js';
import { isKnownByAuthorization } from '../principal.js';
import { isReadBinding, isReadRequest } from '../standard/read.js';
import type { GateStep, Next } from '../step.js';
import { failureOfRefusal, type GateAnswer, type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';
import { idempotencyKeyOf } from './key.js';
import type { Claim } from './store.js';
import { withoutInternals } from './stored-answer.js';

const name = 'idempotency';
const rememberMsDefault = 86_400_000;

/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a write with a key is made once, its
 * answer remembered and given again. The call outlives its client, who may come back for the answer.
 */
export function idempotency(context: GateContext): readonly GateStep[] {
  const { policy, isUnary, timeoutMs, method, resources, canonical } = context;
  const { remember } = policy.idempotency ?? {};
  const mode = policy.idempotency?.mode ?? ((remember ?? 0) > 0 ? 'optional' : 'off');
  if (mode === 'off' || isReadBinding(context)) return [];
  if (!isUnary) {
    const path = policy.idempotency?.mode === undefined ? 'idempotency.remember' : 'idempotency.mode';
    const hint = 'Say idempotency: { mode: off } for the method.';
    context.report(
      policyProblem(context, path, 'is for methods with one answer, and this one streams', hint),
    );
    return [];
  }
  const methodName = `${method.parent.typeName}.${method.name}`;
  const path = `${method.parent.typeName}/${method.name}`;
  const { clock, limits, answers, options } = resources;
  const isOpen = options.idempotency?.whenUnavailable !== 'closed';
  const rememberMs = remember || rememberMsDefault;
  return [
    {
      name,
      admit(view) {
        if (isReadRequest(view)) return undefined;
        const key = idempotencyKeyOf(view.request.headers);
        if (typeof key === 'object') return key;
        return key === undefined && mode === 'required' ? missing : undefined;
      },
      async around(view, message, next) {
        const key = isReadRequest(view) ? undefined : idempotencyKeyOf(view.request.headers);
        if (typeof key !== 'string') return next();
        const id = digest(JSON.stringify([methodName, callerOf(view, resources.identity.reserved), key]));
        const fingerprint = fingerprintOf(view, canonical(message.binary));
        // Until the last call that may come of the request has ended: one that waits for another, or is made twice.
        const leaseMs =
          Math.max(view.deadline - clock.now(), timeoutMs) + timeoutMs + limits.idempotencyLeaseMs;
        const claim = await answers.claim(id, fingerprint, { leaseMs, rememberMs });
        const result = resultOf(claim, fingerprint);
        resources.meter.counter('idempotency', path, result).add();
        if (claim.kind === 'begun') return makeOnce(claim, next);
        if (claim.kind === 'unavailable') return isOpen ? next() : refused(view, unknown);
        if (result === 'reused') return refused(view, reused);
        return claim.kind === 'answered' ? replayed(claim.answer) : refused(view, inUse);
      },
    },
  ];
}

function resultOf(
  claim: Claim,
  fingerprint: string,
): 'first' | 'replayed' | 'in_use' | 'reused' | 'unavailable' {
  if (claim.kind === 'begun') return 'first';
  if (claim.kind === 'unavailable') return 'unavailable';
  if (claim.fingerprint !== fingerprint) return 'reused';
  return claim.kind === 'answered' ? 'replayed' : 'in_use';
}

async function makeOnce({ end }: Extract<Claim, { kind: 'begun' }>, next: Next): Promise<GateAnswer> {
  let answer: GateAnswer | undefined;
  try {
    answer = await next({ detached: true });
    return answer;
  } finally {
    await end(answer !== undefined && isFinal(answer) ? withoutInternals(answer) : undefined);
  }
}

/** Codes by which nothing is known of what was done, or nothing was: the client is to try again, under the same key. */
const passing: ReadonlySet<number> = new Set([
  Code.CANCELLED,
  Code.DEADLINE_EXCEEDED,
  Code.RESOURCE_EXHAUSTED,
  Code.ABORTED,
  Code.UNAVAILABLE,
  Code.UNAUTHENTICATED,
]);

function isFinal(answer: GateAnswer): boolean {
  return answer.kind === 'reply' || !passing.has(answer.status.code);
}

function replayed(answer: GateAnswer): GateAnswer {
  return { ...answer, headers: [...answer.headers, ['idempotent-replayed', 'true']] };
}

/**
 * Whose key it is. What nobody here has looked at, the backend may know a caller by: who finds out
 * another's key must not get another's answer.
 */
function callerOf({ principal, callMetadata }: GateView, reserved: ReadonlySet<string>): readonly unknown[] {
  const isLookedAt = isKnownByAuthorization(principal) || reserved.has('authorization');
  const shown = callMetadata.filter(
    ([name]) => name === 'cookie' || (name === 'authorization' && !isLookedAt),
  );
  return [principal?.id ?? null, ...shown];
}

/** What must be the same for a request to be the same: its message, and the form in which the answer is wanted. */
function fingerprintOf({ form }: GateView, binary: Uint8Array): string {
  return createHash('sha256').update(form).update('\0').update(binary).digest('base64url');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function refused(view: GateView, what: Refusal): GateAnswer {
  view.refused = { step: name, reason: what.reason };
  return failureOfRefusal(what, view.requestId);
}

const missing = refusal(
  Code.INVALID_ARGUMENT,
  'IDEMPOTENCY_KEY_REQUIRED',
  'The method wants an Idempotency-Key: a new UUID for each request, the same one when it is sent again.',
);

const reused = refusal(
  Code.INVALID_ARGUMENT,
  'IDEMPOTENCY_KEY_REUSED',
  'The Idempotency-Key has been used for another request.',
  { httpStatus: 422 },
);

const inUse = refusal(
  Code.ABORTED,
  'IDEMPOTENCY_KEY_IN_USE',
  'A request with this Idempotency-Key is under way.',
  { httpStatus: 409, headers: [['retry-after', '1']] },
);

const unknown = refusal(
  Code.UNAVAILABLE,
  'IDEMPOTENCY_UNAVAILABLE',
  'Whether the request has been made before cannot be found out.',
  { headers: [['retry-after', '1']] },
);
