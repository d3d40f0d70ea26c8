import type { GateContext } from '../context.js';
import type { MessageField } from '../message-field.js';
import { policyProblem } from '../policy/problem.js';
import type { GateStep } from '../step.js';
import { type Change, readChange, type WrittenChange } from './changes.js';
import { wellFormed } from './template.js';

interface FieldChange {
  readonly field: MessageField;
  readonly change: Exclude<Change, { kind: 'rename' }>;
}

/** Fields of requests, on their bytes: set, given where there is none, or dropped; of every message of a stream. */
export function transformedFields(context: GateContext): readonly GateStep[] {
  const written = context.policy.transform?.requestFields ?? [];
  const changes = written.flatMap((one) => {
    const read = readFieldChange(context, one);
    if (!('problem' in read)) return [read];
    const { method } = context;
    const hint = `Name a field of ${method.input.typeName} by its path of proto names, and a value as a query would give it.`;
    context.report(
      policyProblem(context, 'transform.requestFields', `cannot do what it says: ${read.problem}`, hint),
    );
    return [];
  });
  if (changes.length === 0) return [];
  return [
    {
      name: 'transformed fields',
      everyMessage: true,
      evenOfNone: true,
      inspect(view, message) {
        for (const { field, change } of changes) {
          if (change.kind === 'default' && field.isTaken(message.binary)) continue;
          const value = change.kind === 'drop' ? undefined : change.value.fill(view, wellFormed);
          message.binary =
            value === undefined ? field.clear(message.binary) : field.set(message.binary, value);
        }
        return undefined;
      },
    },
  ];
}

function readFieldChange(
  context: GateContext,
  written: WrittenChange,
): FieldChange | { readonly problem: string } {
  const change = readChange(written);
  if ('problem' in change) return change;
  const { name } = change;
  if (change.kind === 'rename') return { problem: `${name}: fields cannot be renamed` };
  const field = context.requestField(name);
  if ('problem' in field) return field;
  if (context.variables.some((path) => `${path}.`.startsWith(`${name}.`)))
    return { problem: `${name}: the path says it` };
  if (change.kind === 'drop') return { field, change };
  if (!change.value.isFixed) {
    return field.isString
      ? { field, change }
      : { problem: `${name}: values of the request go into strings only` };
  }
  const problem = field.problemOf(written.set ?? written.default ?? '');
  return problem === undefined ? { field, change } : { problem: `${name} ${problem}` };
}
