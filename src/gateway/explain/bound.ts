import { type WireField, wireFields } from '../../codec/index.js';
import type { DescField, DescMessage } from '../../descriptor/index.js';
import { StatusError } from '../../status/index.js';
import { protobufTypes, type RequestQuery, type Route, sourceOf } from '../../surface/index.js';
import type { ExplainedBinding, ExplainedBody, ExplainedField, ExplainedParameter } from './explanation.js';
import type { Shower } from './shown.js';
import type { BindRecord } from './watched-surface.js';

const fieldsMax = 400;
const unknownMax = 50;

/** What became of path, query and body; `sent` is the message that the backend gets, behind the gate. */
export function shownBinding(
  route: Route,
  record: BindRecord,
  sent: Uint8Array | undefined,
  show: Shower,
): ExplainedBinding {
  const { captures, query, binary, error } = record;
  const parameters = query.parameters.map(({ name, value }) => ({ name, value, path: pathOf(route, name) }));
  const named = new Set(parameters.flatMap(({ path }) => (path.field === undefined ? [] : [path.field])));
  const body = shownBody(route, record);
  return {
    captures: captures.map((text, index) => ({
      field: route.binding.variables[index]?.path.text ?? '',
      text,
    })),
    query: [
      ...parameters.map(({ name, value, path }) => ({
        ...{ name, value: show.parameter(name, value) },
        meaning: path.field ?? path.problem,
      })),
      ...systemParameters(query, show),
    ],
    body,
    fields: binary === undefined ? [] : fieldsOf(route, binary, sent ?? binary, named),
    problem: error === undefined ? undefined : error instanceof StatusError ? error.message : String(error),
  };
}

/** The field that a parameter sets, or why it sets none. */
function pathOf(route: Route, name: string): { readonly field?: string; readonly problem: string } {
  try {
    const field = route.request.parameterPath(name);
    return field === undefined ? { problem: 'names no field, and is ignored' } : { field, problem: '' };
  } catch (error) {
    return { problem: error instanceof StatusError ? error.message : String(error) };
  }
}

function systemParameters({ system }: RequestQuery, show: Shower): ExplainedParameter[] {
  return Object.entries(system).map(([name, value]) => ({
    name: `$${name}`,
    value: show.parameter(name, String(value)),
    meaning: name === 'key' ? 'the API key' : 'the form of the answer',
  }));
}

function shownBody({ binding, request }: Route, { body, contentType }: BindRecord): ExplainedBody {
  const field = binding.body === 'none' ? '' : binding.body === 'all' ? '*' : binding.body.name;
  const kind = body.length === 0 ? 'none' : request.body === 'raw' ? 'raw' : writtenAs(contentType);
  const type = binding.body === 'all' ? binding.method.input : typeOf(binding.body);
  const unknown = kind === 'json' && type !== undefined ? unknownNames(body, type) : [];
  return { kind, field, unknown };
}

function typeOf(body: Route['binding']['body']): DescMessage | undefined {
  return typeof body === 'string' ? undefined : body.message;
}

function writtenAs(contentType: string | undefined): 'json' | 'form' | 'protobuf' {
  const [type = ''] = (contentType ?? '').toLowerCase().split(';', 1);
  if (type.trim() === 'application/x-www-form-urlencoded') return 'form';
  return protobufTypes.includes(type.trim()) ? 'protobuf' : 'json';
}

/** Every leaf on the wire and which part of the request gave it: the one that may, unless the gate has changed it. */
function fieldsOf(
  { binding }: Route,
  bound: Uint8Array,
  sent: Uint8Array,
  named: ReadonlySet<string>,
): ExplainedField[] {
  const before = new Set(leavesOf(binding.method.input, bound).map(identity));
  return leavesOf(binding.method.input, sent).map((leaf) => {
    const { path, value = '' } = leaf;
    if (!before.has(identity(leaf))) return { path, value, source: 'gate' };
    const [top] = leaf.fields;
    const source = top === undefined ? 'body' : sourceOf(binding, leaf.fields);
    // A mask that the query does not name was made of what the body names.
    const isDerived = source === 'query' && !isNamed(leaf.fields, named);
    return { path, value, source: isDerived ? 'derived' : source };
  });
}

const leavesOf = (type: DescMessage, binary: Uint8Array): readonly WireField[] =>
  wireFields(type, binary, fieldsMax).filter(({ value }) => value !== undefined);

const identity = ({ path, value }: WireField): string => `${path}=${value}`;

function isNamed(fields: readonly DescField[], named: ReadonlySet<string>): boolean {
  return fields.some((_, index) => {
    const path = fields
      .slice(0, index + 1)
      .map(({ name }) => name)
      .join('.');
    return [...named].some((one) => one === path || one.startsWith(`${path}[`));
  });
}

/** Names in JSON that are no fields: "book.titel".  */
function unknownNames(json: Uint8Array, type: DescMessage): string[] {
  const unknown: string[] = [];
  const visit = (value: unknown, message: DescMessage, prefix: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, message, prefix);
      return;
    }
    // The types of google.protobuf have forms of their own.
    if (typeof value !== 'object' || value === null || message.typeName.startsWith('google.protobuf.'))
      return;
    for (const [name, member] of Object.entries(value)) {
      if (unknown.length >= unknownMax) return;
      const field = message.fields.find((one) => one.jsonName === name || one.name === name);
      if (field === undefined) unknown.push(`${prefix}${name}`);
      else if (field.message !== undefined && field.fieldKind !== 'map') {
        visit(member, field.message, `${prefix}${name}.`);
      }
    }
  };
  try {
    visit(JSON.parse(Buffer.from(json).toString('utf8')), type, '');
  } catch {
    return [];
  }
  return [...new Set(unknown)];
}
