import { create, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { DescField, DescMessage, Registry } from '../descriptor/index.js';
import type { Draw } from './draw.js';
import { plausibleText } from './plausible-text.js';
import { listIn, sectionOf } from './rules.js';
import type { Spot } from './spot.js';
import { durationValue, timestampValue } from './time-value.js';

/** What is needed besides to make one. */
interface Making {
  readonly types: Registry;
  /** Of the message that holds it. */
  readonly moment: Draw;
  readonly scalar: (field: DescField, spot: Spot) => unknown;
  readonly message: (type: DescMessage, part: string) => ReflectMessage;
}

type Make = (type: DescMessage, spot: Spot, making: Making) => ReflectMessage;

const makers: Readonly<Record<string, Make>> = {
  'google.protobuf.Timestamp': (type, spot, { moment }) =>
    withFields(type, { ...timestampValue(spot, moment) }),
  'google.protobuf.Duration': (type, spot) => withFields(type, { ...durationValue(spot) }),
  'google.protobuf.Empty': (type) => withFields(type, {}),
  'google.protobuf.Struct': (type, { draw }) =>
    fromJsonOf(type, { note: plausibleText('note', draw), count: draw.whole(1, 20), is_new: true }),
  'google.protobuf.Value': (type, { name, draw }) => fromJsonOf(type, plausibleText(name, draw)),
  'google.protobuf.ListValue': (type, { name, draw }) =>
    fromJsonOf(type, [plausibleText(name, draw), draw.whole(1, 20)]),
  'google.protobuf.FieldMask': (type, { rules }) => {
    const own = sectionOf(rules, 'field_mask');
    const only = listIn(sectionOf(own, 'const'), 'paths').map(String);
    const [first = 'name'] = listIn(own, 'in').map(String);
    return withPaths(type, only.length > 0 ? only : [first]);
  },
  'google.protobuf.Any': any,
  ...Object.fromEntries(
    ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map((name) => [
      `google.protobuf.${name}Value`,
      wrapper,
    ]),
  ),
};

/** Whether a message is one that has a form of its own (ProtoJSON). */
export const isWellKnown = ({ typeName }: DescMessage): boolean => makers[typeName] !== undefined;

export function wellKnownMessage(type: DescMessage, spot: Spot, making: Making): ReflectMessage {
  return makers[type.typeName]?.(type, spot, making) ?? withFields(type, {});
}

function wrapper(type: DescMessage, spot: Spot, { scalar }: Making): ReflectMessage {
  const [field] = type.fields;
  return field === undefined ? withFields(type, {}) : withFields(type, { value: scalar(field, spot) });
}

/** Of the types that may be in it one that is known, else a text. */
function any(type: DescMessage, { rules, draw, name }: Spot, { types, message }: Making): ReflectMessage {
  const allowed = listIn(sectionOf(rules, 'any'), 'in').map(String);
  const known = allowed.filter((url) => types.getMessage(typeOf(url)) !== undefined);
  if (known.length > 0) {
    const url = draw.pick(known);
    const inner = types.getMessage(typeOf(url));
    if (inner !== undefined) return packed(type, url, message(inner, url));
  }
  const [url] = allowed;
  if (url !== undefined) return withFields(type, { type_url: url });
  const text = types.getMessage('google.protobuf.StringValue');
  if (text === undefined) return withFields(type, {});
  return packed(type, undefined, withFields(text, { value: plausibleText(name, draw) }));
}

const typeOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** A message in google.protobuf.Any, `type`. */
export function packed(type: DescMessage, url: string | undefined, held: ReflectMessage): ReflectMessage {
  return withFields(type, {
    type_url: url ?? `type.googleapis.com/${held.desc.typeName}`,
    value: toBinary(held.desc, held.message),
  });
}

/** A message with some fields, by their proto names; what the type does not have is left out. */
export function withFields(type: DescMessage, fields: Readonly<Record<string, unknown>>): ReflectMessage {
  const result = reflect(type, create(type));
  for (const [key, value] of Object.entries(fields)) {
    const field = type.fields.find((known) => known.name === key);
    if (field !== undefined) result.set(field, value);
  }
  return result;
}

function withPaths(type: DescMessage, paths: readonly string[]): ReflectMessage {
  const result = reflect(type, create(type));
  const field = type.fields.find(({ name }) => name === 'paths');
  if (field?.fieldKind === 'list') for (const path of paths) result.get(field).add(path);
  return result;
}

function fromJsonOf(type: DescMessage, json: JsonValue): ReflectMessage {
  return reflect(type, fromJson(type, json));
}
