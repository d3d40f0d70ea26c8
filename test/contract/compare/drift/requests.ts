import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import { behaves } from '../../../../src/descriptor/index.js';
import { createInputRules } from '../../../../src/gate/index.js';
import { createMessageMaker } from '../../../../src/mock/message-maker.js';
import { readResourceNames } from '../../../../src/mock/resource-names.js';
import { satisfying } from '../../../../src/mock/satisfying.js';
import { pick, type Random } from '../../../support/random-message.js';
import type { ApiMethod, ApiRule } from './api.js';
import { isObject } from './json.js';
import type { ClientRequest, Served } from './served.js';

/** A request by one rule of an API, and what the client means by it: JSON names, without what the path says. */
export interface Asked extends ClientRequest {
  readonly method: ApiMethod;
  readonly rule: ApiRule;
  readonly meant: JsonObject;
  /** Values of the path's variables, in their order. */
  readonly bound: readonly { readonly path: readonly string[]; readonly text: string }[];
}

/** How a message is spoilt before it is sent: whether it is still accepted, the old gateway says. */
const spoilings = [
  { drop: 0, change: 0 },
  { drop: 0.5, change: 0.15 },
  { drop: 0, change: 0.4 },
  { drop: 1, change: 0 },
];

/** Requests by all rules, as clients who know this version make them. */
export function requestsTo({ registry }: Served, methods: readonly ApiMethod[], random: Random): Asked[] {
  const maker = createMessageMaker(registry, readResourceNames(registry));
  const rules = createInputRules(registry);
  const types = registry.types;
  const inputs = new Map(
    registry.services.flatMap((service) => service.methods.map(({ name, input }) => [name, input] as const)),
  );
  return methods.flatMap((method) =>
    method.rules.flatMap((rule, at) =>
      spoilings.flatMap(({ drop, change }, round): Asked[] => {
        const input = inputs.get(method.name);
        if (input === undefined) return [];
        const { message } = satisfying(maker, rules, input, `${at} ${round} ${random()}`);
        const whole = toJson(input, message.message, { registry: types }) as JsonObject;
        return [requestOf(method, rule, input, spoilt(input, whole, random, drop, change))];
      }),
    ),
  );
}

function spoilt(
  desc: DescMessage,
  json: JsonObject,
  random: Random,
  drop: number,
  change: number,
): JsonObject {
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]): [string, JsonValue][] => {
      const field = desc.fields.find(({ jsonName }) => jsonName === name);
      // What only the server writes, clients send back at most: its end is told of answers.
      if (random() < drop || (field !== undefined && behaves(field, 'outputOnly'))) return [];
      if (field?.fieldKind === 'message' && isPlain(field.message) && isObject(value))
        return [[name, spoilt(field.message, value, random, drop / 2, change)]];
      return [[name, random() < change ? otherValue(field, value, random) : value]];
    }),
  );
}

function otherValue(field: DescField | undefined, value: JsonValue, random: Random): JsonValue {
  if (field?.fieldKind !== 'scalar') return value;
  switch (field.scalar) {
    case ScalarType.STRING:
      return pick(random, ['', 'a', 'b!c', 'x'.repeat(50), 'é😀', '12']);
    case ScalarType.BOOL:
      return random() < 0.5;
    case ScalarType.BYTES:
      return pick(random, ['', 'AA==', '+/8=']);
    case ScalarType.UINT32:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return pick(random, [0, 1, 70_000]);
    default:
      return pick(random, [0, -3, 1, 70_000]);
  }
}

function requestOf(method: ApiMethod, rule: ApiRule, input: DescMessage, given: JsonObject): Asked {
  const rest = structuredClone(given);
  const bound: { path: readonly string[]; text: string }[] = [];
  const path = rule.template.replace(/\{([^}=]+)(?:=([^}]*))?\}/g, (_, name: string, pattern = '*') => {
    const steps = jsonSteps(input, name.split('.'));
    const value = taken(rest, steps);
    const plain = typeof value === 'string' && /^\w+$/.test(value) ? value : 'x1';
    const text =
      pattern === '*'
        ? typeof value === 'number'
          ? String(value)
          : fieldAt(input, name.split('.'))?.scalar === ScalarType.STRING
            ? plain
            : '3'
        : pattern.replace(/\*+/g, 'x1');
    bound.push({ path: steps, text });
    return text;
  });
  const bodyField = input.fields.find(({ name }) => name === rule.body);
  const meant = rest;
  let body: JsonValue | undefined;
  let query: JsonObject = {};
  if (rule.body === '*') body = rest;
  else if (bodyField !== undefined) {
    const { [bodyField.jsonName]: own, ...others } = rest;
    body = own ?? (bodyField.message === undefined ? undefined : {});
    query = others;
  } else query = rest;
  const search = new URLSearchParams(parameters(input, query, '', meant));
  const text = search.toString();
  return {
    method,
    rule,
    meant,
    bound,
    httpMethod: rule.httpMethod,
    target: text === '' ? path : `${path}?${text}`,
    body,
  };
}

function fieldAt(desc: DescMessage, [first = '', ...more]: readonly string[]): DescField | undefined {
  const field = desc.fields.find(({ name }) => name === first);
  return more.length === 0 || field?.message === undefined ? field : fieldAt(field.message, more);
}

function jsonSteps(desc: DescMessage, [first = '', ...more]: readonly string[]): string[] {
  const field = desc.fields.find(({ name }) => name === first);
  return [
    field?.jsonName ?? first,
    ...(more.length === 0 || !field?.message ? [] : jsonSteps(field.message, more)),
  ];
}

/** Takes a value out of a message; messages on the way stay. */
function taken(json: JsonObject, [first = '', ...more]: readonly string[]): JsonValue | undefined {
  const value = json[first];
  if (more.length > 0) return isObject(value) ? taken(value, more) : undefined;
  delete json[first];
  return value;
}

/** What of a message a query can say; what it cannot is not meant either. */
function parameters(
  desc: DescMessage,
  json: JsonObject,
  prefix: string,
  meant: JsonObject,
): [string, string][] {
  return Object.entries(json).flatMap(([name, value]): [string, string][] => {
    const field = desc.fields.find(({ jsonName }) => jsonName === name);
    const key = `${prefix}${name}`;
    if (field?.fieldKind === 'message' && isPlain(field.message) && isObject(value)) {
      const inner = meant[name];
      return parameters(field.message, value, `${key}.`, isObject(inner) ? inner : {});
    }
    const isText = (one: JsonValue): boolean => typeof one !== 'object' && one !== '';
    if (field?.fieldKind === 'map' && isObject(value) && Object.values(value).every(isText))
      return Object.entries(value).map(([entry, one]) => [`${key}[${entry}]`, String(one)]);
    if (field?.fieldKind === 'list' && Array.isArray(value) && value.every(isText))
      return value.map((one) => [key, String(one)]);
    if (
      field?.fieldKind !== 'map' &&
      field?.fieldKind !== 'list' &&
      isText(value) &&
      field?.message?.typeName !== 'google.protobuf.Value'
    )
      return [[key, String(value)]];
    delete meant[name];
    return [];
  });
}

/** A message that is an object of its fields. */
export function isPlain({ typeName }: DescMessage): boolean {
  return !typeName.startsWith('google.protobuf.');
}
