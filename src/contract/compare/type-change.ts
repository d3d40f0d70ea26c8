import type { ValueKind, ValueType } from './value-type.js';

/** Where clients meet a value: in a body, in one that changes only what it names, in a path or query, in an answer. */
export type Use = 'body' | 'patch' | 'text' | 'answer';

/** What a change of type means: nothing, values that are now refused or new, or other JSON. */
export type TypeChange = 'none' | 'range' | 'form';

type Kinds = Partial<Readonly<Record<ValueKind, readonly ValueKind[]>>>;

/** What takes all that was sent in JSON. Integers of 64 bits are taken as strings and as numbers. */
const bodyTakes: Kinds = {
  int32: ['int64', 'float', 'double', 'enum', 'value'],
  uint32: ['int64', 'uint64', 'float', 'double', 'value'],
  int64: ['value'],
  uint64: ['value'],
  float: ['double', 'value'],
  double: ['value'],
  bool: ['value'],
  string: ['value'],
  bytes: ['value'],
  enum: ['value'],
  null: ['value'],
  timestamp: ['string', 'value'],
  duration: ['string', 'value'],
  'field mask': ['string', 'value'],
  any: ['struct', 'value'],
  struct: ['value'],
  'list of values': ['value'],
  object: ['struct', 'value'],
};

/** What takes most of what was sent in JSON. An enum is taken by its number too, which no string is. */
const bodyTakesMost: Kinds = {
  int32: ['uint32', 'uint64'],
  uint32: ['int32'],
  int64: ['int32', 'uint32', 'uint64', 'double', 'string'],
  uint64: ['int32', 'uint32', 'int64', 'double', 'string'],
  double: ['float'],
  enum: ['string'],
};

/** What takes all that was written in a URL. */
const textTakes: Kinds = {
  int32: ['int64', 'float', 'double', 'enum', 'string'],
  uint32: ['int64', 'uint64', 'float', 'double', 'string'],
  int64: ['string'],
  uint64: ['string'],
  float: ['double', 'string'],
  double: ['string'],
  bool: ['string'],
  enum: ['string'],
  timestamp: ['string'],
  duration: ['string'],
  'field mask': ['string'],
};

const textTakesMost: Kinds = {
  int32: ['uint32', 'uint64'],
  uint32: ['int32'],
  int64: ['int32', 'uint32', 'uint64'],
  uint64: ['int32', 'uint32', 'int64'],
  double: ['float'],
};

/** What has only values that a reader of the type before is ready for. */
const answerFits: Kinds = {
  double: ['float', 'int32', 'uint32'],
  float: ['double', 'int32', 'uint32'],
  string: ['int64', 'uint64', 'enum', 'timestamp', 'duration', 'field mask'],
  struct: ['any', 'object'],
  value: [
    ...([
      'int32',
      'uint32',
      'int64',
      'uint64',
      'float',
      'double',
      'bool',
      'string',
      'bytes',
      'enum',
    ] as const),
    ...([
      'null',
      'timestamp',
      'duration',
      'field mask',
      'any',
      'struct',
      'list of values',
      'object',
    ] as const),
  ],
};

/** What is of the same JSON type, with values that are new. */
const answerFitsMostly: Kinds = {
  int32: ['uint32'],
  uint32: ['int32'],
  int64: ['uint64'],
  uint64: ['int64'],
  enum: ['string'],
};

/** What it means to clients that a value, which they write or read, is of another type. */
export function typeChange(
  before: ValueType,
  after: ValueType,
  use: Use,
  enumsAsNumbers: boolean,
): TypeChange {
  if (use !== 'answer') {
    const [all, most] = use === 'text' ? [textTakes, textTakesMost] : [bodyTakes, bodyTakesMost];
    return changeOf(before.kind, after.kind, all, most);
  }
  const printed = ({ kind }: ValueType): ValueKind => (kind === 'enum' && enumsAsNumbers ? 'int32' : kind);
  const change = changeOf(printed(before), printed(after), answerFits, answerFitsMostly);
  return change === 'none' && after.isWrapped && !before.isWrapped && before.kind !== 'value'
    ? 'range'
    : change;
}

function changeOf(before: ValueKind, after: ValueKind, all: Kinds, most: Kinds): TypeChange {
  if (before === after || all[before]?.includes(after) === true) return 'none';
  return most[before]?.includes(after) === true ? 'range' : 'form';
}

/** What the JSON of a kind is, for people. */
export function jsonText(kind: ValueKind, enumsAsNumbers: boolean): string {
  if (kind === 'enum') return enumsAsNumbers ? 'a number' : 'a name';
  return jsonTexts[kind];
}

const jsonTexts: Readonly<Record<ValueKind, string>> = {
  int32: 'a number',
  uint32: 'a number',
  int64: 'a string of digits',
  uint64: 'a string of digits',
  float: 'a number',
  double: 'a number',
  bool: 'true or false',
  string: 'a string',
  bytes: 'base64',
  enum: 'a name',
  null: 'null',
  timestamp: 'a time',
  duration: 'seconds with an "s"',
  'field mask': 'paths with commas',
  any: 'an object with @type',
  struct: 'any object',
  value: 'anything',
  'list of values': 'an array',
  object: 'an object',
};
