import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';

/** Requests of each method that are under way, whatever binding they came by. Outlives a reload. */
export class Concurrency {
  readonly #running = new Map<string, { count: number }>();

  of(method: string): { count: number } {
    const known = this.#running.get(method) ?? { count: 0 };
    this.#running.set(method, known);
    return known;
  }
}

/**
 * Refuses at once what is one request too many: nobody waits in a line that the backend does not know
 * of. 503, as proxies answer when a backend has enough to do, since it is not the caller who is to blame.
 */
export function concurrencyLimit({ policy, method, resources }: GateContext): readonly GateStep[] {
  const max = policy.concurrency?.max;
  if (max === undefined) return [];
  const running = resources.concurrency.of(`${method.parent.typeName}.${method.name}`);
  const { meter } = resources;
  const path = `${method.parent.typeName}/${method.name}`;
  const allowed = meter.counter('concurrency', path, 'allowed');
  const refused = meter.counter('concurrency', path, 'refused');
  return [
    {
      name: 'concurrency',
      admit(view) {
        if (running.count >= max) {
          refused.add();
          return exhausted(max);
        }
        allowed.add();
        running.count += 1;
        view.onEnd(() => {
          running.count -= 1;
        });
        return undefined;
      },
    },
  ];
}

function exhausted(max: number): Refusal {
  const message = `Too many requests of the method are under way: at most ${max} may be.`;
  return refusal(Code.UNAVAILABLE, 'CONCURRENCY_EXHAUSTED', message, { headers: [['retry-after', '1']] });
}
