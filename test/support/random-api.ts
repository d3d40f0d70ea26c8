import { pick, type Random } from './random-message.js';

/** A rule of a random service, as its author knows it. */
export interface RandomRule {
  /** "f3.M1" */
  readonly message: string;
  readonly httpMethod: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly segments: readonly RandomSegment[];
  readonly verb: string;
  /** "*", the proto name of a field, or "" for none. */
  readonly body: string;
}

/** A literal of a template, or a variable: the proto names that lead to its field, and its own segments. */
export type RandomSegment = string | { readonly steps: readonly string[]; readonly form: VariableForm };

/** What stands behind the "=" of a variable; '' for a variable without. */
export type VariableForm = '' | '*' | '**' | 'in/*' | 'in/**' | 'in/*/of/*';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly label: '' | 'repeated' | 'map';
  readonly oneof: number | undefined;
}

interface Message {
  readonly name: string;
  readonly fields: readonly Field[];
}

const scalars = [
  ...['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64', 'fixed32', 'fixed64'],
  ...['sfixed32', 'sfixed64', 'bool', 'string', 'string', 'string', 'bytes'],
];
const scalarMessages = [
  ...['Timestamp', 'Duration', 'FieldMask', 'StringValue', 'Int64Value', 'BytesValue', 'BoolValue'],
  ...['DoubleValue', 'UInt32Value'],
].map((name) => `google.protobuf.${name}`);
const otherMessages = ['Struct', 'Value', 'ListValue', 'Any', 'Empty'].map(
  (name) => `google.protobuf.${name}`,
);
const keys = ['string', 'int32', 'sint64', 'uint64', 'fixed32', 'bool'];
/** Also names that mean something elsewhere: to queries, to JavaScript, to templates. */
const names = [
  ...[
    'name',
    'parent_id',
    'alt',
    'fields',
    'pretty',
    'key',
    '__proto__',
    'constructor',
    'to_string',
    'value',
  ],
  ...['page_size', 'etag', 'long_snake_case_name', 'a', 'b1', 'kind', 'filter', 'order_by', 'update_time'],
];

/** A package of random messages, and random rules for them: .proto text, edition 2023. */
export function randomApi(
  random: Random,
  name: string,
): { readonly proto: string; readonly rules: RandomRule[] } {
  const messages = [0, 1, 2, 3, 4].map((index) => randomMessage(random, `M${index}`));
  const rules = messages.flatMap((message, at) =>
    [0, 1, 2, 3, 4, 5].map((index) => randomRule(random, name, messages, message, `r${at}x${index}`)),
  );
  const proto = `edition = "2023";
package ${name};
import "google/api/annotations.proto";
${['any', 'duration', 'empty', 'field_mask', 'struct', 'timestamp', 'wrappers'].map((file) => `import "google/protobuf/${file}.proto";`).join('\n')}
enum Open { OPEN_UNSPECIFIED = 0; RED = 1; BLUE = 7; BELOW = -2; }
enum Shut { option features.enum_type = CLOSED; SHUT_UNSPECIFIED = 0; SHUT_ONE = 1; }
${messages.map((message) => messageText(random, message)).join('\n')}
service S {
${rules.map((rule, index) => methodText(rule, index)).join('\n')}
}
`;
  return { proto, rules };
}

/** The template of a rule: "/r0x1/{a.b=in/*}:verb". */
export function templateOf({ segments, verb }: RandomRule): string {
  const path = segments.map((segment) =>
    typeof segment === 'string'
      ? segment
      : `{${segment.steps.join('.')}${segment.form === '' ? '' : `=${segment.form}`}}`,
  );
  return `/${path.join('/')}${verb === '' ? '' : `:${verb}`}`;
}

function randomMessage(random: Random, name: string): Message {
  const free = names.toSorted(() => random() - 0.5);
  const fields = Array.from({ length: 6 + Math.floor(random() * 9) }, (_, index): Field => {
    const roll = random();
    const label = roll < 0.15 ? 'repeated' : roll < 0.25 ? 'map' : '';
    return {
      name: free[index] ?? `f${index}`,
      type: randomType(random),
      label,
      oneof: label === '' && random() < 0.25 ? Math.floor(random() * 2) : undefined,
    };
  });
  return { name, fields };
}

function randomType(random: Random): string {
  const roll = random();
  if (roll < 0.45) return pick(random, scalars);
  if (roll < 0.55) return pick(random, ['Open', 'Shut']);
  if (roll < 0.7) return pick(random, scalarMessages);
  if (roll < 0.78) return pick(random, otherMessages);
  return `M${Math.floor(random() * 5)}`;
}

function messageText(random: Random, { name, fields }: Message): string {
  const numbers = fields.map((_, index) => (random() < 0.1 ? 1000 + index * 7919 : index + 1));
  const lines = fields.map((field, index) => {
    const type = field.label === 'map' ? `map<${pick(random, keys)}, ${field.type}>` : field.type;
    const label = field.label === 'repeated' ? 'repeated ' : '';
    const options = fieldOptions(random, field, index);
    return {
      oneof: field.oneof,
      text: `${label}${type} ${field.name} = ${numbers[index]}${options.length === 0 ? '' : ` [${options.join(', ')}]`};`,
    };
  });
  const oneofs = [0, 1].map((index) => lines.filter(({ oneof }) => oneof === index).map(({ text }) => text));
  return [
    `message ${name} {`,
    ...lines.filter(({ oneof }) => oneof === undefined).map(({ text }) => text),
    ...oneofs.flatMap((members, index) =>
      members.length === 0 ? [] : [`oneof choice${index} { ${members.join(' ')} }`],
    ),
    '}',
  ].join('\n  ');
}

function fieldOptions(random: Random, { type, label, oneof, name }: Field, index: number): string[] {
  const options: string[] = [];
  const isMessage = type.startsWith('M') || type.startsWith('google.');
  if (random() < 0.1) options.push(`json_name = "json${index}Name"`);
  // A field whose JSON name is its own name's may clash with no other; the leading underscores would.
  else if (name === '__proto__') options.push('json_name = "__proto__"');
  if (label === '' && oneof === undefined && !isMessage && type !== 'Shut' && random() < 0.6)
    options.push('features.field_presence = IMPLICIT');
  if (label !== 'map' && isMessage && random() < 0.15) options.push('features.message_encoding = DELIMITED');
  if (label === 'repeated' && !isMessage && !['string', 'bytes'].includes(type) && random() < 0.3)
    options.push('features.repeated_field_encoding = EXPANDED');
  return options;
}

function methodText(rule: RandomRule, index: number): string {
  const body = rule.body === '' ? '' : ` body: "${rule.body}"`;
  const pattern = `${rule.httpMethod.toLowerCase()}: "${templateOf(rule)}"`;
  const type = rule.message.split('.')[1];
  return `  rpc R${index}(${type}) returns (${type}) { option (google.api.http) = { ${pattern}${body} }; }`;
}

function randomRule(
  random: Random,
  pkg: string,
  messages: readonly Message[],
  message: Message,
  literal: string,
): RandomRule {
  const segments: RandomSegment[] = [pkg, literal];
  const taken: string[][] = [];
  let hasRest = false;
  for (let count = Math.floor(random() * 4); count > 0; count--) {
    const variable = randomVariable(random, messages, message, taken);
    if (variable === undefined) continue;
    const forms: VariableForm[] = ['', '', '*'];
    if (variable.type === 'string')
      forms.push('in/*', 'in/*/of/*', ...(hasRest ? [] : (['**', 'in/**'] as const)));
    const form = pick(random, forms);
    hasRest ||= form.endsWith('**');
    segments.push({ steps: variable.steps, form });
    taken.push(variable.steps);
    if (random() < 0.3) segments.push(pick(random, ['x', 'y%20z', '~']));
  }
  const body = random() < 0.35 ? '' : random() < 0.4 ? '*' : pick(random, message.fields).name;
  return {
    message: `${pkg}.${message.name}`,
    httpMethod:
      body === '' ? pick(random, ['GET', 'DELETE', 'POST'] as const) : pick(random, ['POST', 'PUT'] as const),
    segments,
    verb: random() < 0.2 ? pick(random, ['go', 'cancel']) : '',
    body: taken.some(([first, ...rest]) => first === body && rest.length === 0) ? '' : body,
  };
}

/** A leaf that a path can bind, up to three steps away; none that meets another variable. */
function randomVariable(
  random: Random,
  messages: readonly Message[],
  root: Message,
  taken: readonly (readonly string[])[],
): { readonly steps: string[]; readonly type: string } | undefined {
  const steps: string[] = [];
  let message = root;
  for (;;) {
    const others = taken.filter((path) => steps.every((step, index) => path[index] === step));
    const used = new Set(others.map((path) => path[steps.length]));
    const oneofs = new Set(message.fields.filter(({ name }) => used.has(name)).map(({ oneof }) => oneof));
    const usable = message.fields.filter(
      ({ name, label, oneof }) =>
        label === '' && (oneof === undefined || !oneofs.has(oneof) || used.has(name)),
    );
    const leaves = usable.filter(
      ({ type, name }) =>
        !used.has(name) &&
        (scalars.includes(type) || scalarMessages.includes(type) || type === 'Open' || type === 'Shut'),
    );
    const inner = steps.length > 1 ? [] : usable.filter(({ type }) => type.startsWith('M'));
    const candidates = random() < 0.4 && inner.length > 0 ? inner : leaves;
    if (candidates.length === 0) return undefined;
    const field = pick(random, candidates);
    steps.push(field.name);
    const next = messages.find(({ name }) => name === field.type);
    if (next === undefined) return { steps, type: field.type };
    message = next;
  }
}
