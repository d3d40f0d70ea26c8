import type { DescEnum, DescField, DescMessage, Registry, Resources } from '../../descriptor/index.js';
import { behaves, commentOf } from '../../descriptor/index.js';
import { finished, type Steps } from '../../steps.js';
import { compact, type JsonObject } from '../json.js';
import { uniqueNames } from '../openapi/names.js';
import { described, exampleValue, readComment } from './comment.js';
import { type Form, formSuffix } from './form.js';
import { gnosticOf, overlaid } from './gnostic.js';
import { restricted } from './merge.js';
import { notEmpty } from './not-empty.js';
import { atLeastOne, atMostOne, joined } from './oneof.js';
import { isFieldRequired } from './required.js';
import { resourceNamePattern, resourcePatterns } from './resource-name.js';
import { type FieldRules, fieldRules, isOneofRequired, messageRules, type ValueRules } from './rules.js';
import { mapKeySchema, scalarSchema } from './scalar.js';
import { nullable, wellKnownSchema, wrappedScalar } from './well-known.js';

/** Members of a message that a schema leaves out: paths of fields. */
export type Omitted = readonly (readonly DescField[])[];

/** Makes the schemas of one document, and keeps those that have a name. */
export interface Schemas {
  /** A message where it stands: a reference to its component, or the form of a well-known type. */
  message(message: DescMessage, form: Form): JsonObject;
  /** A message without the fields at some paths, which have no name. */
  partOf(message: DescMessage, form: Form, omitted: Omitted): JsonObject;
  /** The value of a field, without what is said of the field. */
  value(field: DescField, form: Form): JsonObject;
  /** The value of a field, and what is said of it. */
  field(field: DescField, form: Form): JsonObject;
  /** One element of a list, or the value of a map. */
  element(field: DescField, form: Form): JsonObject;
  /** Adds a schema of one's own. */
  add(name: string, schema: JsonObject): JsonObject;
  /** The name of a field in JSON. */
  nameOf(field: DescField, form: Form): string;
  isRequired(field: DescField): boolean;
  /** Reads the rules of a message and of all within it, a step each: what a patch of it is depends on them. */
  reading(message: DescMessage): Steps<void>;
  /** Makes what has been asked for, and what that refers to, a step each. */
  making(): Steps<void>;
  /** All that have been asked for, by name. */
  components(): JsonObject;
}

/** `usual` is the form of most methods, whose components have plain names. */
export function createSchemas(types: Registry, resources: Resources, usual: Form): Schemas {
  const components = new Map<string, JsonObject>();
  const makers = new Map<string, () => JsonObject>();
  /** Names in the order in which they were asked for, since the last one was made. */
  let wanted: string[] = [];
  const titles = uniqueNames();
  const rules = new Map<DescField, FieldRules>();
  const requiring = new Map<DescMessage, boolean>();
  const saying = new Map<DescMessage, boolean>();

  const rulesOf = (field: DescField): FieldRules => {
    const known = rules.get(field) ?? fieldRules(types, field);
    rules.set(field, known);
    return known;
  };
  const nameOf = (field: DescField, { protoNames }: Form): string =>
    protoNames ? field.name : field.jsonName;
  const isRequired = (field: DescField): boolean => isFieldRequired(field, rulesOf(field));

  /** Whether a message itself requires something. */
  const says = (message: DescMessage): boolean => {
    const known =
      saying.get(message) ??
      message.fields.some((field) => isRequired(field) || isOneofRequired(types, field.oneof));
    saying.set(message, known);
    return known;
  };

  /** Whether a patch of the message differs from the message: anything in it is required. */
  const requires = (message: DescMessage): boolean => {
    const known = requiring.get(message);
    if (known !== undefined) return known;
    // Not by recursion: what a message within itself says is not known before all of it is.
    const reached = new Set([message]);
    let found = false;
    for (const one of reached) {
      found = requiring.get(one) === true || says(one);
      if (found) break;
      for (const field of one.fields) {
        if (field.fieldKind === 'message' && wellKnownSchema(field.message.typeName) === undefined)
          reached.add(field.message);
      }
    }
    for (const one of found ? [message] : reached) requiring.set(one, found);
    return found;
  };

  /** Generators name types by titles, so that no two components may have one. */
  const titleOf = ({ typeName, file }: DescMessage | DescEnum, component: string): string => {
    const own = file.proto.package === '' ? typeName : typeName.slice(file.proto.package.length + 1);
    const isPatch = component === `${typeName}-patch`;
    return titles.of(component, isPatch ? `${own} patch` : own, component);
  };

  const named = (name: string, make: () => JsonObject): JsonObject => {
    if (!components.has(name)) {
      makers.set(name, make);
      wanted.push(name);
    }
    return { $ref: `#/components/schemas/${name}` };
  };

  const message = (desc: DescMessage, form: Form): JsonObject => {
    const wellKnown = wellKnownSchema(desc.typeName);
    if (wellKnown !== undefined) return wellKnown;
    const own = form.isPatch && !requires(desc) ? { ...form, isPatch: false } : form;
    const name = `${desc.typeName}${formSuffix(own, usual)}`;
    return named(name, () => titled(desc, own, [], titleOf(desc, name)));
  };

  const partOf = (desc: DescMessage, form: Form, omitted: Omitted): JsonObject =>
    titled(desc, form, omitted, desc.name);

  const titled = (desc: DescMessage, form: Form, omitted: Omitted, title: string): JsonObject => {
    const { description } = readComment(commentOf(desc));
    const left = desc.fields.filter(
      (field) => !omitted.some((path) => path.length === 1 && path[0] === field),
    );
    const properties = left.map((field): [string, JsonObject] => {
      const inner = omitted.flatMap((path) => (path[0] === field && path.length > 1 ? [path.slice(1)] : []));
      const own =
        inner.length === 0 || field.message === undefined ? undefined : partOf(field.message, form, inner);
      return [nameOf(field, form), decorated(field, own ?? value(field, form))];
    });
    const required = form.isPatch ? [] : left.filter(isRequired).map((field) => nameOf(field, form));
    const groups = groupsOf(desc, form, left);
    const whole = messageRules(types, desc);
    const made = compact({
      title,
      description: described(description, ...groups.map(({ sentence }) => sentence), ...whole.sentences),
      type: 'object',
      properties: Object.fromEntries(properties),
      required: required.length === 0 ? undefined : required,
      ...joined(groups.flatMap(({ constraints }) => constraints)),
      deprecated: desc.deprecated || undefined,
    });
    return overlaid(made, gnosticOf(types, desc, 'Schema'));
  };

  const groupsOf = (desc: DescMessage, form: Form, left: readonly DescField[]) => {
    const declared = desc.oneofs.map((oneof) => ({
      fields: oneof.fields.filter((field) => left.includes(field)),
      required: isOneofRequired(types, oneof),
    }));
    const ruled = messageRules(types, desc).oneofs.map(({ fields, required }) => ({
      fields: left.filter(({ name }) => fields.includes(name)),
      required,
    }));
    return [...declared, ...ruled].flatMap(({ fields, required }) => {
      const names = fields.map((field) => nameOf(field, form));
      if (names.length < 2) return [];
      const one = required && !form.isPatch;
      return {
        sentence: `${one ? 'One' : 'At most one'} of ${names.map((name) => `\`${name}\``).join(', ')}.`,
        constraints: [atMostOne(names), ...(one ? [atLeastOne(names)] : [])],
      };
    });
  };

  const enumeration = (desc: DescEnum, form: Form, rulesOfField?: FieldRules): JsonObject => {
    if (desc.typeName === 'google.protobuf.NullValue') return { type: 'null' };
    const numbers = [...new Set(desc.values.map(({ number }) => String(number)))];
    const allowed = rulesOfField?.enumNumbers(numbers) ?? numbers;
    const values = desc.values.filter(({ number }) => allowed.includes(String(number)));
    if (allowed.length < numbers.length) return valuesSchema(values, form);
    const name = `${desc.typeName}${formSuffix({ ...usual, enumsAsNumbers: form.enumsAsNumbers }, usual)}`;
    return named(name, () =>
      compact({
        title: titleOf(desc, name),
        description: described(readComment(commentOf(desc)).description, valueList(desc)),
        ...valuesSchema(values, form),
        deprecated: desc.deprecated || undefined,
      }),
    );
  };

  const single = (field: DescField, form: Form, { keywords }: ValueRules, own: FieldRules): JsonObject => {
    if (field.enum !== undefined) return enumeration(field.enum, form, own);
    if (field.scalar !== undefined) return restricted(scalarSchema(field.scalar), keywords);
    if (field.message === undefined) return {};
    const scalar = wrappedScalar(field.message.typeName);
    return scalar === undefined ? message(field.message, form) : restricted(scalarSchema(scalar), keywords);
  };

  const element = (field: DescField, form: Form): JsonObject => {
    const own = rulesOf(field);
    // What is in a list or a map is replaced as a whole.
    return withNamePattern(field, single(field, { ...form, isPatch: false }, own.element, own));
  };

  const withNamePattern = (field: DescField, schema: JsonObject): JsonObject => {
    if (schema['type'] !== 'string' || schema['pattern'] !== undefined || schema['enum'] !== undefined)
      return schema;
    return compact({ ...schema, pattern: resourceNamePattern(resourcePatterns(field, resources)) });
  };

  const value = (field: DescField, form: Form): JsonObject => {
    const schema = valueOrEmpty(field, form);
    return isRequired(field) ? notEmpty(field, schema, form) : schema;
  };

  const valueOrEmpty = (field: DescField, form: Form): JsonObject => {
    const own = rulesOf(field);
    switch (field.fieldKind) {
      case 'list':
        return { type: 'array', items: element(field, form), ...own.keywords };
      case 'map': {
        const names = mapKeySchema(field.mapKey);
        return compact({
          type: 'object',
          additionalProperties: element(field, form),
          propertyNames: names,
          ...own.keywords,
        });
      }
      default: {
        const schema = withNamePattern(field, single(field, form, own, own));
        const isWrapper = field.message !== undefined && wrappedScalar(field.message.typeName) !== undefined;
        return isWrapper ? nullable(schema) : schema;
      }
    }
  };

  const decorated = (field: DescField, schema: JsonObject): JsonObject => {
    const { description, examples } = readComment(commentOf(field));
    const own = rulesOf(field);
    const isString = schema['type'] === 'string';
    const values = examples.map((text) => exampleValue(text, isString)).filter((one) => one !== undefined);
    const made = compact({
      ...schema,
      description: described(
        description ?? (typeof schema['description'] === 'string' ? schema['description'] : undefined),
        ...own.sentences,
        ...own.element.sentences,
        behaves(field, 'immutable') ? 'Cannot be changed later.' : undefined,
      ),
      readOnly: behaves(field, 'outputOnly') || undefined,
      writeOnly: behaves(field, 'inputOnly') || undefined,
      deprecated: field.deprecated || undefined,
      examples: values.length === 0 ? undefined : values,
    });
    return overlaid(made, gnosticOf(types, field, 'Schema'));
  };

  function* reading(desc: DescMessage): Steps<void> {
    const rest = [desc];
    for (let one = rest.pop(); one !== undefined; one = rest.pop()) {
      if (saying.has(one) || wellKnownSchema(one.typeName) !== undefined) continue;
      says(one);
      for (const { message: inner } of one.fields) if (inner !== undefined) rest.push(inner);
      yield;
    }
  }

  /** What one refers to is made before what was asked for behind it: the first who wants a title gets it. */
  function* making(): Steps<void> {
    const rest: string[] = [];
    for (;;) {
      rest.push(...wanted.reverse());
      wanted = [];
      const name = rest.pop();
      if (name === undefined) return;
      const make = makers.get(name);
      if (make === undefined) continue;
      makers.delete(name);
      // A message within itself finds its name taken.
      components.set(name, {});
      components.set(name, make());
      yield;
    }
  }

  return {
    message,
    partOf,
    value,
    element,
    field: (field, form) => decorated(field, value(field, form)),
    // A file without a package may have a message of the name.
    add: (name, schema) => named(types.get(name) === undefined ? name : `${name}-`, () => schema),
    nameOf,
    isRequired,
    reading,
    making,
    components() {
      finished(making());
      return Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

function valuesSchema(values: DescEnum['values'], { enumsAsNumbers }: Form): JsonObject {
  if (!enumsAsNumbers) return { type: 'string', enum: values.map(({ name }) => name) };
  return {
    type: 'integer',
    format: 'int32',
    enum: [...new Set(values.map(({ number }) => number))],
    'x-enum-varnames': values
      .filter((value, index) => values.findIndex(({ number }) => number === value.number) === index)
      .map(({ name }) => name),
  };
}

/** The values of an enum that have something to say of themselves. */
function valueList({ values }: DescEnum): string | undefined {
  const lines = values.flatMap((value) => {
    const { description } = readComment(commentOf(value));
    const text = described(description)?.replaceAll('\n', ' ');
    const deprecated = value.deprecated ? ' Deprecated.' : '';
    return text === undefined && deprecated === '' ? [] : [`- \`${value.name}\`: ${text ?? ''}${deprecated}`];
  });
  return lines.length === 0 ? undefined : lines.join('\n');
}
