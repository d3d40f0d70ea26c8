import { Code } from '../../status/index.js';
import type { Meter } from '../../telemetry/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';
import type { Count, Counter, Hit } from './counter.js';
import { limitsOf, type MethodLimit } from './declared.js';
import { policyField, rateLimitField } from './header-fields.js';
import { tooMany, unknown } from './refused.js';

/** Limits by address stand before authentication: to count is cheaper than to verify what is forged. */
export function addressLimits(context: GateContext): readonly GateStep[] {
  const { address } = byPlace(context);
  if (address.length === 0) return [];
  const judge = judgeOf(context, address, []);
  return [{ name: 'rate limits by address', admit: (view) => judge(view, nothing) }];
}

/** Limits by what is known of the caller, and those of all callers together. */
export function callerLimits(context: GateContext): readonly GateStep[] {
  const { address, caller } = byPlace(context);
  if (caller.length === 0) return [];
  const judge = judgeOf(context, caller, address);
  return [{ name: 'rate limits', admit: (view) => judge(view, nothing) }];
}

/**
 * Limits by what the request says. Of a stream of requests the first counts, and one without any says
 * nothing. What is refused here has been read and bound, and counts against the other limits for that.
 */
export function fieldLimits(context: GateContext): readonly GateStep[] {
  const { field } = byPlace(context);
  if (field.length === 0) return [];
  const judge = judgeOf(context, field, []);
  return [
    { name: 'rate limits by field', inspect: (view, { binary }) => judge(view, binary), evenOfNone: true },
  ];
}

const nothing = new Uint8Array(0);

function byPlace(context: GateContext) {
  const limits = limitsOf(context);
  return {
    address: limits.filter(({ by }) => by === 'address'),
    caller: limits.filter(({ by }) => by !== 'address' && by !== 'field'),
    field: limits.filter(({ by }) => by === 'field'),
  };
}

/** `earlier` are limits that have let the request through before: what is refused here takes nothing of them. */
function judgeOf(
  { resources }: GateContext,
  limits: readonly MethodLimit[],
  earlier: readonly MethodLimit[],
): (view: GateView, binary: Uint8Array) => Refusal | undefined | Promise<Refusal | undefined> {
  const { counter } = resources.rateLimits;
  const count = decisionsOf(resources.meter, limits);
  const policy = policyField(limits.map(({ limit }) => limit));
  const told = (view: GateView, hits: readonly Hit[], said: Count): Refusal | undefined => {
    const field = rateLimitField(hits);
    if (field !== undefined) view.responseHeaders.push(policy, field);
    count(said);
    if (said === undefined) return undefined;
    giveBack(counter, view, earlier);
    return said === 'unavailable' ? unknown() : tooMany(said);
  };
  return (view, binary) => {
    const hits = hitsOf(limits, view, binary);
    if (hits === undefined) return repeated();
    const said = counter.take(hits);
    return said instanceof Promise ? said.then((late) => told(view, hits, late)) : told(view, hits, said);
  };
}

/** Counts what limits say: all of them where they agree, else the one that refuses. */
function decisionsOf(meter: Meter, limits: readonly MethodLimit[]): (said: Count) => void {
  const ids = limits.map(({ limit }) => limit.id);
  const allowed = ids.map((id) => meter.counter('rateLimits', id, 'allowed'));
  return (said) => {
    if (said === undefined) for (const limit of allowed) limit.add();
    else if (said === 'unavailable')
      for (const id of ids) meter.counter('rateLimits', id, 'unavailable').add();
    else meter.counter('rateLimits', said.limit.id, 'refused').add();
  };
}

/** Undefined where a header field is there more than once: two readers would see two values. */
function hitsOf(limits: readonly MethodLimit[], view: GateView, binary: Uint8Array): Hit[] | undefined {
  const hits: Hit[] = [];
  for (const { limit, cost, keyOf } of limits) {
    const key = keyOf(view, binary);
    if (key === undefined) return undefined;
    hits.push({ limit, key, cost, remaining: undefined, resetMs: 0 });
  }
  return hits;
}

function giveBack(counter: Counter, view: GateView, earlier: readonly MethodLimit[]): void {
  if (earlier.length === 0) return;
  const hits = hitsOf(earlier, view, nothing);
  if (hits !== undefined) counter.giveBack(hits);
}

function repeated(): Refusal {
  const message = 'A header field that requests are counted by must not be given more than once.';
  return refusal(Code.INVALID_ARGUMENT, 'HEADER_MALFORMED', message);
}
