import { behaves, type DescField, type DescMessage, locationOf } from '../../descriptor/index.js';
import { createInputRules, type InputRules } from '../../gate/index.js';
import type { Finding } from '../finding.js';
import { found, methodName } from './found.js';
import { isForeign, type Scope, type ServedMethod } from './scope.js';

/** OUTPUT_ONLY_NEEDED: fields that the gate leaves out of requests, and that rules refuse to be without. */
export function neededOutputs({ methods, outline }: Scope): readonly Finding[] {
  let rules: InputRules | undefined;
  const said = new Set<DescField>();
  return methods.flatMap((served) => {
    const outputs = outputsIn(served).filter((field) => !said.has(field));
    if (outputs.length === 0) return [];
    rules ??= createInputRules(outline.registry);
    const known = rules;
    return outputs.flatMap((field) => {
      const { parent } = field;
      if (!known.hasRules(parent) || !known.neededFields(parent).includes(field)) return [];
      said.add(field);
      const text = `${field.name} of ${parent.typeName} is OUTPUT_ONLY, and its rules refuse it when it is empty: no request of ${methodName(served.method)} has it.`;
      return [
        found(
          'OUTPUT_ONLY_NEEDED',
          `${parent.typeName}.${field.name}`,
          text,
          locationOf(field),
          locationOf(served.method),
        ),
      ];
    });
  });
}

/** Fields that some request of a method is left without; none where its policy lets them be, or has no rules checked. */
function outputsIn({ method, routes }: ServedMethod): readonly DescField[] {
  const concerned = routes.filter(({ policy }) => {
    const { rules = true, fieldBehavior = true } = policy.validation ?? {};
    return rules && fieldBehavior;
  });
  const variables = concerned.map(
    ({ binding }) =>
      new Set(binding.variables.map(({ path }) => path.fields.map(({ name }) => name).join('.'))),
  );
  const outputs: DescField[] = [];
  const entered = new Set<DescMessage>();
  const walk = (message: DescMessage, parents: string): void => {
    if (entered.has(message) || isForeign(message.file)) return;
    entered.add(message);
    for (const field of message.fields) {
      const path = `${parents}${field.name}`;
      if (!behaves(field, 'outputOnly')) {
        if (field.message !== undefined) walk(field.message, `${path}.`);
      } else if (variables.some((names) => !names.has(path))) outputs.push(field);
    }
  };
  if (concerned.length > 0) walk(method.input, '');
  return outputs;
}
