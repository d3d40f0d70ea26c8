import { type DescEnum, ScalarType } from '@bufbuild/protobuf';
import { shown } from './body-error.js';
import type { JsonValue } from './json-reader.js';
import { nearestName } from './nearest.js';
import { scalarFromText } from './scalar.js';

/** Returned for text that is no name of the enum: only such values may be ignored on demand. */
export const unknownEnumName = Symbol('unknown enum name');

/** google.protobuf.NullValue: its JSON is `null`. */
export function isNullEnum(desc: DescEnum): boolean {
  return desc.typeName === 'google.protobuf.NullValue';
}

/** JSON → number of an enum value: a name, a declared number, or any int32 if the enum is open. */
export function enumFromJson(desc: DescEnum, json: JsonValue): number | undefined | typeof unknownEnumName {
  switch (json.kind) {
    case 'null':
      return isNullEnum(desc) ? 0 : undefined;
    case 'string':
      return enumFromName(desc, json.value) ?? unknownEnumName;
    case 'number':
      return enumFromNumber(desc, json.text);
    default:
      return undefined;
  }
}

/** Path or query text → number of an enum value: a name, or a number as in JSON. */
export function enumFromText(desc: DescEnum, text: string): number | undefined {
  return enumFromName(desc, text) ?? enumFromNumber(desc, text);
}

/** Whether a number may stand in a field of this enum; closed enums know only declared ones. */
export function isEnumNumber(desc: DescEnum, number: number): boolean {
  return desc.open || desc.values.some((value) => value.number === number);
}

function enumFromName(desc: DescEnum, name: string): number | undefined {
  const value =
    desc.values.find((candidate) => candidate.name === name) ??
    desc.values.find((candidate) => candidate.jsonName === name);
  return value?.number;
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
