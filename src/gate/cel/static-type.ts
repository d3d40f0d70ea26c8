import type { CelType } from '@bufbuild/cel';
import { ScalarType } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '../../descriptor/index.js';

/** What is known of a value of an expression before there is one. */
export type StaticType =
  | { readonly kind: 'scalar'; readonly name: string }
  /** Anything: what is known when there is a value. */
  | { readonly kind: 'dyn' }
  /** Nothing: what an empty list holds. */
  | { readonly kind: 'never' }
  | { readonly kind: 'list'; readonly element: StaticType }
  | { readonly kind: 'map'; readonly key: StaticType; readonly value: StaticType }
  | { readonly kind: 'message'; readonly desc: DescMessage }
  /** A map with known keys. */
  | { readonly kind: 'record'; readonly name: string; readonly fields: ReadonlyMap<string, StaticType> };

export const dyn: StaticType = { kind: 'dyn' };
export const scalar = (name: string): StaticType => ({ kind: 'scalar', name });
export const listOf = (element: StaticType): StaticType => ({ kind: 'list', element });
export const mapOf = (key: StaticType, value: StaticType): StaticType => ({ kind: 'map', key, value });

/** Messages that are other values in CEL, and what these are; wrappers may be null. */
const wellKnown: Readonly<Record<string, StaticType>> = {
  'google.protobuf.Struct': mapOf(scalar('string'), dyn),
  'google.protobuf.Value': dyn,
  'google.protobuf.ListValue': listOf(dyn),
  'google.protobuf.BoolValue': dyn,
  'google.protobuf.StringValue': dyn,
  'google.protobuf.BytesValue': dyn,
  'google.protobuf.DoubleValue': dyn,
  'google.protobuf.FloatValue': dyn,
  'google.protobuf.Int32Value': dyn,
  'google.protobuf.Int64Value': dyn,
  'google.protobuf.UInt32Value': dyn,
  'google.protobuf.UInt64Value': dyn,
};

/** Converted whole whenever they are read. */
export function isConverted(desc: DescMessage): boolean {
  return /^google\.protobuf\.(Struct|Value|ListValue)$/.test(desc.typeName);
}

export function typeOfMessage(desc: DescMessage): StaticType {
  return wellKnown[desc.typeName] ?? { kind: 'message', desc };
}

export function typeOfField(field: DescField): StaticType {
  switch (field.fieldKind) {
    case 'scalar':
      return typeOfScalar(field.scalar);
    case 'enum':
      return scalar('int');
    case 'message':
      return typeOfMessage(field.message);
    case 'list':
      return listOf(typeOfItem(field.listKind === 'scalar' ? field.scalar : undefined, field.message));
    case 'map':
      return mapOf(
        typeOfScalar(field.mapKey),
        typeOfItem(field.mapKind === 'scalar' ? field.scalar : undefined, field.message),
      );
  }
}

/** Of an enum there is neither. */
function typeOfItem(of: ScalarType | undefined, message: DescMessage | undefined): StaticType {
  if (of !== undefined) return typeOfScalar(of);
  return message === undefined ? scalar('int') : typeOfMessage(message);
}

function typeOfScalar(type: ScalarType): StaticType {
  switch (type) {
    case ScalarType.BOOL:
      return scalar('bool');
    case ScalarType.STRING:
      return scalar('string');
    case ScalarType.BYTES:
      return scalar('bytes');
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return scalar('double');
    case ScalarType.UINT32:
    case ScalarType.UINT64:
    case ScalarType.FIXED32:
    case ScalarType.FIXED64:
      return scalar('uint');
    default:
      return scalar('int');
  }
}

/** The type of a function's argument or result. */
export function typeOfCel(type: CelType): StaticType {
  switch (type.kind) {
    case 'scalar':
      return type.name === 'dyn' ? dyn : scalar(type.name);
    case 'list':
      return listOf(typeOfCel(type.element));
    case 'map':
      return mapOf(typeOfCel(type.key), typeOfCel(type.value));
    case 'object':
      return type.desc === undefined ? dyn : typeOfMessage(type.desc);
  }
}

/** Whether a value of one type may stand where one of the other is wanted. */
export function fits(type: StaticType, wanted: StaticType): boolean {
  if (type.kind === 'dyn' || wanted.kind === 'dyn' || type.kind === 'never') return true;
  if (type.kind === 'scalar') return wanted.kind === 'scalar' && type.name === wanted.name;
  if (type.kind === 'message')
    return wanted.kind === 'message' && type.desc.typeName === wanted.desc.typeName;
  if (type.kind === 'list') return wanted.kind === 'list' && fits(type.element, wanted.element);
  return wanted.kind === 'map' || wanted.kind === 'record';
}

const numbers = ['int', 'uint', 'double'];

/** Whether two values could ever be equal. Numbers are compared across types. */
export function comparable(a: StaticType, b: StaticType): boolean {
  const isNumber = (type: StaticType): boolean => type.kind === 'scalar' && numbers.includes(type.name);
  const isNull = (type: StaticType): boolean => type.kind === 'scalar' && type.name === 'null_type';
  const isObject = (type: StaticType): boolean => type.kind === 'message' || type.kind === 'record';
  if (isNull(a)) return isNull(b) || b.kind === 'dyn' || isObject(b);
  if (isNull(b)) return comparable(b, a);
  if (a.kind === 'list' && b.kind === 'list') return comparable(a.element, b.element);
  return (isNumber(a) && isNumber(b)) || fits(a, b) || fits(b, a);
}

/** The type of what is one or the other. */
export function either(a: StaticType, b: StaticType): StaticType {
  if (a.kind === 'never') return b;
  if (b.kind === 'never') return a;
  if (a.kind === 'list' && b.kind === 'list') return listOf(either(a.element, b.element));
  return fits(a, b) && fits(b, a) && a.kind !== 'dyn' && b.kind !== 'dyn' ? a : dyn;
}

export function nameOf(type: StaticType): string {
  switch (type.kind) {
    case 'scalar':
    case 'record':
      return type.name;
    case 'dyn':
    case 'never':
      return 'dyn';
    case 'list':
      return `list(${nameOf(type.element)})`;
    case 'map':
      return `map(${nameOf(type.key)}, ${nameOf(type.value)})`;
    case 'message':
      return type.desc.typeName;
  }
}
