import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { SharedMemory } from '../shared/question.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';

/** Requests of a method that are under way. */
export interface Running {
  /** Whether one more may begin. */
  enter(max: number): boolean | Promise<boolean>;
  /** What `enter` would say. */
  look(max: number): boolean | Promise<boolean>;
  /** One that has begun has ended. */
  leave(): void;
}

/** Requests of each method that are under way, whatever binding they came by. Outlives a reload. */
export interface Concurrency {
  of(method: string): Running;
}

/** Of this process, or of all that share its memory. */
export function createConcurrency(memory: SharedMemory | undefined): Concurrency {
  return memory === undefined ? ofOneProcess() : ofAllProcesses(memory);
}

function ofOneProcess(): Concurrency {
  const methods = new Map<string, Running>();
  const create = (): Running => {
    let count = 0;
    return {
      enter(max) {
        if (count >= max) return false;
        count += 1;
        return true;
      },
      look: (max) => count < max,
      leave() {
        count -= 1;
      },
    };
  };
  return {
    of(method) {
      const running = methods.get(method) ?? create();
      methods.set(method, running);
      return running;
    },
  };
}

const ofAllProcesses = (memory: SharedMemory): Concurrency => ({
  of: (method) => ({
    enter: async (max) => (await memory.ask('enter', { method, max })) === true,
    look: async (max) => (await memory.ask('room', { method, max })) === true,
    leave: () => memory.tell('leave', { method }),
  }),
});

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
  const entered = (view: GateView, isIn: boolean): Refusal | undefined => {
    (isIn ? allowed : refused).add();
    if (!isIn) return exhausted(max);
    view.onEnd(() => running.leave());
    return undefined;
  };
  return [
    {
      name: 'concurrency',
      admit(view) {
        const isIn = running.enter(max);
        return isIn instanceof Promise ? isIn.then((late) => entered(view, late)) : entered(view, isIn);
      },
    },
  ];
}

function exhausted(max: number): Refusal {
  const message = `Too many requests of the method are under way: at most ${max} may be.`;
  return refusal(Code.UNAVAILABLE, 'CONCURRENCY_EXHAUSTED', message, { headers: [['retry-after', '1']] });
}
