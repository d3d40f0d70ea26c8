import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearestName } from '../codec/index.js';
import type { Diagnostic, Location } from '../diagnostic/index.js';

import { type Config, configSchema } from './schema.js';

/** Reads a propylon.yaml: all of its problems at once, each with line, column and what to write instead. */
export function parseConfig(text: string, file: string): { config: Config; diagnostics: Diagnostic[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true });
  const at = (offset: number | undefined): Location => {
    const { line, col } = counter.linePos(offset ?? 0);
    return { file, line, column: col };
  };
  const invalid = (message: string, location: Location, hint?: string): Diagnostic => ({
    severity: 'error',
    code: 'CONFIG_INVALID',
    text: message,
    locations: [location],
    ...(hint === undefined ? {} : { hint }),
  });
  if (document.errors.length > 0) {
    const diagnostics = document.errors.map((error) => {
      const [reason = ''] = error.message.split(' at line ');
      return invalid(`This is not valid YAML: ${reason}.`, at(error.pos[0]));
    });
    return { config: {}, diagnostics };
  }
  let values: unknown;
  try {
    values = document.toJS();
  } catch {
    // The one thing that `toJS` refuses: aliases of aliases that grow without end.
    const hint = 'Write the values out instead of repeating them by aliases.';
    return { config: {}, diagnostics: [invalid('The file has too many aliases.', at(0), hint)] };
  }
  // An empty file is a configuration without settings.
  const result = configSchema.safeParse(values ?? {});
  if (result.success) return { config: result.data, diagnostics: [] };

  /** Of what is missing the place where it is missing. */
  const offsetOf = (path: readonly string[]): number | undefined => {
    const node: unknown = document.getIn(path, true);
    if (isNode(node) || path.length === 0) return isNode(node) ? node.range?.[0] : undefined;
    return offsetOf(path.slice(0, -1));
  };
  const diagnostics = result.error.issues.flatMap(meant).flatMap((issue): Diagnostic[] => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') {
      return [invalid(`${path.join('.') || 'The file'} ${sentence(issue)}`, at(offsetOf(path)))];
    }
    const container = path.length === 0 ? document.contents : document.getIn(path, true);
    return issue.keys.map((key) => {
      const pair = isMap(container)
        ? container.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      const known = knownKeys(path, values);
      const near = nearestName(key, known);
      const hint = near === undefined ? `Known settings here: ${known.join(', ')}.` : `Did you mean ${near}?`;
      return invalid(`${[...path, key].join('.')} is not a setting.`, at(offset), hint);
    });
  });
  return { config: {}, diagnostics };
}

/**
 * What is wrong with the alternative that was meant: a text where one may stand is meant as a text, a
 * mapping as a mapping, so that the complaint about the other alternative is of no use to anybody.
 */
function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  // No alternative at all: the type that tells them apart is none of theirs.
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const isOfAnotherKind = (issues: readonly z.core.$ZodIssue[]): boolean =>
    issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const branch = issue.errors.find((issues) => !isOfAnotherKind(issues)) ?? issue.errors[0] ?? [];
  return branch.flatMap((inner) => meant({ ...inner, path: [...issue.path, ...inner.path] }));
}

function sentence(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (issue.code === 'invalid_type') return `must be ${article(issue.expected)}.`;
  if (issue.code === 'invalid_key') return issue.issues.map(sentence).join(' ');
  if ('options' in issue && Array.isArray(issue.options))
    return `must be one of ${issue.options.map(String).join(', ')}.`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'too_small') return `must be at least ${String(issue.minimum)}.`;
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}.`;
  return `${message}.`;
}

const article = (type: string): string =>
  ({
    int: 'a whole number',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  })[type] ?? type;

/** Names of the settings below a path, out of the schema itself. */
function knownKeys(path: readonly string[], values: unknown): string[] {
  let schema: unknown = configSchema;
  let value = values;
  for (const step of path) {
    schema = below(objectOf(schema, value), step);
    value = property(value, step);
  }
  const shape = property(objectOf(schema, value), 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

/** The schema of one key: of an object, or of a mapping whose keys are free. */
function below(object: unknown, key: string): unknown {
  const shape = property(object, 'shape');
  return shape === undefined ? property(object, 'valueType') : property(shape, key);
}

/** What a schema is of a mapping: itself, behind `optional`, or the one of several alternatives that is meant. */
function objectOf(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return objectOf(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion) {
    const objects = schema.options
      .map((option) => objectOf(option, value))
      .filter((one) => one !== undefined);
    return objects.find((object) => isMeant(object, value)) ?? objects[0];
  }
  return schema instanceof z.ZodObject || schema instanceof z.ZodRecord ? schema : undefined;
}

/** Whether a mapping has the words that tell this alternative from others: `type: jwt`. */
function isMeant(object: unknown, value: unknown): boolean {
  if (!(object instanceof z.ZodObject)) return true;
  return Object.entries(object.shape).every(
    ([key, member]) => !(member instanceof z.ZodLiteral) || member.safeParse(property(value, key)).success,
  );
}

function property(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}
