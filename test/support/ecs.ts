import { EcsFlat } from '@elastic/ecs';

interface Definition {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly { readonly name: string }[];
}
const definitions: Readonly<Record<string, Definition>> = EcsFlat;

/** What JavaScript has for a type of Elasticsearch. */
const typeOf: Readonly<Record<string, (value: unknown) => boolean>> = {
  date: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}(Z|\+00:00)$/.test(value),
  keyword: (value) => typeof value === 'string' && value.length <= 1024,
  match_only_text: (value) => typeof value === 'string',
  wildcard: (value) => typeof value === 'string',
  ip: (value) => typeof value === 'string' && /^[\da-f.:]+$/.test(value),
  long: (value) => Number.isSafeInteger(value),
};

/** What Elastic's own definition of its schema has against a line. */
export function ecsProblems(line: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(line).flatMap(([name, value]) => {
    // Labels are free, and keywords.
    const isLabel = name.startsWith('labels.');
    const definition = isLabel ? { type: 'keyword', normalize: ['array'] } : definitions[name];
    if (definition === undefined) return [`${name} is no field`];
    const { type, normalize, allowed_values: allowed } = definition;
    const values = Array.isArray(value) && normalize.includes('array') ? value : [value];
    return values.flatMap((one) => {
      if (typeOf[type]?.(one) !== true) return [`${name} is not a ${type}: ${String(one)}`];
      return allowed === undefined || allowed.some((known) => known.name === one)
        ? []
        : [`${name} cannot be ${String(one)}`];
    });
  });
}
