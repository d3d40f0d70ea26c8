import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Registry,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { base64Encode } from '@bufbuild/protobuf/wire';
import type { RandomRule, VariableForm } from './random-api.js';
import { pick, type Random } from './random-message.js';

/** A message, and the HTTP request that says it under some rule. */
export interface RandomRequest {
  /** ProtoJSON of the whole message. */
  readonly message: JsonObject;
  readonly target: string;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
}

type BodyForm = 'json' | 'form' | 'protobuf';

const texts = [
  '',
  'a',
  'plain text',
  'é😀',
  '"quoted"\\',
  '\n\t',
  '+ &=;%2F%',
  '__proto__',
  'a/b',
  '*',
  '..a',
  '{x}',
  'x:go',
];
const segmentTexts = texts.filter((text) => text !== '' && !text.includes('/'));
const integers = ['0', '1', '-1', '127', '-128', '300', '2147483647', '-2147483648'];
const reals = [0, 1, -2.5, 0.1, 1e21, 3.5e-7, 123456.789, 'NaN', 'Infinity', '-Infinity'];
const blobs = ['', 'AA==', '+/8=', 'QUJD', 'AAECAwQ='];
const instants = [
  '1970-01-01T00:00:00Z',
  '2024-02-29T12:30:00.500Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
];
const spans = ['0s', '1s', '-1.500s', '0.000000001s', '315576000000s'];
const masks = ['a', 'fooBar,b', 'a.bC.d'];

/**
 * Makes a message that the rule can carry, and takes it apart: what the variables bind into the
 * path, the body's share into the body, the rest into the query, each in one of the spellings that
 * ProtoJSON allows. Knows nothing of the gateway.
 */
export function randomRequest(random: Random, types: Registry, rule: RandomRule): RandomRequest {
  const desc = types.getMessage(rule.message);
  if (desc === undefined) throw new Error(`no message ${rule.message}`);
  return new Splitter(random, types, rule, desc).request();
}

class Splitter {
  readonly #random: Random;
  readonly #types: Registry;
  readonly #rule: RandomRule;
  readonly #desc: DescMessage;
  readonly #variables: readonly { readonly fields: readonly DescField[]; readonly form: VariableForm }[];
  readonly #bodyField: DescField | undefined;
  readonly #bodyForm: BodyForm;

  constructor(random: Random, types: Registry, rule: RandomRule, desc: DescMessage) {
    this.#random = random;
    this.#types = types;
    this.#rule = rule;
    this.#desc = desc;
    this.#variables = rule.segments
      .filter((segment) => typeof segment !== 'string')
      .map(({ steps, form }) => ({ fields: resolve(desc, steps), form }));
    this.#bodyField = desc.fields.find(({ name }) => name === rule.body);
    const isMessage = rule.body === '*' || (this.#bodyField !== undefined && isStructure(this.#bodyField));
    this.#bodyForm = isMessage ? pick(random, ['json', 'json', 'json', 'form', 'protobuf'] as const) : 'json';
  }

  request(): RandomRequest {
    const message = this.#fields(this.#desc, []);
    const query =
      this.#rule.body === '*' ? [] : this.#parameters(this.#rest(message, 'query', []), this.#desc);
    const search = this.#search(query);
    const { body, contentType } = this.#body(message);
    return {
      message,
      target: `${this.#path(message)}${search === '' ? '' : `?${search}`}`,
      body,
      contentType,
    };
  }

  /** Where a field that is no leaf of the path comes from. */
  #sourceOf([first]: readonly DescField[]): 'body' | 'query' {
    return this.#rule.body === '*' || (first !== undefined && first === this.#bodyField) ? 'body' : 'query';
  }

  /** Whether the field must be said in parameters: of a query, or of a form. */
  #asParameters(path: readonly DescField[]): boolean {
    return this.#sourceOf(path) === 'query' || this.#bodyForm === 'form';
  }

  #fields(desc: DescMessage, prefix: readonly DescField[]): JsonObject {
    const json: [string, JsonValue][] = [];
    const members = new Map<unknown, DescField>();
    for (const field of desc.fields.filter(({ oneof }) => oneof !== undefined)) {
      const isPath = this.#variables.some(({ fields }) => startsWith(fields, [...prefix, field]));
      if (isPath || (!members.has(field.oneof) && this.#random() < 0.5)) members.set(field.oneof, field);
    }
    // The path's member was set last where there is one: it wins above.
    for (const { fields } of this.#variables) {
      const field = fields[prefix.length];
      if (field?.oneof !== undefined && startsWith(fields, [...prefix, field]))
        members.set(field.oneof, field);
    }
    for (const field of desc.fields) {
      const path = [...prefix, field];
      if (field.oneof !== undefined && members.get(field.oneof) !== field) continue;
      const variable = this.#variables.find(({ fields }) => startsWith(fields, path));
      if (variable !== undefined) {
        const isLeaf = variable.fields.length === path.length;
        json.push([
          field.jsonName,
          isLeaf ? this.#captured(field, variable.form) : this.#fields(messageOf(field), path),
        ]);
      } else if (this.#random() < (prefix.length === 0 ? 0.6 : 0.35)) {
        const value = this.#value(field, path);
        if (value !== undefined) json.push([field.jsonName, value]);
      }
    }
    return objectOf(json);
  }

  /** A value that a variable of this form can match. */
  #captured(field: DescField, form: VariableForm): JsonValue {
    const segment = (): string => pick(this.#random, segmentTexts);
    switch (form) {
      case 'in/*':
        return `in/${segment()}`;
      case 'in/*/of/*':
        return `in/${segment()}/of/${segment()}`;
      case '**':
      case 'in/**': {
        const rest = Array.from({ length: Math.floor(this.#random() * 3) }, segment);
        return (form === '**' ? rest : ['in', ...rest]).join('/');
      }
      default:
        for (;;) {
          const value = this.#scalar(field);
          if (value !== '' && value !== '.' && value !== '..') return value;
        }
    }
  }

  #value(field: DescField, path: readonly DescField[]): JsonValue | undefined {
    const asParameters = this.#asParameters(path);
    switch (field.fieldKind) {
      case 'list': {
        if (asParameters && isUnspeakable(field)) return undefined;
        const list = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, () =>
          this.#element(field, path),
        );
        // In parameters, one empty element is an empty list.
        return asParameters && list.length === 1 && list[0] === '' ? undefined : list;
      }
      case 'map': {
        if (asParameters && isUnspeakable(field)) return undefined;
        const key = (): string => String(this.#mapKey(field.mapKey));
        return objectOf(
          Array.from({ length: 1 + Math.floor(this.#random() * 3) }, () => [
            key(),
            this.#element(field, path),
          ]),
        );
      }
      default: {
        if (asParameters && isUnspeakable(field) && !isStructure(field)) return undefined;
        const value = this.#element(field, path);
        const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
        return asParameters && isStructure(field) && isEmpty ? undefined : value;
      }
    }
  }

  /** The value of a singular field, an element of a list, or the value of an entry. */
  #element(field: DescField, path: readonly DescField[]): JsonValue {
    if (field.message === undefined) return this.#scalar(field);
    switch (field.message.typeName) {
      case 'google.protobuf.Struct':
        return { [pick(this.#random, texts)]: this.#anything(0) };
      case 'google.protobuf.ListValue':
        return [this.#anything(0)];
      case 'google.protobuf.Value':
        return this.#anything(0);
      case 'google.protobuf.Empty':
        return {};
      case 'google.protobuf.Any':
        return { '@type': 'type.googleapis.com/google.protobuf.Duration', value: pick(this.#random, spans) };
      default:
        if (field.message.typeName.startsWith('google.protobuf.')) return this.#scalar(field);
        return path.length > 2 ? {} : this.#fields(field.message, path);
    }
  }

  #anything(depth: number): JsonValue {
    const leaf = pick<JsonValue>(this.#random, [null, true, 'a"b', 1.5, -7, '']);
    if (depth > 1 || this.#random() < 0.5) return leaf;
    return this.#random() < 0.5 ? [leaf, this.#anything(depth + 1)] : { k: this.#anything(depth + 1) };
  }

  /** The JSON of a scalar, an enum, or a message whose JSON is a scalar. */
  #scalar(field: DescField): JsonValue {
    if (field.enum !== undefined) return this.#enum(field.enum);
    switch (field.message?.typeName) {
      case undefined:
        return this.#ofType(field.scalar ?? ScalarType.STRING);
      case 'google.protobuf.Timestamp':
        return pick(this.#random, instants);
      case 'google.protobuf.Duration':
        return pick(this.#random, spans);
      case 'google.protobuf.FieldMask':
        return pick(this.#random, masks);
      default:
        return this.#ofType(field.message?.fields[0]?.scalar ?? ScalarType.STRING);
    }
  }

  #enum({ open, values }: DescEnum): JsonValue {
    return open && this.#random() < 0.2 ? 77 : pick(this.#random, values).name;
  }

  #ofType(type: ScalarType): JsonValue {
    switch (type) {
      case ScalarType.STRING:
        return pick(this.#random, texts);
      case ScalarType.BYTES:
        return pick(this.#random, blobs);
      case ScalarType.BOOL:
        return this.#random() < 0.5;
      case ScalarType.DOUBLE:
        return pick(this.#random, reals);
      case ScalarType.FLOAT: {
        const value = pick(this.#random, reals);
        return typeof value === 'number' ? Math.fround(value) : value;
      }
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return pick(this.#random, [0, 1, 300, 4294967295]);
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return pick(this.#random, ['0', '1', '9007199254740993', '18446744073709551615']);
      case ScalarType.INT64:
      case ScalarType.SINT64:
      case ScalarType.SFIXED64:
        return pick(this.#random, [
          ...integers,
          '-9007199254740993',
          '9223372036854775807',
          '-9223372036854775808',
        ]);
      default:
        return Number(pick(this.#random, integers));
    }
  }

  #mapKey(type: ScalarType): JsonValue {
    if (type !== ScalarType.STRING) return this.#ofType(type);
    return pick(this.#random, [...texts, 'a.b[c]', ']', '[']);
  }

  #path(message: JsonObject): string {
    let index = 0;
    const segments = this.#rule.segments.flatMap((segment) => {
      if (typeof segment === 'string') return [segment];
      const { fields, form } = this.#variables[index++] ?? { fields: [], form: '' };
      const text = this.#spelt(valueAt(message, fields), fields.at(-1));
      // Of one segment, a slash is data; `**` may have taken none.
      if (form === '' || form === '*') return [this.#encoded(text, false)];
      return text === '' ? [] : text.split('/').map((part) => this.#encoded(part, false));
    });
    return `/${segments.join('/')}${this.#rule.verb === '' ? '' : `:${this.#rule.verb}`}`;
  }

  /** The members of the message that come from `source`, without the leaves of the path. */
  #rest(
    json: JsonObject,
    source: 'body' | 'query',
    prefix: readonly DescField[],
    desc = this.#desc,
  ): JsonObject {
    return objectOf(
      Object.entries(json).flatMap(([key, value]): [string, JsonValue][] => {
        const field = fieldBy(desc, key);
        const path = [...prefix, field];
        const variable = this.#variables.find(({ fields }) => startsWith(fields, path));
        if (variable === undefined) return this.#sourceOf(path) === source ? [[key, value]] : [];
        if (variable.fields.length === path.length) {
          // The body may repeat what the path says.
          return source === 'body' && this.#sourceOf(path) === 'body' && this.#random() < 0.2
            ? [[key, value]]
            : [];
        }
        if (prefix.length === 0 && this.#sourceOf(path) !== source) return [];
        const inner = this.#rest(value as JsonObject, source, path, messageOf(field));
        return Object.keys(inner).length === 0 ? [] : [[key, inner]];
      }),
    );
  }

  #body(message: JsonObject): { readonly body: Uint8Array; readonly contentType: string | undefined } {
    const whole = this.#rule.body === '' ? undefined : this.#rest(message, 'body', []);
    const root = this.#bodyField === undefined ? this.#desc : this.#bodyField;
    const json = this.#bodyField === undefined ? whole : memberOf(whole, this.#bodyField.jsonName);
    if (json === undefined) return { body: new Uint8Array(0), contentType: undefined };
    const rootMessage = root.kind === 'message' ? root : root.message;
    const isBare = typeof json !== 'object' || json === null || Object.keys(json).length === 0;
    if (this.#bodyForm === 'protobuf' && rootMessage !== undefined && !isBare) {
      const binary = toBinary(rootMessage, fromJson(rootMessage, json, { registry: this.#types }));
      if (binary.length > 0) return { body: binary, contentType: 'application/x-protobuf' };
    }
    if (this.#bodyForm === 'form' && rootMessage !== undefined) {
      const form = this.#search(this.#parameters(json as JsonObject, rootMessage));
      return { body: Buffer.from(form), contentType: 'application/x-www-form-urlencoded' };
    }
    const spelt =
      root.kind === 'message' ? this.#respelt(json as JsonObject, root) : this.#respeltField(json, root);
    const text = JSON.stringify(spelt, undefined, this.#random() < 0.2 ? 1 : 0);
    return { body: Buffer.from(text), contentType: this.#random() < 0.5 ? undefined : 'application/json' };
  }

  /** The same JSON with some proto names, enum numbers and other spellings of numbers and bytes. */
  #respelt(json: JsonObject, desc: DescMessage): JsonObject {
    return objectOf(
      Object.entries(json).map(([key, value]) => {
        const field = fieldBy(desc, key);
        return [this.#random() < 0.7 ? key : field.name, this.#respeltField(value, field)];
      }),
    );
  }

  #respeltField(value: JsonValue, field: DescField): JsonValue {
    if (field.fieldKind === 'list') return (value as JsonValue[]).map((one) => this.#respeltOne(one, field));
    if (field.fieldKind !== 'map') return this.#respeltOne(value, field);
    return objectOf(
      Object.entries(value as JsonObject).map(([key, one]) => [key, this.#respeltOne(one, field)]),
    );
  }

  #respeltOne(value: JsonValue, field: DescField): JsonValue {
    if (field.message !== undefined) {
      return field.message.typeName.startsWith('google.protobuf.')
        ? value
        : this.#respelt(value as JsonObject, field.message);
    }
    if (field.enum !== undefined) return this.#random() < 0.3 ? numberOf(field.enum, value) : value;
    if (field.scalar === ScalarType.BYTES && this.#random() < 0.3) return urlSafe(String(value));
    return typeof value === 'number' && this.#random() < 0.2 ? String(value) : value;
  }

  /** One parameter for each leaf, element and entry: name and value, not yet encoded. */
  #parameters(json: JsonObject, desc: DescMessage, prefix = ''): [string, string][] {
    return Object.entries(json).flatMap(([key, value]): [string, string][] => {
      const field = fieldBy(desc, key);
      const name = `${prefix}${this.#random() < 0.7 ? field.jsonName : field.name}`;
      if (field.fieldKind === 'list')
        return (value as JsonValue[]).map((one) => [name, this.#spelt(one, field)]);
      if (field.fieldKind === 'map')
        return Object.entries(value as JsonObject).map(([of, one]) => [
          `${name}[${of}]`,
          this.#spelt(one, field),
        ]);
      if (isStructure(field)) return this.#parameters(value as JsonObject, messageOf(field), `${name}.`);
      return [[name, this.#spelt(value, field)]];
    });
  }

  /** A leaf as text: unquoted ProtoJSON, or JSON where its type has any shape. */
  #spelt(value: JsonValue, field: DescField | undefined): string {
    if (field?.enum !== undefined && this.#random() < 0.3) return String(numberOf(field.enum, value));
    const name = field?.message?.typeName;
    if (
      name !== undefined &&
      ['Struct', 'Value', 'ListValue'].some((one) => name === `google.protobuf.${one}`)
    )
      return JSON.stringify(value);
    const isBytes = field?.scalar === ScalarType.BYTES || name === 'google.protobuf.BytesValue';
    return isBytes && this.#random() < 0.5 ? urlSafe(String(value)) : String(value);
  }

  #search(parameters: readonly (readonly [string, string])[]): string {
    return parameters
      .map(([name, value]) => `${this.#encoded(name, true)}=${this.#encoded(value, true)}`)
      .join('&');
  }

  #encoded(text: string, isQuery: boolean): string {
    const encoded = encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (octet) =>
      this.#random() < 0.3 ? octet.toLowerCase() : octet,
    );
    const spaced = isQuery && this.#random() < 0.5 ? encoded.replaceAll('%20', '+') : encoded;
    return this.#random() < 0.1
      ? spaced.replace(/[A-Za-z]/, (letter) =>
          spaced.includes('%') ? letter : `%${letter.charCodeAt(0).toString(16)}`,
        )
      : spaced;
  }
}

function startsWith(path: readonly DescField[], beginning: readonly DescField[]): boolean {
  return beginning.every((field, index) => path[index] === field);
}

function resolve(desc: DescMessage, steps: readonly string[]): DescField[] {
  const fields: DescField[] = [];
  let message: DescMessage | undefined = desc;
  for (const step of steps) {
    const field: DescField | undefined = message?.fields.find(({ name }) => name === step);
    if (field === undefined) throw new Error(`no field ${step}`);
    fields.push(field);
    message = field.message;
  }
  return fields;
}

function fieldBy(desc: DescMessage, jsonName: string): DescField {
  const field = desc.fields.find((candidate) => candidate.jsonName === jsonName);
  if (field === undefined) throw new Error(`no field ${jsonName} in ${desc.typeName}`);
  return field;
}

function messageOf(field: DescField): DescMessage {
  if (field.message === undefined) throw new Error(`${field.name} is no message`);
  return field.message;
}

/** A singular message of the API's own, whose fields have names of their own. */
function isStructure(field: DescField): boolean {
  return field.fieldKind === 'message' && !field.message.typeName.startsWith('google.protobuf.');
}

/** What no parameter can say: messages without a text form. */
function isUnspeakable(field: DescField): boolean {
  const name = field.message?.typeName;
  return (
    name !== undefined &&
    (!name.startsWith('google.protobuf.') || ['google.protobuf.Any', 'google.protobuf.Empty'].includes(name))
  );
}

function valueAt(json: JsonObject, fields: readonly DescField[]): JsonValue {
  let value: JsonValue = json;
  for (const { jsonName } of fields) value = (value as JsonObject)[jsonName] ?? null;
  return value;
}

function numberOf(desc: DescEnum, value: JsonValue): number {
  return typeof value === 'number' ? value : (desc.values.find(({ name }) => name === value)?.number ?? 0);
}

function urlSafe(base64: string): string {
  return base64Encode(Buffer.from(base64, 'base64'), 'url');
}

/** An own member: fields may be called `constructor`. */
function memberOf(json: JsonObject | undefined, key: string): JsonValue | undefined {
  return json !== undefined && Object.hasOwn(json, key) ? json[key] : undefined;
}

/** An object with exactly these members, `__proto__` among them. */
function objectOf(members: Iterable<readonly [string, JsonValue]>): JsonObject {
  return Object.fromEntries(members);
}
