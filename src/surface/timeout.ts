import type { DescMethod } from '../descriptor/index.js';
import type { Policy } from '../gate/index.js';
import type { SelectorTable } from './selector.js';

/**
 * The longest time a call of a method may take, in milliseconds: what the operator's `timeouts` say, else its policy;
 * undefined where nobody says anything.
 */
export function timeoutMsOf(
  timeouts: SelectorTable<{ readonly timeoutMs: number }>,
  method: DescMethod,
  { timeout }: Policy,
): number | undefined {
  // 0s takes back what a layer below has said.
  return timeouts.find(method)?.timeoutMs ?? (timeout === 0 ? undefined : timeout);
}
