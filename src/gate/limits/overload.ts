import { Code, reasons } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';

/** From which multiple of the configured delay on requests are refused. */
const startsAt = { low: 1, normal: 2, high: 4 } as const;
/** Some get through however late the loop is, or nobody would see that it has recovered. */
const shareMax = 0.98;

/**
 * Refuses requests when the event loop is late, before anything is done for them: of a delay that is
 * twice that at which it starts, nearly all of its priority, of one in between a share, by chance.
 * What is refused makes the loop less late, so that the share settles and does not swing.
 */
export function overload({ policy, method, resources, ...context }: GateContext): readonly GateStep[] {
  const { options, loopDelay, random } = resources;
  const priority = policy.priority ?? 'normal';
  if (options.overload === undefined) {
    if (policy.priority !== undefined)
      context.report({
        severity: 'warning',
        code: 'POLICY_INVALID',
        text: `The priority of ${method.parent.typeName}.${method.name} (${context.origins.get('priority')}) has no effect.`,
        locations: [],
        hint: 'Priorities count where overload: { eventLoopDelay: … } is configured.',
      });
    return [];
  }
  const { eventLoopDelay } = options.overload;
  const allowed = resources.meter.counter('overload', priority, 'allowed');
  const refused = resources.meter.counter('overload', priority, 'refused');
  return [
    {
      name: 'overload',
      admit() {
        const share = shareRefused(loopDelay.ms, eventLoopDelay, priority);
        if (share === 0 || random() >= share) {
          allowed.add();
          return undefined;
        }
        refused.add();
        return overloaded(random());
      },
    },
  ];
}

/** The share of requests of a priority that is refused at a delay, by the delay at which that begins. */
export function shareRefused(delayMs: number, startMs: number, priority: keyof typeof startsAt): number {
  const start = startMs * startsAt[priority];
  return Math.min(shareMax, Math.max(0, (delayMs - start) / start));
}

/** Who is sent away comes back at different times. */
function overloaded(random: number): Refusal {
  const seconds = 1 + Math.floor(random * 3);
  return refusal(Code.UNAVAILABLE, 'OVERLOADED', reasons.OVERLOADED, {
    headers: [['retry-after', String(seconds)]],
  });
}
