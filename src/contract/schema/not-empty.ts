import { type DescField, ScalarType } from '../../descriptor/index.js';
import { type JsonObject, listOf } from '../json.js';
import type { Form } from './form.js';

/** FeatureSet.FieldPresence IMPLICIT (descriptor.proto). */
const implicit = 2;

/**
 * The schema of a required field, without the value that means "not given": a field without presence that is empty is
 * missing, however it was written.
 */
export function notEmpty(field: DescField, schema: JsonObject, { enumsAsNumbers }: Form): JsonObject {
  switch (field.fieldKind) {
    case 'list':
      return { ...schema, minItems: atLeastOne(schema['minItems']) };
    case 'map':
      return { ...schema, minProperties: atLeastOne(schema['minProperties']) };
    case 'enum': {
      const [zero] = field.enum.values.filter(({ number }) => number === 0);
      if (field.presence !== implicit || zero === undefined) return schema;
      return without(schema, { const: enumsAsNumbers ? 0 : zero.name });
    }
    case 'scalar':
      if (field.presence !== implicit) return schema;
      if (field.scalar === ScalarType.BOOL) return { ...schema, const: true };
      if (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES)
        return { ...schema, minLength: atLeastOne(schema['minLength']) };
      return without(schema, schema['type'] === 'string' ? { pattern: '^-?0+$' } : { const: 0 });
    default:
      return schema;
  }
}

function atLeastOne(least: JsonObject[string]): number {
  return Math.max(1, typeof least === 'number' ? least : 0);
}

function without(schema: JsonObject, value: JsonObject): JsonObject {
  return schema['not'] === undefined
    ? { ...schema, not: value }
    : { ...schema, allOf: [...listOf(schema['allOf']), { not: value }] };
}
