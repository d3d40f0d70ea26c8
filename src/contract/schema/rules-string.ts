import type { PlainMessage } from '../../descriptor/index.js';
import { compact, type JsonObject } from '../json.js';
import { ecmaPattern, literalPattern } from './re2-pattern.js';
import type { ValueRules } from './rules.js';

/** Formats of buf.validate that JSON Schema knows, by the names that it has for them. */
const formats: Readonly<Record<string, string>> = {
  email: 'email',
  hostname: 'hostname',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  uri: 'uri',
  uri_ref: 'uri-reference',
  uuid: 'uuid',
};

/** Those for which a sentence has to do. */
const spoken: Readonly<Record<string, string>> = {
  ip: 'An IP address.',
  address: 'A host name or an IP address.',
  tuuid: 'A UUID without dashes.',
  ip_with_prefixlen: 'An IP address with the length of a prefix.',
  ipv4_with_prefixlen: 'An IPv4 address with the length of a prefix.',
  ipv6_with_prefixlen: 'An IPv6 address with the length of a prefix.',
  ip_prefix: 'An IP prefix.',
  ipv4_prefix: 'An IPv4 prefix.',
  ipv6_prefix: 'An IPv6 prefix.',
  host_and_port: 'A host and a port.',
};

/** Rules of buf.validate.StringRules: lengths are in code points, as JSON Schema counts them. */
export function stringRules(rules: PlainMessage): ValueRules {
  const count = (name: string): number | undefined =>
    rules[name] === undefined ? undefined : Number(rules[name]);
  const text = (name: string): string | undefined =>
    typeof rules[name] === 'string' ? rules[name] : undefined;
  const [length, bytes, bytesMax] = [count('len'), count('len_bytes'), count('max_bytes')];
  const pattern = text('pattern');
  const translated = pattern === undefined ? undefined : ecmaPattern(pattern);
  const patterns = [
    translated,
    prefixed('^', text('prefix'), ''),
    prefixed('', text('suffix'), '$'),
    prefixed('', text('contains'), ''),
  ].filter((one) => one !== undefined);
  const without = text('not_contains');
  const not = notIn(rules['not_in']);
  const keywords = compact({
    const: text('const'),
    enum: strings(rules['in']),
    minLength: length ?? count('min_len'),
    // A code point takes a byte at least.
    maxLength: length ?? count('max_len') ?? bytes ?? bytesMax,
    pattern: patterns[0],
    format: Object.keys(formats)
      .filter((name) => rules[name] === true)
      .map((name) => formats[name])[0],
    not: not ?? (without === undefined ? undefined : { pattern: literalPattern(without) }),
    allOf: patterns.length > 1 ? patterns.slice(1).map((one) => ({ pattern: one })) : undefined,
  });
  const sentences = [
    ...(pattern !== undefined && translated === undefined
      ? [`Matches the RE2 expression \`${pattern}\`.`]
      : []),
    ...(bytes === undefined ? [] : [`${bytes} bytes in UTF-8.`]),
    ...(bytesMax === undefined ? [] : [`At most ${bytesMax} bytes in UTF-8.`]),
    ...(rules['min_bytes'] === undefined ? [] : [`At least ${String(rules['min_bytes'])} bytes in UTF-8.`]),
    ...(not !== undefined && without !== undefined ? [`Does not contain \`${without}\`.`] : []),
    ...Object.keys(spoken).flatMap((name) => (rules[name] === true ? [spoken[name] ?? ''] : [])),
  ];
  return { keywords, sentences };
}

function prefixed(before: string, text: string | undefined, after: string): string | undefined {
  return text === undefined || text === '' ? undefined : `${before}${literalPattern(text)}${after}`;
}

function strings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

function notIn(value: unknown): JsonObject | undefined {
  const values = strings(value);
  return values && { enum: values };
}
