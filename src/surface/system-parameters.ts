import { nearestName } from '../codec/index.js';
import type { Binding } from '../httprule/index.js';
import { Code, type Reason, StatusError } from '../status/index.js';
import type { FieldNames } from './field-names.js';
import type { QueryParameter } from './query-string.js';

/** What a query says about the answer instead of the request (Google's system parameters). */
export interface SystemParameters {
  /** `$alt`: the format. */
  readonly alt?: 'json' | 'sse' | 'proto' | 'media';
  /** `$alt=json;enum-encoding=int` */
  readonly enumsAsNumbers?: boolean;
  /** `$alt=json;emit-defaults=true` */
  readonly emitDefaults?: boolean;
  /** `$fields`: the mask of a partial response. */
  readonly fields?: string;
  /** `$prettyPrint` */
  readonly prettyPrint?: boolean;
  /** `$key`: an API key, where the configuration lets it be in a query. */
  readonly key?: string;
}

/** A query, decoded once: what it says about the answer, and what it binds. */
export interface RequestQuery {
  readonly system: SystemParameters;
  readonly parameters: readonly QueryParameter[];
}

/** What a URL must not hold, with or without `$`: it ends in logs, histories and Referer fields, or runs as a script. */
const dangerous: ReadonlyMap<string, string> = new Map([
  ['access_token', 'credentials belong into the Authorization header field'],
  ['oauth_token', 'credentials belong into the Authorization header field'],
  ['callback', 'answers are not wrapped into a script (JSONP)'],
]);

type Reader = (value: string, written: string) => SystemParameters;

/** A query that says nothing. */
export const emptyQuery: RequestQuery = Object.freeze({ system: Object.freeze({}), parameters: [] });

/**
 * Sorts the system parameters of a binding out of a decoded query. Each also has a form without
 * `$`, where no field of the request has that name; every other name with a `$` is refused, since a
 * system parameter that is silently ignored would surprise.
 *
 * Throws StatusError QUERY_PARAMETER_UNKNOWN, QUERY_PARAMETER_REPEATED or QUERY_VALUE.
 */
export function systemParameters(
  binding: Binding,
  names: FieldNames,
  keyInQuery: boolean,
): (parameters: readonly QueryParameter[]) => RequestQuery {
  const fields = names.of(binding.method.input);
  const known = keyInQuery ? { ...readersByName, key: readKey } : readersByName;
  const readers = new Map(
    Object.entries(known).flatMap(([name, reader]) => [
      [`$${name}`, { name, reader }] as const,
      ...(fields.has(name) ? [] : [[name, { name, reader }] as const]),
    ]),
  );
  return (all) => {
    let system: SystemParameters = emptyQuery.system;
    const seen = new Set<string>();
    const parameters = all.filter(({ name: written, value }) => {
      const parameter = readers.get(written);
      if (parameter === undefined) {
        if (written.startsWith('$')) throw unsupported(written);
        if (dangerous.has(written) && !fields.has(written)) throw unsupported(written);
        return true;
      }
      if (seen.has(parameter.name)) {
        throw refusal('QUERY_PARAMETER_REPEATED', written, 'must not be given more than once');
      }
      seen.add(parameter.name);
      system = { ...system, ...parameter.reader(value, written) };
      return false;
    });
    return { system, parameters };
  };
}

const readersByName: Readonly<Record<string, Reader>> = {
  alt: readAlt,
  fields: (value) => ({ fields: value }),
  prettyPrint: (value, written) => ({ prettyPrint: readBoolean(value, written) }),
  pretty: (value, written) => ({ prettyPrint: readBoolean(value, written) }),
};

function readKey(value: string): SystemParameters {
  return { key: value };
}

/** Without `$`. */
export const systemParameterNames: readonly string[] = Object.keys(readersByName);

/** FORMAT {";enum-encoding=int" | ";emit-defaults=true"} */
function readAlt(value: string, written: string): SystemParameters {
  const [format, ...modifiers] = value.split(';');
  const invalid = refusal(
    'QUERY_VALUE',
    written,
    'must be json, sse, proto or media; json also with ;enum-encoding=int or ;emit-defaults=true',
  );
  if (format !== 'json' && format !== 'sse' && format !== 'proto' && format !== 'media') throw invalid;
  let system: SystemParameters = { alt: format };
  for (const modifier of modifiers) {
    if (modifier === 'enum-encoding=int') system = { ...system, enumsAsNumbers: true };
    else if (modifier === 'emit-defaults=true') system = { ...system, emitDefaults: true };
    else throw invalid;
  }
  return system;
}

function unsupported(written: string): StatusError {
  const name = written.replace(/^\$/, '');
  const why = dangerous.get(name);
  const near = nearestName(name, systemParameterNames);
  const hint = near === undefined ? '' : ` (did you mean "$${near}"?)`;
  return refusal(
    'QUERY_PARAMETER_UNKNOWN',
    written,
    `is no system parameter that is supported${why === undefined ? hint : `: ${why}`}`,
  );
}

function readBoolean(value: string, written: string): boolean {
  // A name alone is a wish.
  if (value === 'true' || value === '1' || value === '') return true;
  if (value === 'false' || value === '0') return false;
  throw refusal('QUERY_VALUE', written, 'must be true or false');
}

/** A system parameter is refused: INVALID_ARGUMENT with a violation that names it as written. */
export function refusal(reason: Reason, written: string, description: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, reason, `Query parameter ${written} ${description}.`, {
    violations: [{ field: written, description }],
  });
}
