import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';
import { behaves, type DescField } from '../../descriptor/index.js';
import type { GateContext } from '../context.js';
import type { PathStep } from './client-path.js';
import { namesOf } from './required.js';

/**
 * Whether rules ask for a value that `outputOnlySteps` leaves out of every request, so that no client could give it:
 * whether nothing is there where the path of a violation leads. What the path of the URL names is asked for, and what
 * a step of the gate has put there is judged.
 *
 * Undefined for methods whose requests are left as they are.
 */
export function unaskedValues({
  policy,
  method,
  variables,
  inputRules,
}: GateContext): ((request: ReflectMessage, path: readonly PathStep[]) => boolean) | undefined {
  if (policy.validation?.fieldBehavior === false || !inputRules.hasOutputOnly(method.input)) return undefined;
  const isLeftOut = (field: DescField, parents: readonly PathStep[]): boolean =>
    behaves(field, 'outputOnly') && !variables.includes([...namesOf(parents), field.name].join('.'));
  return (request, path) => {
    for (const [index, step] of path.entries()) {
      const parents = path.slice(0, index);
      const fields = step.kind === 'field' ? [step] : step.kind === 'oneof' ? step.fields : [];
      // Of a oneof any member would do.
      if (fields.length === 0 || !fields.every((field) => isLeftOut(field, parents))) continue;
      const holder = valueAt(request, parents);
      return isReflectMessage(holder) && !fields.some((field) => holder.isSet(field));
    }
    return false;
  };
}

function valueAt(request: ReflectMessage, path: readonly PathStep[]): unknown {
  return path.reduce<unknown>((held, step) => {
    if (step.kind === 'field' && isReflectMessage(held)) return held.get(step);
    if (step.kind === 'list_sub' && isReflectList(held)) return held.get(step.index);
    if (step.kind === 'map_sub' && isReflectMap(held)) return held.get(step.key);
    return undefined;
  }, request);
}
