import { resolveFieldPath } from '../descriptor/index.js';
import { type Comparable, valuesAt } from './field-value.js';
import { invalid } from './problem.js';
import type { ResourceType } from './resource-type.js';

/**
 * Sorts by AIP-132's `order_by`: "list_price desc, title". What has no value comes first; equals keep their order.
 * Throws INVALID_ARGUMENT for a field that the resource does not have, or that has no order.
 */
export function sorted<T>(type: ResourceType<T>, resources: readonly T[], orderBy: string): T[] {
  if (orderBy.trim() === '') return [...resources];
  const keys = orderBy.split(',').map((part) => {
    const [name = '', direction = 'asc', ...rest] = part.trim().split(/\s+/);
    if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
      throw invalid('order_by', `${JSON.stringify(part.trim())}: write a field, then "desc" or nothing`);
    }
    const path = resolveFieldPath(type.desc, name, 'proto');
    if ('problem' in path) throw invalid('order_by', `${name}: ${path.problem}`);
    if (path.leaf.fieldKind === 'list' || path.leaf.fieldKind === 'map') {
      throw invalid('order_by', `${name} has many values and no order`);
    }
    return { path, sign: direction === 'desc' ? -1 : 1 };
  });
  return resources
    .map((resource) => {
      const message = type.open(resource);
      return { resource, values: keys.map(({ path }) => valuesAt(message, path)[0]) };
    })
    .sort((left, right) => {
      for (const [index, { sign }] of keys.entries()) {
        const difference = compare(left.values[index], right.values[index]);
        if (difference !== 0) return sign * difference;
      }
      return 0;
    })
    .map(({ resource }) => resource);
}

function compare(left: Comparable | undefined, right: Comparable | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return left < right ? -1 : 1;
}
