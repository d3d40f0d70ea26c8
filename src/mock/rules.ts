import {
  annotationsOf,
  type DescField,
  type DescMessage,
  type PlainMessage,
  type Registry,
} from '../descriptor/index.js';

/** Number of buf.validate's extensions of the options of fields, messages and oneofs. */
const extension = 1159;

/** Number of the extension google.api.field_info of google.protobuf.FieldOptions. */
const infoExtension = 291403980;

/** google.api.FieldInfo.Format → the rule of buf.validate that says the same. */
const formatRules: Readonly<Record<string, string>> = {
  UUID4: 'uuid',
  IPV4: 'ipv4',
  IPV6: 'ipv6',
  IPV4_OR_IPV6: 'ip',
};

/**
 * buf.validate.FieldRules of a field, as they are written, with the format that google.api.field_info says; empty where
 * it has none that count.
 */
export function fieldRulesOf(types: Registry, field: DescField): PlainMessage {
  const rules = annotationsOf(types, field, extension, 'buf.validate.FieldRules') ?? {};
  const counted = rules['ignore'] === 'IGNORE_ALWAYS' ? {} : rules;
  const { format } = annotationsOf(types, field, infoExtension, 'google.api.FieldInfo') ?? {};
  const named = formatRules[String(format)];
  return named === undefined || field.fieldKind !== 'scalar'
    ? counted
    : { ...counted, string: { [named]: true, ...sectionOf(counted, 'string') } };
}

/** buf.validate.MessageRules of a message. */
export function messageRulesOf(types: Registry, message: DescMessage): PlainMessage {
  return annotationsOf(types, message, extension, 'buf.validate.MessageRules') ?? {};
}

/** Groups of fields of which at most one may be set: oneofs, and those that a rule of the message makes. */
export function groupsOf(types: Registry, message: DescMessage): readonly (readonly DescField[])[] {
  const ruled = listIn(messageRulesOf(types, message), 'oneof').map((group) => {
    const names = isPlain(group) ? listIn(group, 'fields') : [];
    return message.fields.filter(({ name }) => names.includes(name));
  });
  return [...message.oneofs.map(({ fields }) => fields), ...ruled];
}

/** A message within rules, such as `string` or `items`; empty where it is not there. */
export function sectionOf(rules: PlainMessage, name: string): PlainMessage {
  const value = rules[name];
  return isPlain(value) ? value : {};
}

/** A list within rules. */
export function listIn(rules: PlainMessage, name: string): readonly unknown[] {
  const value = rules[name];
  return Array.isArray(value) ? value : [];
}

/** A count within rules. */
export function countIn(rules: PlainMessage, name: string): number | undefined {
  const value = rules[name];
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : undefined;
}

/** A text within rules. */
export function textIn(rules: PlainMessage, name: string): string | undefined {
  const value = rules[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts and numbers that expressions (CEL) of some rules name: what is compared to one may have to be it. */
export function literalsIn(rules: PlainMessage): { readonly texts: string[]; readonly numbers: number[] } {
  const expressions = [
    ...listIn(rules, 'cel_expression'),
    ...listIn(rules, 'cel').map((rule) => (isPlain(rule) ? rule['expression'] : '')),
  ].map(String);
  const text = expressions.join(' ');
  const texts = [...text.matchAll(/'([^'\\]*)'|"([^"\\]*)"/g)].map((match) => match[1] ?? match[2] ?? '');
  const bare = text.replace(/'[^']*'|"[^"]*"/g, '');
  const numbers = [...bare.matchAll(/(?<![\w.])-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  return { texts, numbers };
}

function isPlain(value: unknown): value is PlainMessage {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
