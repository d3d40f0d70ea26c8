import { behaves, type DescField } from '../../descriptor/index.js';
import type { FieldRules } from './rules.js';

/** FeatureSet.FieldPresence LEGACY_REQUIRED (descriptor.proto). */
const legacyRequired = 3;

/** Whether requests must have a field. What a server writes is no duty of those who send. */
export function isFieldRequired(field: DescField, { isRequired }: Pick<FieldRules, 'isRequired'>): boolean {
  return (
    !behaves(field, 'outputOnly') &&
    (field.presence === legacyRequired ||
      (behaves(field, 'required') && !behaves(field, 'identifier')) ||
      isRequired)
  );
}
