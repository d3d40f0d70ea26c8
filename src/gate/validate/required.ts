import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { behaves, type DescField, type DescMessage, holdingTypes } from '../../descriptor/index.js';
import type { FieldViolation } from '../../status/index.js';
import { type ClientName, type PathStep, pathText } from './client-path.js';
import type { IsJudged } from './update-scope.js';

/** Adds to `violations` what a request lacks of what is REQUIRED, in it and in the messages that it has. */
export type RequiredCheck = (
  request: ReflectMessage,
  isJudged: IsJudged,
  violations: FieldViolation[],
) => void;

/** What is to be looked at of one type. */
interface Checks {
  readonly required: readonly DescField[];
  readonly inner: readonly (readonly [field: DescField, type: DescMessage])[];
}

/**
 * REQUIRED of google.api.field_behavior (AIP-203): a value that is not the empty one, where the field has
 * no presence to tell them apart. What is OUTPUT_ONLY or IDENTIFIER besides is not the client's to give.
 *
 * The request has been decoded, so that it is nested no deeper than decoders go.
 */
export function requiredCheck(message: DescMessage, clientName: ClientName): RequiredCheck {
  const concerned = holdingTypes([message], ({ fields }) => fields.some(isRequired));
  const checks = new Map<DescMessage, Checks>();
  for (const type of concerned) {
    checks.set(type, {
      required: type.fields.filter(isRequired),
      inner: type.fields.flatMap((field) =>
        field.message !== undefined && concerned.has(field.message) ? [[field, field.message]] : [],
      ),
    });
  }
  const visit = (
    value: ReflectMessage,
    type: DescMessage,
    path: readonly PathStep[],
    isJudged: IsJudged,
    violations: FieldViolation[],
  ): void => {
    const { required = [], inner = [] } = checks.get(type) ?? {};
    for (const field of required) {
      if (value.isSet(field)) continue;
      const own = [...path, field];
      if (!isJudged(namesOf(own))) continue;
      violations.push({ field: pathText(own, clientName), description: 'is required', reason: 'REQUIRED' });
    }
    for (const [field, innerType] of inner) {
      if (!value.isSet(field)) continue;
      for (const [step, held] of messagesIn(value, field))
        visit(
          held,
          innerType,
          step === undefined ? [...path, field] : [...path, field, step],
          isJudged,
          violations,
        );
    }
  };
  return (request, isJudged, violations) => visit(request, message, [], isJudged, violations);
}

/** Whether a client must give the field a value. */
export function isRequired(field: DescField): boolean {
  return behaves(field, 'required') && !behaves(field, 'outputOnly') && !behaves(field, 'identifier');
}

/** Proto names, without indexes and keys. */
export function namesOf(path: readonly PathStep[]): string[] {
  return path.flatMap((step) => ('name' in step ? [step.name] : []));
}

function* messagesIn(
  value: ReflectMessage,
  field: DescField,
): Generator<readonly [step: PathStep | undefined, message: ReflectMessage]> {
  if (field.fieldKind === 'message') yield [undefined, value.get(field)];
  else if (field.fieldKind === 'list' && field.listKind === 'message') {
    let index = 0;
    for (const item of value.get(field)) yield [{ kind: 'list_sub', index: index++ }, item as ReflectMessage];
  } else if (field.fieldKind === 'map' && field.mapKind === 'message') {
    for (const [key, entry] of value.get(field))
      yield [{ kind: 'map_sub', key: key as string }, entry as ReflectMessage];
  }
}
