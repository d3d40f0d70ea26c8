import { resourcePatterns } from '../contract/index.js';
import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescriptorRegistry,
  type HttpRule,
  httpRuleOf,
  isString,
  readResources,
} from '../descriptor/index.js';
import type { Draw } from './draw.js';
import { idText } from './plausible-text.js';

/** What names of resources look like: "shelves/{shelf}/books/{book}". */
export interface ResourceNames {
  /** Of the resource whose name a field holds; none where that is not known. */
  ofField(field: DescField): readonly string[];
  /** Of the resource that a message is. */
  ofMessage(message: DescMessage): readonly string[];
}

/** As google.api.resource says, or else the templates of the methods that get and change the resource. */
export function readResourceNames({ files, services }: DescriptorRegistry): ResourceNames {
  const resources = readResources(files);
  const bound = new Map<DescMessage, string[]>();
  for (const method of services.flatMap(({ methods }) => methods)) {
    for (const [type, pattern] of boundNames(method)) {
      const known = bound.get(type) ?? [];
      bound.set(type, known.includes(pattern) ? known : [...known, pattern]);
    }
  }
  const ofMessage = (message: DescMessage): readonly string[] => {
    const field = nameField(message);
    if (field === undefined) return [];
    const annotated = resourcePatterns(field, resources);
    return annotated.length > 0 ? annotated : (bound.get(message) ?? []);
  };
  return {
    ofMessage,
    ofField: (field) => {
      const own = field === nameField(field.parent) ? ofMessage(field.parent) : [];
      return own.length > 0 ? own : resourcePatterns(field, resources);
    },
  };
}

/** The field that a resource has its name in (AIP-122). */
export function nameField(message: DescMessage): DescField | undefined {
  return message.fields.find(
    (field) => field.name === 'name' && field.fieldKind === 'scalar' && isString(field),
  );
}

const variable = /\{(?:(\w+)\.)?name=([^{}]+)\}/g;

/** What a method's templates bind to the name of what it answers. */
function boundNames(method: DescMethod): (readonly [DescMessage, string])[] {
  const rule = /^(Get|Update|Patch)/.test(method.name) ? httpRuleOf(method) : undefined;
  if (rule === undefined || nameField(method.output) === undefined) return [];
  return pathsOf(rule).flatMap((path) =>
    [...path.matchAll(variable)].flatMap(([, holder, segments = '']) => {
      const held = method.input.fields.find(({ name }) => name === holder)?.message;
      if (holder !== undefined && held !== method.output) return [];
      return [[method.output, patternOf(segments)] as const];
    }),
  );
}

function pathsOf({ path, additionalBindings }: HttpRule): string[] {
  return [path, ...additionalBindings.flatMap(pathsOf)];
}

/** "books/*" → "books/{id0}" */
function patternOf(segments: string): string {
  return segments
    .split('/')
    .map((segment, at) => (segment === '**' ? `{id${at}=**}` : segment === '*' ? `{id${at}}` : segment))
    .join('/');
}

const isVariable = (segment: string): boolean => segment.startsWith('{');

/** Whether a name is one of a pattern. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.split('/'), name.split('/')];
  const rest = wanted.findIndex((segment) => segment.endsWith('=**}'));
  if (rest < 0 ? wanted.length !== given.length : given.length < wanted.length) return false;
  return wanted.every(
    (segment, at) =>
      segment.endsWith('=**}') || (isVariable(segment) ? given[at] !== '' : segment === given[at]),
  );
}

/** A name of a pattern, made up but for what is given: its first segments, and its last one. */
export function nameOfPattern(pattern: string, draw: Draw, parent = '', id?: string): string {
  const given = parent === '' ? [] : parent.split('/');
  const segments = pattern.split('/');
  return segments
    .map((segment, at) => {
      // "-" stands for any, in requests alone (AIP-159).
      const known = given[at] === '-' ? undefined : given[at];
      if (known !== undefined) return known;
      if (!isVariable(segment)) return segment;
      return at === segments.length - 1 && id !== undefined ? id : idText(draw.of(segment));
    })
    .join('/');
}

/** The pattern of the children that a parent has: the parent's, a collection, an id. Undefined where none fits. */
export function childPattern(patterns: readonly string[], parent: string): string | undefined {
  const count = parent === '' ? 0 : parent.split('/').length;
  const fitting = patterns.filter((pattern) => {
    const segments = pattern.split('/');
    return (
      segments.length > count && (count === 0 || matchesPattern(segments.slice(0, count).join('/'), parent))
    );
  });
  return fitting.toSorted((a, b) => a.split('/').length - b.split('/').length)[0];
}
