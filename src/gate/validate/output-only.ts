import { behaves } from '../../descriptor/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';

/**
 * OUTPUT_ONLY of google.api.field_behavior (AIP-203): a client that sends back what it has read is not
 * refused, and what it sends in such fields is not there for anybody. What the path names stays.
 */
export function outputOnlySteps(context: GateContext): readonly GateStep[] {
  const { policy, method, variables, inputRules, omitFields } = context;
  if (policy.validation?.fieldBehavior === false || !inputRules.hasOutputOnly(method.input)) return [];
  let omit: ReturnType<typeof omitFields> | undefined;
  const inspect: GateStep['inspect'] = (_, message) => {
    omit ??= omitFields((field) => behaves(field, 'outputOnly'), variables);
    const before = message.binary;
    const binary = omit(before);
    if (binary !== before) message.binary = binary;
    return undefined;
  };
  return [{ name: 'output-only', inspect, everyMessage: true }];
}
