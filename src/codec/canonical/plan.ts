import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { hasImplicitPresence, isDelimited } from '../runtime/any-field.js';
import { wireTypeOf } from '../runtime/scalar.js';

/** What of a field decides on its canonical form. */
export interface Slot {
  readonly number: number;
  /**
   * scalar, message: once. packed: all values in one record. strings, messages: a record each. map: a
   * record for each key, in the order of their bytes. kept: as it came.
   */
  readonly kind: 'scalar' | 'message' | 'packed' | 'strings' | 'messages' | 'map' | 'kept';
  /** Wire type of a canonical record. */
  readonly wireType: WireType;
  /** Wire type of one value: of a packed list that of its elements. */
  readonly valueType: WireType;
  /** Whether zero is left off. */
  readonly isImplicit: boolean;
  /** Position of its oneof in the message; undefined for none. */
  readonly oneof: number | undefined;
  /** Of messages. Made when first needed, since types contain themselves. */
  readonly plan: (() => Plan) | undefined;
  /** Of maps. */
  readonly entry: { readonly key: Slot; readonly value: Slot } | undefined;
}

/** What of a message type decides on the canonical form of its messages. */
export interface Plan {
  readonly slots: ReadonlyMap<number, Slot>;
  /** There is no canonical form but the message as it came. */
  readonly isOpaque: boolean;
}

/** Plans by type, each made once. */
export function createPlans(): (message: DescMessage) => Plan {
  const plans = new Map<string, Plan>();
  const planOf = (message: DescMessage): Plan => {
    const known = plans.get(message.typeName);
    if (known !== undefined) return known;
    const slots = message.fields.map((field) => slotOf(field, message, planOf));
    const plan: Plan = {
      slots: new Map(slots.map((slot) => [slot.number, slot])),
      // Which member of a oneof counts depends on the order of records that would be kept apart.
      isOpaque: slots.some(({ kind, oneof }) => kind === 'kept' && oneof !== undefined),
    };
    plans.set(message.typeName, plan);
    return plan;
  };
  return planOf;
}

function slotOf(field: DescField, message: DescMessage, planOf: (message: DescMessage) => Plan): Slot {
  const common = {
    number: field.number,
    isImplicit: hasImplicitPresence(field),
    oneof: field.oneof === undefined ? undefined : message.oneofs.indexOf(field.oneof),
    plan: undefined,
    entry: undefined,
  };
  const ofType = (kind: Slot['kind'], wireType: WireType, valueType = wireType): Slot => ({
    ...common,
    kind,
    wireType,
    valueType,
  });
  const { LengthDelimited } = WireType;
  // Numbers that a closed enum does not know are unknown fields, and do not replace what stood before.
  if (field.enum?.open === false || isDelimited(field)) return ofType('kept', WireType.Varint);
  switch (field.fieldKind) {
    case 'scalar':
      return ofType('scalar', wireTypeOf(field.scalar));
    case 'enum':
      return ofType('scalar', WireType.Varint);
    case 'message':
      return { ...ofType('message', LengthDelimited), plan: () => planOf(field.message) };
    case 'map':
      return { ...ofType('map', LengthDelimited), entry: entryOf(field, planOf) };
    case 'list': {
      if (field.listKind === 'message')
        return { ...ofType('messages', LengthDelimited), plan: () => planOf(field.message) };
      const valueType = wireTypeOf(field.listKind === 'enum' ? ScalarType.INT32 : field.scalar);
      return valueType === LengthDelimited
        ? ofType('strings', LengthDelimited)
        : ofType('packed', LengthDelimited, valueType);
    }
  }
}

function entryOf(
  field: DescField & { readonly fieldKind: 'map' },
  planOf: (message: DescMessage) => Plan,
): Slot['entry'] {
  // Both are always written, so that a key without a value is one with the default.
  const part = (number: number, wireType: WireType): Slot => ({
    number,
    kind: 'scalar',
    wireType,
    valueType: wireType,
    isImplicit: false,
    oneof: undefined,
    plan: undefined,
    entry: undefined,
  });
  const key = part(1, wireTypeOf(field.mapKey));
  switch (field.mapKind) {
    case 'message': {
      const { message } = field;
      return {
        key,
        value: { ...part(2, WireType.LengthDelimited), kind: 'message', plan: () => planOf(message) },
      };
    }
    case 'enum':
      return { key, value: part(2, WireType.Varint) };
    case 'scalar':
      return { key, value: part(2, wireTypeOf(field.scalar)) };
  }
}

/** The content of a record that holds the default of its type. */
export function zeroContent(wireType: WireType): Uint8Array {
  switch (wireType) {
    case WireType.Varint:
      return Uint8Array.of(0);
    case WireType.Bit64:
      return new Uint8Array(8);
    case WireType.Bit32:
      return new Uint8Array(4);
    default:
      return new Uint8Array(0);
  }
}
