import { textField, textMapField } from '../../codec/index.js';
import { behaves, type DescField, type DescMessage, locationOf } from '../../descriptor/index.js';
import type { Binding } from '../../httprule/index.js';
import { sourceOf } from '../../surface/index.js';
import type { Finding } from '../finding.js';
import { found, methodName } from './found.js';
import { isForeign, type Scope, type ServedMethod } from './scope.js';

/** REQUIRED_FIELD_UNREACHABLE and FIELD_UNREACHABLE: fields of a request that no binding of its method carries. */
export function unreachableFields({ methods }: Scope): readonly Finding[] {
  return methods.flatMap((served) => unreachableIn(served).map((fields) => finding(served, fields)));
}

function finding({ method, bindings }: ServedMethod, fields: readonly DescField[]): Finding {
  const path = fields.map(({ name }) => name).join('.');
  const isRequired = fields.every((field) => behaves(field, 'required'));
  const rule = isRequired ? 'REQUIRED_FIELD_UNREACHABLE' : 'FIELD_UNREACHABLE';
  const routes = bindings.map(({ httpMethod, template }) => `"${httpMethod} ${template.text}"`).join(', ');
  const text = `${path} of ${method.input.typeName} cannot be set by ${routes}: no body has it, and it has no form as a query parameter.`;
  const places = [locationOf(method), ...fields.slice(-1).map(locationOf)];
  return found(rule, `${methodName(method)} ${path}`, text, ...places);
}

/** Outermost fields that cannot be reached; of a message that is met twice, what was met first counts. */
function unreachableIn({ method, bindings }: ServedMethod): (readonly DescField[])[] {
  const missing: (readonly DescField[])[] = [];
  const entered = new Set<DescMessage>();
  const walk = (message: DescMessage, parents: readonly DescField[]): void => {
    // What is inside of a common type is not up to who uses it.
    if (entered.has(message) || isForeign(message.file)) return;
    entered.add(message);
    for (const field of message.fields) {
      const fields = [...parents, field];
      if (behaves(field, 'outputOnly')) continue;
      const reaches = bindings.map((binding) => reachOf(binding, fields));
      if (reaches.includes('whole')) continue;
      if (reaches.includes('inside') && field.fieldKind === 'message') walk(field.message, fields);
      else missing.push(fields);
    }
  };
  walk(method.input, []);
  return missing;
}

/** Whether a request can carry a field as it is, or some of what is inside of it. */
function reachOf(binding: Binding, fields: readonly DescField[]): 'whole' | 'inside' | 'none' {
  const source = sourceOf(binding, fields);
  if (source === 'body') return 'whole';
  if (source === 'path') {
    const isDeeper = binding.variables.every(
      ({ path }) => path.fields.length > fields.length || !isBeginning(path.fields, fields),
    );
    return isDeeper ? 'inside' : 'whole';
  }
  const leaf = fields.at(-1);
  if (leaf === undefined) return 'inside';
  if (!('problem' in (leaf.fieldKind === 'map' ? textMapField(leaf) : textField(leaf)))) return 'whole';
  const isStructure = leaf.fieldKind === 'message' && leaf.message.typeName !== 'google.protobuf.Any';
  return isStructure ? 'inside' : 'none';
}

const isBeginning = (start: readonly DescField[], fields: readonly DescField[]): boolean =>
  start.every((field, index) => fields[index] === field);
