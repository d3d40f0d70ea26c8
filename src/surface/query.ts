import { appendFragment, TextValueError } from '../codec/index.js';
import type { DescField } from '../descriptor/index.js';
import type { Binding } from '../httprule/index.js';
import type { Limits } from '../limits.js';
import type { FieldNames } from './field-names.js';
import { type ParameterScope, type QueryPath, queryScope, resolveQueryPath } from './query-path.js';
import type { QueryParameter } from './query-string.js';
import { QueryUse, refusal } from './query-use.js';
import type { RequestOptions } from './request-options.js';
import { concat, emptyBinary, mapEntryKey } from './wire.js';

type QueryLimits = Pick<Limits, 'queryDepthMax'>;

/** Parameters of a query → request bytes of the fields that come from the query. */
export type QueryBinder = (parameters: readonly QueryParameter[], bodyPresent: boolean) => Uint8Array;

/**
 * Binds the query of one binding (http.proto, "rules for HTTP mapping": fields that are neither
 * in the path nor in the body become query parameters).
 *
 * The binder throws StatusError INVALID_ARGUMENT whose violation names the parameter as written.
 */
export function queryBinder(
  binding: Binding,
  names: FieldNames,
  limits: QueryLimits,
  strictness: RequestOptions,
): QueryBinder {
  const pathFields = binding.variables.map(({ path }) => path.fields);
  const bodyField = typeof binding.body === 'string' ? undefined : binding.body;
  const scope = queryScope(binding, strictness);
  return (parameters, bodyPresent) => {
    if (parameters.length === 0) {
      return emptyBinary;
    }
    const use = new QueryUse();
    for (const fields of pathFields) {
      use.seed(fields);
    }
    if (bodyField !== undefined && bodyPresent) {
      use.seed([bodyField]);
    }
    return bindParameters(parameters, scope, use, names, limits);
  };
}

/**
 * Parameters → bytes of the message that `scope` begins with; `use` knows what is set already. Fields that are
 * named are added to `named`, in proto names.
 */
export function bindParameters(
  parameters: readonly QueryParameter[],
  scope: ParameterScope,
  use: QueryUse,
  names: FieldNames,
  { queryDepthMax }: QueryLimits,
  named?: string[],
): Uint8Array {
  const writer = new QueryWriter(use, names);
  const found: [QueryParameter, QueryPath][] = [];
  for (const parameter of parameters) {
    const path = resolveQueryPath(parameter.name, scope, names, queryDepthMax);
    if (path === undefined) continue;
    found.push([parameter, path]);
    named?.push(path.fields.map((field) => field.name).join('.'));
  }
  for (const [parameter, path] of scope.lastWins ? lastOfEach(found) : found) writer.write(parameter, path);
  return writer.finish();
}

/** Without those whose field or map key is given again further on. */
function lastOfEach(found: readonly [QueryParameter, QueryPath][]): [QueryParameter, QueryPath][] {
  const given = new Set<string>();
  const isLast = ([, { fields, leaf, mapKey }]: [QueryParameter, QueryPath]): boolean => {
    const key = `${fields.map(({ number }) => number).join('.')}[${mapKey ?? ''}`;
    if (leaf.fieldKind !== 'list' && given.has(key)) return false;
    given.add(key);
    return true;
  };
  return found.toReversed().filter(isLast).reverse();
}

/** Collects the fragments of one request. */
class QueryWriter {
  readonly #use: QueryUse;
  readonly #names: FieldNames;
  readonly #topLevel: Uint8Array[] = [];
  #nested: Uint8Array = emptyBinary;
  /** Repeated fields whose only value so far is empty: an empty list, unless another value follows. */
  readonly #emptyLists = new Map<
    string,
    { readonly name: string; readonly encode: (text: string) => Uint8Array }
  >();
  readonly #filledLists = new Set<string>();

  constructor(use: QueryUse, names: FieldNames) {
    this.#use = use;
    this.#names = names;
  }

  write({ name, value }: QueryParameter, { fields, leaf, mapKey }: QueryPath): void {
    const parents = fields.slice(0, -1);
    if (leaf.fieldKind === 'map') {
      this.#writeEntry(name, fields, leaf, mapKey, value);
      return;
    }
    if (mapKey !== undefined) {
      throw refusal('QUERY_PARAMETER_UNKNOWN', name, `"${leaf.jsonName}" is not a map`);
    }
    const text = this.#names.text(leaf);
    if ('problem' in text) {
      throw refusal('QUERY_PARAMETER_UNKNOWN', name, text.problem);
    }
    const key = this.#use.take(name, fields);
    if (leaf.fieldKind === 'list' && this.#postponed(key, name, value, parents, text.encode.bind(text))) {
      return;
    }
    this.#append(
      parents,
      encoded(name, () => text.encode(value)),
    );
  }

  finish(): Uint8Array {
    return concat([this.#nested, ...this.#topLevel]);
  }

  /** True when the value is the first of its list and empty; a later value makes it an element. */
  #postponed(
    key: string,
    name: string,
    value: string,
    parents: readonly DescField[],
    encode: (text: string) => Uint8Array,
  ): boolean {
    const first = this.#emptyLists.get(key);
    if (first !== undefined) {
      this.#emptyLists.delete(key);
      this.#append(
        parents,
        encoded(first.name, () => first.encode('')),
      );
    } else if (value === '' && !this.#filledLists.has(key)) {
      this.#emptyLists.set(key, { name, encode });
      this.#filledLists.add(key);
      return true;
    }
    this.#filledLists.add(key);
    return false;
  }

  #writeEntry(
    name: string,
    fields: readonly DescField[],
    leaf: DescField,
    mapKey: string | undefined,
    value: string,
  ): void {
    if (mapKey === undefined) {
      const text = `"${leaf.jsonName}" is a map: write ${leaf.jsonName}[key]=value`;
      throw refusal('QUERY_PARAMETER_UNKNOWN', name, text);
    }
    const text = this.#names.mapText(leaf);
    if ('problem' in text) {
      throw refusal('QUERY_PARAMETER_UNKNOWN', name, text.problem);
    }
    const entry = encoded(name, () => text.encode(mapKey, value));
    this.#use.takeMapKey(name, this.#use.take(name, fields), mapEntryKey(entry));
    this.#append(fields.slice(0, -1), entry);
  }

  #append(parents: readonly DescField[], fragment: Uint8Array): void {
    if (parents.length === 0) {
      this.#topLevel.push(fragment);
    } else {
      this.#nested = appendFragment(this.#nested, parents, fragment);
    }
  }
}

function encoded(name: string, encode: () => Uint8Array): Uint8Array {
  try {
    return encode();
  } catch (error) {
    if (error instanceof TextValueError) {
      throw refusal('QUERY_VALUE', name, error.message);
    }
    throw error;
  }
}
