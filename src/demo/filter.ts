import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { type FieldPath, resolveFieldPath } from '../descriptor/index.js';
import { type Comparable, valuesAt } from './field-value.js';
import { invalid } from './problem.js';
import type { ResourceType } from './resource-type.js';

/** Longer than anybody types; it keeps one request from costing much. */
const longestFilter = 1000;

// Comparison = path Operator Value ; Operator = "=" | "!=" | "<=" | "<" | ">=" | ">" | ":" ; Value = quoted | bare
const comparison = /\s*([a-z][a-z0-9_.]*)\s*(!=|<=|>=|=|<|>|:)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))\s*/y;
const and = /AND(?=\s)/y;

interface Condition {
  readonly path: FieldPath;
  readonly operator: string;
  readonly text: string;
}

/**
 * A filter of AIP-160, as far as comparisons joined by AND go: `brand = "brands/umibozu" AND tags : "tea"`.
 * ":" means contains: a part of a string (whatever the case), an item of a list, a key of a map.
 * Amounts and durations are compared by their whole units, timestamps as RFC 3339.
 *
 * Throws INVALID_ARGUMENT where it cannot be read or names a field that the resource does not have.
 */
export function parseFilter<T>(type: ResourceType<T>, filter: string): (resource: T) => boolean {
  const conditions = parse(type, filter);
  if (conditions.length === 0) return () => true;
  return (resource) => {
    const message = type.open(resource);
    return conditions.every((condition) => holds(message, condition));
  };
}

function parse<T>(type: ResourceType<T>, filter: string): Condition[] {
  if (filter.trim() === '') return [];
  if (filter.length > longestFilter) throw invalid('filter', `must have at most ${longestFilter} characters`);
  const conditions: Condition[] = [];
  let position = 0;
  for (;;) {
    comparison.lastIndex = position;
    const match = comparison.exec(filter);
    if (match === null) {
      throw invalid('filter', `expected a comparison such as title : "cup" at character ${position + 1}`);
    }
    const [whole, name = '', operator = '', quoted, bare = ''] = match;
    const path = resolveFieldPath(type.desc, name, 'proto');
    if ('problem' in path) throw invalid('filter', `${name}: ${path.problem}`);
    conditions.push({ path, operator, text: quoted?.replace(/\\(.)/g, '$1') ?? bare });
    position += whole.length;
    if (position === filter.length) return conditions;
    and.lastIndex = position;
    if (!and.test(filter)) throw invalid('filter', `expected AND at character ${position + 1}`);
    position = and.lastIndex;
  }
}

function holds(message: ReflectMessage, { path, operator, text }: Condition): boolean {
  const values = valuesAt(message, path);
  if (operator === '!=') return !values.some((value) => order(value, text, path) === 0);
  return values.some((value) => {
    if (operator === ':' && typeof value === 'string' && path.leaf.fieldKind === 'scalar') {
      return value.toLowerCase().includes(text.toLowerCase());
    }
    const sign = order(value, text, path);
    switch (operator) {
      case '<':
        return sign < 0;
      case '<=':
        return sign <= 0;
      case '>':
        return sign > 0;
      case '>=':
        return sign >= 0;
      default:
        return sign === 0;
    }
  });
}

/** Negative, 0 or positive; NaN, of which nothing holds, where the text is no value of this kind. */
function order(value: Comparable, text: string, path: FieldPath): number {
  if (typeof value === 'string') return value < text ? -1 : value > text ? 1 : 0;
  if (typeof value === 'boolean') return text === String(value) ? 0 : Number.NaN;
  const typeName = path.leaf.message?.typeName;
  if (typeName === 'google.protobuf.Timestamp') return Number(value) / 1e6 - Date.parse(text);
  const number = text.trim() === '' ? Number.NaN : Number(text.replace(/s$/, ''));
  // Money and Duration count nanos.
  return typeof value === 'bigint' && typeName !== undefined
    ? Number(value) / 1e9 - number
    : Number(value) - number;
}
