import type { GateContext } from '../context.js';
import type { MessageField } from '../message-field.js';
import { policyProblem } from '../policy/problem.js';
import type { GateStep } from '../step.js';
import { type Change, readChange, type WrittenChange } from './changes.js';
import { wellFormed } from './template.js';

type FieldChange =
  | { readonly field: MessageField; readonly change: Exclude<Change, { kind: 'rename' }> }
  | { readonly field: MessageField; readonly to: MessageField };

/** Fields of requests, on their bytes: set, given where there is none, moved or dropped; of every message of a stream. */
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
        for (const one of changes) {
          if ('to' in one) {
            message.binary = moved(one, message.binary);
            continue;
          }
          const { field, change } = one;
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
  const field = changeable(context, name);
  if ('problem' in field) return field;
  if (change.kind === 'rename') return moveTo(context, field, change);
  if (change.kind === 'drop') return { field, change };
  if (!change.value.isFixed) {
    return field.isString
      ? { field, change }
      : { problem: `${name}: values of the request go into strings only` };
  }
  const problem = field.problemOf(written.set ?? written.default ?? '');
  return problem === undefined ? { field, change } : { problem: `${name} ${problem}` };
}

/** A field that there is, and that the path does not say. */
function changeable(context: GateContext, name: string): ReturnType<GateContext['requestField']> {
  if (context.variables.some((path) => `${path}.`.startsWith(`${name}.`)))
    return { problem: `${name}: the path says it` };
  return context.requestField(name);
}

function moveTo(
  context: GateContext,
  field: MessageField,
  { name, to: other }: Extract<Change, { kind: 'rename' }>,
): FieldChange | { readonly problem: string } {
  const to = changeable(context, other);
  if ('problem' in to) return to;
  if (field.valueType !== undefined && field.valueType === to.valueType) return { field, to };
  return { problem: `${name}: only a single value can be moved, to a field of the same type` };
}

/** What was there before is lost, as with header fields. */
function moved({ field, to }: Extract<FieldChange, { to: MessageField }>, binary: Uint8Array): Uint8Array {
  const record = field.record(binary);
  return record === undefined ? binary : to.setRecord(field.clear(binary), record);
}
