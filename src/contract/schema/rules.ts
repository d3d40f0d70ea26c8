import { annotationsOf, type DescField, type PlainMessage, type Registry } from '../../descriptor/index.js';
import { compact, type Json, type JsonObject } from '../json.js';
import { bytesRules } from './rules-bytes.js';
import { floatRules, int64Rules, integerRules } from './rules-number.js';
import { stringRules } from './rules-string.js';

/** Rules of a value: what JSON Schema has a keyword for, and sentences for the rest. */
export interface ValueRules {
  readonly keywords: JsonObject;
  readonly sentences: readonly string[];
}

/** Rules of a field and of what it holds. */
export interface FieldRules extends ValueRules {
  readonly isRequired: boolean;
  /** Of the elements of a list, the values of a map. */
  readonly element: ValueRules;
  /** Of the numbers of an enum those that are allowed. */
  enumNumbers(numbers: readonly string[]): readonly string[];
}

/** Number of buf.validate's extensions of the options of fields, messages and oneofs. */
const extension = 1159;

const none: ValueRules = { keywords: {}, sentences: [] };

/** Rules of `buf.validate.field`; none where the image does not carry their types. */
export function fieldRules(types: Registry, field: DescField): FieldRules {
  const rules = annotationsOf(types, field, extension, 'buf.validate.FieldRules') ?? {};
  if (rules['ignore'] === 'IGNORE_ALWAYS')
    return { ...none, isRequired: false, element: none, enumNumbers: (n) => n };
  const isRequired = rules['required'] === true;
  const own = valueRules(rules);
  switch (field.fieldKind) {
    case 'list': {
      const list = section(rules, 'repeated');
      const items = section(list, 'items');
      const { min_items: minItems, max_items: maxItems, unique: uniqueItems } = list;
      const keywords = compact({
        minItems: number(minItems),
        maxItems: number(maxItems),
        uniqueItems: json(uniqueItems),
      });
      return {
        isRequired,
        keywords,
        sentences: own.sentences,
        element: valueRules(items),
        enumNumbers: enumFilter(items),
      };
    }
    case 'map': {
      const map = section(rules, 'map');
      const keys = valueRules(section(map, 'keys')).keywords;
      const values = section(map, 'values');
      const keywords = compact({
        minProperties: number(map['min_pairs']),
        maxProperties: number(map['max_pairs']),
        propertyNames: Object.keys(keys).length === 0 ? undefined : keys,
      });
      return {
        isRequired,
        keywords,
        sentences: own.sentences,
        element: valueRules(values),
        enumNumbers: enumFilter(values),
      };
    }
    default:
      return { isRequired, ...own, element: none, enumNumbers: enumFilter(rules) };
  }
}

/** Oneofs of which one member must be set (`buf.validate.oneof`). */
export function isOneofRequired(types: Registry, oneof: DescField['oneof']): boolean {
  return (
    oneof !== undefined &&
    annotationsOf(types, oneof, extension, 'buf.validate.OneofRules')?.['required'] === true
  );
}

/** What `buf.validate.message` says of a message as a whole: sentences, and groups of fields of which one may be set. */
export function messageRules(
  types: Registry,
  message: DescField['parent'],
): {
  readonly sentences: readonly string[];
  readonly oneofs: readonly { readonly fields: readonly string[]; readonly required: boolean }[];
} {
  const rules = annotationsOf(types, message, extension, 'buf.validate.MessageRules') ?? {};
  const oneofs = list(rules['oneof']).flatMap((one) =>
    isPlain(one) ? [{ fields: list(one['fields']).map(String), required: one['required'] === true }] : [],
  );
  return { sentences: celSentences(rules), oneofs };
}

const readers: Readonly<Record<string, (rules: PlainMessage) => ValueRules>> = {
  string: stringRules,
  bytes: bytesRules,
  bool: ({ const: value }) => ({ keywords: compact({ const: json(value) }), sentences: [] }),
  float: floatRules,
  double: floatRules,
  int32: integerRules,
  sint32: integerRules,
  sfixed32: integerRules,
  uint32: integerRules,
  fixed32: integerRules,
  int64: int64Rules,
  sint64: int64Rules,
  sfixed64: int64Rules,
  uint64: int64Rules,
  fixed64: int64Rules,
};

function valueRules(rules: PlainMessage): ValueRules {
  const [name] = Object.keys(readers).filter((kind) => isPlain(rules[kind]));
  const { keywords, sentences } =
    (name === undefined ? undefined : readers[name]?.(section(rules, name))) ?? none;
  return { keywords, sentences: [...sentences, ...celSentences(rules)] };
}

/** What people are told when an expression is not true. */
function celSentences(rules: PlainMessage): string[] {
  return list(rules['cel']).flatMap((rule) => {
    const message = isPlain(rule) ? rule['message'] : undefined;
    return typeof message === 'string' && message !== '' ? [`Rule: ${message}.`.replace(/\.\.$/, '.')] : [];
  });
}

function enumFilter(rules: PlainMessage): FieldRules['enumNumbers'] {
  const { const: only, in: some, not_in: not } = section(rules, 'enum');
  return (numbers) => {
    const within = (rule: readonly unknown[]) => (number: string) => rule.map(String).includes(number);
    if (only !== undefined) return numbers.filter(within([only]));
    const kept = Array.isArray(some) && some.length > 0 ? numbers.filter(within(some)) : numbers;
    return Array.isArray(not) ? kept.filter((number) => !within(not)(number)) : kept;
  };
}

function section(rules: PlainMessage, name: string): PlainMessage {
  const value = rules[name];
  return isPlain(value) ? value : {};
}

function isPlain(value: unknown): value is PlainMessage {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
const json = (value: unknown): Json =>
  typeof value === 'boolean' || typeof value === 'string' ? value : undefined;
