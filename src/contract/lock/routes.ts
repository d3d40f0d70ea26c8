import type { CodecOptions } from '../../codec/index.js';
import type { DescField } from '../../descriptor/index.js';
import { describePolicy, type Policy } from '../../gate/index.js';
import type { Binding } from '../../httprule/index.js';
import { defaultLimits } from '../../limits.js';
import type { Outline, OutlinedRoute } from '../../surface/index.js';
import { accessText } from '../access-text.js';
import { isRawAnswer, isRawBody } from '../compare/binding.js';
import { nameOf } from '../compare/routes.js';
import { typeText } from '../compare/value-type.js';
import { queryFields } from '../openapi/query-fields.js';
import { isFieldRequired } from '../schema/required.js';
import { fieldRules } from '../schema/rules.js';
import { fieldWords, messageWords } from './field-words.js';

/** What clients put into a URL. */
export interface LockedParameter {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly type: string;
  /** What else is said of it: "required", "string.max_len 5"; of a variable, what it matches. */
  readonly words: readonly string[];
}

/** A route as its clients see it. */
export interface LockedRoute {
  readonly httpMethod: string;
  readonly path: string;
  readonly method: string;
  readonly kind: string;
  /** Who may call it. */
  readonly access: string;
  /** Those of the path in their order, then those of the query by name. */
  readonly parameters: readonly LockedParameter[];
  /** What is said of the request as a whole, where it is not the body. */
  readonly words: readonly string[];
  /** The type of what requests have as their body; absent for none. */
  readonly body?: string;
  readonly answer: { readonly status: number; readonly type: string };
  /** The format of a stream where the client names none. */
  readonly format?: string;
  /** How its JSON is other than that of most. */
  readonly json: readonly string[];
  /** What else its policy says, by name: "timeout" → "9s". */
  readonly policy: Readonly<Record<string, string>>;
  readonly isDeprecated: boolean;
}

export function lockedRoute(route: OutlinedRoute, outline: Outline): LockedRoute {
  const { binding, policy, json, streamDefault } = route;
  const { method } = binding;
  const body = bodyType(binding, outline);
  const isStreamed = method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
  return {
    httpMethod: binding.httpMethod,
    path: binding.template.text,
    method: nameOf(method),
    kind: method.methodKind.replace('_', ' '),
    access: accessText(policy, outline),
    parameters: [...variables(binding, json, outline), ...parameters(binding, json, outline)],
    words: binding.body === 'all' ? [] : messageWords(method.input, outline),
    ...(body === undefined ? {} : { body }),
    answer: { status: policy.success?.status ?? 200, type: answerType(binding) },
    ...(isStreamed && !isRawAnswer(binding) ? { format: streamDefault } : {}),
    json: jsonWords(json, outline.json),
    policy: otherValues(policy),
    isDeprecated: method.deprecated || method.parent.deprecated,
  };
}

function variables(
  { variables: bound, template }: Binding,
  { protoNames }: CodecOptions,
  outline: Outline,
): LockedParameter[] {
  return bound.map(({ path }, index) => {
    const { start = 0, end = 0 } = template.variables[index] ?? {};
    const matched = template.segments
      .slice(start, end)
      .map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind === 'any' ? '*' : '**'))
      .join('/');
    return {
      in: 'path',
      name: protoNames ? path.text : path.jsonText,
      type: typeText(path.leaf),
      words: [
        ...(matched === '*' ? [] : [matched]),
        ...fieldWords(path.leaf, outline).filter((word) => word !== 'required'),
      ],
    };
  });
}

function parameters(binding: Binding, { protoNames }: CodecOptions, outline: Outline): LockedParameter[] {
  const nameOfPath = (fields: readonly DescField[]): string =>
    fields.map((field) => (protoNames ? field.name : field.jsonName)).join('.');
  return queryFields(binding, defaultLimits)
    .flatMap((fields): LockedParameter[] => {
      const leaf = fields.at(-1);
      if (leaf === undefined) return [];
      return [
        { in: 'query', name: nameOfPath(fields), type: typeText(leaf), words: fieldWords(leaf, outline) },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function bodyType(binding: Binding, { registry: { types } }: Outline): string | undefined {
  const { body, method } = binding;
  if (body === 'none') return undefined;
  const raw = isRawBody(binding) ? ', as bytes' : '';
  if (body === 'all') return `${method.input.typeName}${raw}`;
  const required = isFieldRequired(body, fieldRules(types, body)) ? ', required' : '';
  return `${typeText(body)}${raw} (field ${body.name})${required}`;
}

function answerType(binding: Binding): string {
  const { responseBody, method } = binding;
  const type = responseBody === undefined ? method.output.typeName : typeText(responseBody);
  const field = responseBody === undefined ? '' : ` (field ${responseBody.name})`;
  return `${type}${isRawAnswer(binding) ? ', as bytes' : ''}${field}`;
}

/** JSON for people, where it is not the usual one. */
export function jsonWords(json: CodecOptions, usual: Partial<CodecOptions>): readonly string[] {
  const words: readonly (readonly [keyof CodecOptions, string, string])[] = [
    ['protoNames', 'names of .proto files', 'lowerCamel names'],
    ['enumsAsNumbers', 'enums as numbers', 'enums by name'],
    ['emitDefaults', 'unset fields printed', 'unset fields left out'],
    ['ignoreUnknown', 'unknown fields dropped', 'unknown fields refused'],
  ];
  return words.flatMap(([option, yes, no]) =>
    json[option] === usual[option] ? [] : [json[option] ? yes : no],
  );
}

/** What `access` and the status do not say. Names of rules and stored answers are nothing to clients. */
function otherValues({
  authentication: _,
  authorization,
  visibility: __,
  addresses: ___,
  ...policy
}: Policy) {
  const { message } = authorization ?? {};
  const { status: ____, ...success } = policy.success ?? {};
  const { tags: _____, ...cache } = policy.cache ?? {};
  const kept = {
    ...policy,
    success,
    cache,
    ...(message === undefined ? {} : { authorization: { message } }),
  };
  const origins = new Map(
    Object.entries(kept).flatMap(([name, section]) => [
      [name, ''] as const,
      ...Object.keys(typeof section === 'object' && !Array.isArray(section) ? section : {}).map(
        (key) => [`${name}.${key}`, ''] as const,
      ),
    ]),
  );
  // Sections are told value by value.
  for (const [name, section] of Object.entries(kept))
    if (typeof section === 'object' && !Array.isArray(section)) origins.delete(name);
  const values = describePolicy({ policy: kept, origins }).map(({ path, value }) => [path, value] as const);
  return Object.fromEntries(values.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
