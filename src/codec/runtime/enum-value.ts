import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import { nearestName } from '../../nearest.js';
import { shown } from './body-error.js';
import type { JsonValue } from './json-reader.js';
import type { Lookups } from './lookups.js';
import { scalarFromText } from './scalar.js';

/** Returned for text that is no name of the enum: only such values may be ignored on demand. */
export const unknownEnumName = Symbol('unknown enum name');

/** google.protobuf.NullValue: its JSON is `null`. */
export function isNullEnum(desc: DescEnum): boolean {
  return desc.typeName === 'google.protobuf.NullValue';
}

/** JSON → number of an enum value: a name, a declared number, or any int32 if the enum is open. */
export function enumFromJson(
  lookups: Lookups,
  desc: DescEnum,
  json: JsonValue,
): number | undefined | typeof unknownEnumName {
  switch (json.kind) {
    case 'null':
      return isNullEnum(desc) ? 0 : undefined;
    case 'string':
      return lookups.enumNumbers(desc).get(json.value) ?? unknownEnumName;
    case 'number':
      return enumFromNumber(desc, json.text);
    default:
      return undefined;
  }
}

/** Path or query text → number of an enum value: a name, or a number as in JSON. */
export function enumFromText(lookups: Lookups, desc: DescEnum, text: string): number | undefined {
  return lookups.enumNumbers(desc).get(text) ?? enumFromNumber(desc, text);
}

/** Whether a number may stand in a field of this enum; closed enums know only declared ones. */
export function isEnumNumber(desc: DescEnum, number: number): boolean {
  return desc.open || desc.value[number] !== undefined;
}

function enumFromNumber(desc: DescEnum, text: string): number | undefined {
  const number = scalarFromText(ScalarType.INT32, text);
  return typeof number === 'number' && isEnumNumber(desc, number) ? number : undefined;
}

/** Names listed in full up to this many. */
const listedMax = 8;

/** What a valid value is, to follow "must be": the names if they are few, else the nearest. */
export function describeEnum(desc: DescEnum, given: JsonValue): string {
  const names = desc.values.map((value) => value.jsonName);
  if (names.length <= listedMax) {
    return names.length === 1 ? String(names[0]) : `one of ${names.join(', ')}`;
  }
  const near = given.kind === 'string' ? nearestName(given.value, names) : undefined;
  return `a value of ${desc.typeName}${near === undefined ? '' : ` (did you mean ${shown(near)}?)`}`;
}
