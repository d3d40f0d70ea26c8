import type { DescField, Resources } from '../../descriptor/index.js';
import type { Binding, BoundVariable, Segment } from '../../httprule/index.js';
import type { Form } from '../schema/form.js';
import { resourcePatterns } from '../schema/resource-name.js';
import { lowerCamel, numbered, singular } from './names.js';

/** What a client fills into a path. */
export interface PathSlot {
  readonly name: string;
  /** The variable that it is, or is a part of; undefined for a wildcard that binds no field. */
  readonly variable: BoundVariable | undefined;
  /** The name pattern of the variable where the slot is a part of it: "products/{product}". */
  readonly pattern: string | undefined;
  /** Which segment of the variable it is, from 0. */
  readonly place: number;
  /** Any number of segments, where slashes stay slashes. */
  readonly isRest: boolean;
}

/** A path template as OpenAPI has it: literals, and slots of one name each. */
export interface OpenApiPath {
  readonly parts: readonly (string | PathSlot)[];
  readonly verb: string;
}

/**
 * The template of a binding with a slot for each wildcard: OpenAPI knows no variables of several segments. A slot is
 * named after the resource whose name the variable holds, else after the collection before it.
 *
 * "/v1/{name=products/*}:cancel" → "/v1/products/{product}:cancel"
 */
export function openApiPath(binding: Binding, form: Form, resources: Resources): OpenApiPath {
  const { segments, variables, verb } = binding.template;
  const taken = new Set<string>();
  const parts = segments.map((segment, index) => {
    if (segment.kind === 'literal') return segment.text;
    const at = variables.findIndex(({ start, end }) => start <= index && index < end);
    const [declared, variable] = [variables[at], binding.variables[at]];
    const own = declared === undefined ? [segment] : segments.slice(declared.start, declared.end);
    const isWhole = own.length === 1;
    const pattern = variable && !isWhole ? patternOf(variable.path.leaf, own, resources) : undefined;
    const given = pattern?.split('/')[index - (declared?.start ?? 0)]?.replace(/^\{([^=}]*).*$/, '$1');
    const before = segments[index - 1];
    const collection = before?.kind === 'literal' ? singular(before.text) : undefined;
    const field = variable && (form.protoNames ? variable.path.text : variable.path.jsonText);
    const wanted = isWhole && field !== undefined ? field : (given ?? collection ?? field ?? 'segment');
    const cased = isWhole || form.protoNames ? wanted : lowerCamel(wanted);
    const name = numbered(cased.replace(/[^\w.-]/g, '_'), taken);
    taken.add(name);
    return {
      name,
      variable,
      pattern: shownPattern(pattern, own, isWhole),
      place: index - (declared?.start ?? index),
      isRest: segment.kind === 'rest',
    };
  });
  return { parts, verb };
}

/** The pattern of the field's resource that has the same literals where the variable has literals. */
function patternOf(leaf: DescField, own: readonly Segment[], resources: Resources): string | undefined {
  return resourcePatterns(leaf, resources).find((pattern) => {
    const segments = pattern.split('/');
    return (
      segments.length === own.length &&
      own.every((segment, index) => {
        const other = segments[index] ?? '';
        return segment.kind === 'literal' ? segment.text === other : /^\{[^{}]*\}$/.test(other);
      })
    );
  });
}

function shownPattern(
  pattern: string | undefined,
  own: readonly Segment[],
  isWhole: boolean,
): string | undefined {
  if (isWhole) return undefined;
  const text = (segment: Segment): string =>
    segment.kind === 'literal' ? segment.text : segment.kind === 'any' ? '*' : '**';
  return pattern ?? own.map(text).join('/');
}

/** The path as a key of `paths`, with the names that its slots have there. */
export function pathText({ parts, verb }: OpenApiPath, names: readonly string[]): string {
  let slot = 0;
  const text = parts
    .map((part) => (typeof part === 'string' ? part : `{${names[slot++] ?? part.name}}`))
    .join('/');
  return `/${text}${verb === '' ? '' : `:${verb}`}`;
}

/** Its slots, in their order. */
export function slotsOf({ parts }: OpenApiPath): PathSlot[] {
  return parts.filter((part) => typeof part !== 'string');
}
