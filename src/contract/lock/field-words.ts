import {
  annotationsOf,
  behaves,
  type DescField,
  type DescMessage,
  isImplicitPresence,
  type PlainMessage,
} from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { isFieldRequired } from '../schema/required.js';
import { resourcePatterns } from '../schema/resource-name.js';
import { fieldRules, isOneofRequired } from '../schema/rules.js';

/** Number of buf.validate's extensions of the options of fields and messages. */
const extension = 1159;

/** What is said of a field besides its type, each in a word or two. */
export function fieldWords(
  field: DescField,
  { registry: { types }, resources }: Pick<Outline, 'registry' | 'resources'>,
): readonly string[] {
  const hasOneValue = field.fieldKind === 'scalar' || field.fieldKind === 'enum';
  const { required: _, ...rules } = annotationsOf(types, field, extension, 'buf.validate.FieldRules') ?? {};
  return [
    ...(isFieldRequired(field, fieldRules(types, field)) ? ['required'] : []),
    ...(hasOneValue && field.oneof === undefined && !isImplicitPresence(field) ? ['optional'] : []),
    ...(behaves(field, 'outputOnly') ? ['output only'] : []),
    ...(behaves(field, 'inputOnly') ? ['input only'] : []),
    ...(behaves(field, 'immutable') ? ['immutable'] : []),
    ...(field.oneof === undefined ? [] : [`oneof ${field.oneof.name}`]),
    ...(field.deprecated ? ['deprecated'] : []),
    // Requests may use either name; one that follows from the other need not be said.
    ...(usualJsonName(field.name) === field.jsonName ? [] : [`${field.jsonName} or ${field.name}`]),
    ...resourcePatterns(field, resources).map((pattern) => `name ${pattern}`),
    ...ruleWords(rules, ''),
  ];
}

/** What is said of a message as a whole. */
export function messageWords(
  message: DescMessage,
  { registry: { types } }: Pick<Outline, 'registry'>,
): string[] {
  const required = message.oneofs.filter((oneof) => isOneofRequired(types, oneof));
  return [
    ...required.map(({ name }) => `oneof ${name} required`),
    ...ruleWords(annotationsOf(types, message, extension, 'buf.validate.MessageRules') ?? {}, ''),
  ];
}

/** As protoc makes it: "display_name" → "displayName". */
function usualJsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}

/** Rules one by one: "string.max_len 5". */
function ruleWords(rules: PlainMessage, prefix: string): string[] {
  return Object.entries(rules)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      if (name === 'example') return [];
      return isPlain(value) && !('seconds' in value || 'nanos' in value)
        ? ruleWords(value, `${prefix}${name}.`)
        : [`${prefix}${name} ${shown(value)}`];
    });
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'bigint') return String(one);
    return one instanceof Uint8Array ? Buffer.from(one).toString('base64') : one;
  });
}

function isPlain(value: unknown): value is PlainMessage {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
