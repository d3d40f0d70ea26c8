import { nearestName } from '../codec/index.js';
import type { DescField, DescMessage } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import type { FieldNames } from './field-names.js';
import { refusal } from './query-use.js';
import type { RequestOptions } from './request-options.js';
import { sourceOf } from './source.js';
import { systemParameterNames } from './system-parameters.js';

/** What the name of a query parameter means. */
export interface QueryPath {
  /** Outermost first; all but the last are singular messages. Never empty. */
  readonly fields: readonly DescField[];
  readonly leaf: DescField;
  /** The text between the first "[" and the final "]", for an entry of a map. */
  readonly mapKey: string | undefined;
}

/** Messages whose fields are an encoding, not a structure: their JSON form is the only one. */
const opaque = new Set([
  'google.protobuf.Any',
  'google.protobuf.Struct',
  'google.protobuf.Value',
  'google.protobuf.ListValue',
]);

/** What of the parameters is let pass that would be refused by default. */
export interface ParameterLeniency {
  /** Whether a name that is nothing is dropped. */
  ignores(name: string): boolean;
  /** Whether of several values for what takes one the last counts. */
  readonly lastWins: boolean;
}

/** Where the parameters of a query, or of a form, find their fields. */
export interface ParameterScope extends ParameterLeniency {
  /** The message whose fields the names begin with. */
  readonly root: DescMessage;
  /** Why a field may not be given here, or undefined. */
  refuses(fields: readonly DescField[]): string | undefined;
  /** Names that mean something here without being fields. */
  readonly otherNames: readonly string[];
  /** What to say of a name that is nothing, where no nearest name would help. */
  readonly hint?: string;
}

/** How parameters are read by the options of a method. */
export function leniencyOf({ unknownQuery, ignoredQuery, repeatedQuery }: RequestOptions): ParameterLeniency {
  const ignored = new Set(ignoredQuery);
  return {
    ignores: unknownQuery === 'ignore' ? () => true : (name) => ignored.has(name),
    lastWins: repeatedQuery === 'last-wins',
  };
}

/** The fields of a request that come from its query. */
export function queryScope(binding: Binding, strictness: RequestOptions): ParameterScope {
  return {
    root: binding.method.input,
    ...leniencyOf(strictness),
    otherNames: systemParameterNames,
    refuses(fields) {
      const source = sourceOf(binding, fields);
      return source === 'query'
        ? undefined
        : `the field comes from the ${source} of the request, not from the query`;
    },
    ...(binding.body === 'all'
      ? { hint: 'it names no field; the method takes its fields from the path and the body' }
      : {}),
  };
}

/** What a parameter of a query names, for people: "book.labels[a]". Undefined and throws as `resolveQueryPath`. */
export function parameterPath(
  name: string,
  binding: Binding,
  names: FieldNames,
  { queryDepthMax }: Pick<Limits, 'queryDepthMax'>,
  strictness: RequestOptions,
): string | undefined {
  const path = resolveQueryPath(name, queryScope(binding, strictness), names, queryDepthMax);
  if (path === undefined) return undefined;
  const fields = path.fields.map((field) => field.name).join('.');
  return path.mapKey === undefined ? fields : `${fields}[${path.mapKey}]`;
}

/**
 * Resolves a name step by step, each by JSON name first, then by proto name:
 * "book.author_name" → fields; "labels[a.b]" → field and map key.
 *
 * Undefined where it names no field and is to be dropped. Throws StatusError
 * QUERY_PARAMETER_UNKNOWN when it names none, or one that comes from elsewhere in the request.
 */
export function resolveQueryPath(
  name: string,
  scope: ParameterScope,
  names: FieldNames,
  depthMax: number,
): QueryPath | undefined {
  const bracket = name.indexOf('[');
  const steps = (bracket < 0 ? name : name.slice(0, bracket)).split('.', depthMax + 1);
  if (steps.length > depthMax) {
    throw refusal('QUERY_MALFORMED', name, `the field path has more than ${depthMax} steps`);
  }
  const fields = walk(name, steps, scope, names);
  const leaf = fields?.at(-1);
  if (fields === undefined || leaf === undefined) {
    return undefined;
  }
  if (bracket >= 0 && !name.endsWith(']')) {
    throw unknown(name, 'a map entry is written as field[key]');
  }
  return { fields, leaf, mapKey: bracket < 0 ? undefined : name.slice(bracket + 1, -1) };
}

function walk(
  name: string,
  steps: readonly string[],
  scope: ParameterScope,
  names: FieldNames,
): DescField[] | undefined {
  const fields: DescField[] = [];
  let message: DescMessage | undefined = scope.root;
  for (const step of steps) {
    if (message === undefined) {
      throw unknown(
        name,
        `"${fields.at(-1)?.jsonName ?? ''}" has no fields that a query parameter could name`,
      );
    }
    const field: DescField | undefined = names.of(message).get(step);
    if (field === undefined) {
      if (scope.ignores(name)) {
        return undefined;
      }
      throw unknown(name, unknownText(step, fields, message, scope, names.shown));
    }
    fields.push(field);
    message = fieldsOf(field);
  }
  const problem = scope.refuses(fields);
  if (problem !== undefined) {
    throw unknown(name, problem);
  }
  return fields;
}

/** The message that a path may step into: a singular one. */
function fieldsOf(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' && !opaque.has(field.message.typeName) ? field.message : undefined;
}

function unknownText(
  step: string,
  parents: readonly DescField[],
  message: DescMessage,
  scope: ParameterScope,
  shown: FieldNames['shown'],
): string {
  if (scope.hint !== undefined) {
    return scope.hint;
  }
  const candidates = message.fields
    .filter((field) => scope.refuses([...parents, field]) === undefined)
    .map(shown)
    .concat(parents.length === 0 ? scope.otherNames : []);
  const nearest = nearestName(step, candidates);
  const prefix = parents.map((field) => `${shown(field)}.`).join('');
  return nearest === undefined
    ? 'it names no field'
    : `it names no field (did you mean "${prefix}${nearest}"?)`;
}

function unknown(name: string, description: string): Error {
  return refusal('QUERY_PARAMETER_UNKNOWN', name, description);
}
