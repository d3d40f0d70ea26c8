import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { formOf } from '../../../../src/contract/schema/form.js';
import { createSchemas } from '../../../../src/contract/schema/schemas.js';
import { readResources } from '../../../../src/descriptor/index.js';
import { schemaCheck } from '../../../support/json-schema.js';
import type { Random } from '../../../support/random-message.js';
import type { Api, ApiRule } from './api.js';
import { isObject } from './json.js';
import { type Asked, isPlain, requestsTo } from './requests.js';
import { codecOptions, type Outcome, type Served } from './served.js';

/** What clients of a version find broken in another, by asking both. */
export interface Broken {
  readonly kind: 'request' | 'answer';
  /** For people. */
  readonly text: string;
}

/** Sends what the old gateway accepts to the new one, and looks at what becomes of it with the eyes of an old client. */
export async function brokenFor(
  api: Api,
  changed: Api,
  before: Served,
  after: Served,
  random: Random,
): Promise<{ readonly accepted: number; readonly broken: readonly Broken[] }> {
  const broken: Broken[] = [];
  let accepted = 0;
  const answers = answersOf(before, api, changed);
  const found = new Map<ApiRule, { was: Set<string>; is: Set<string>; asked: Asked }>();
  for (const asked of requestsTo(before, api.methods, random)) {
    const was = await before.ask(asked);
    if (was.status >= 300) continue;
    accepted++;
    const is = await after.ask(asked);
    const text = `${asked.httpMethod} ${asked.target} ${JSON.stringify(asked.body) ?? ''}`;
    if (is.status !== was.status) {
      broken.push({ kind: 'request', text: `${text} → ${is.status} ${is.text}` });
      continue;
    }
    const misread = misreadValues(asked, was, is, changed);
    if (misread !== undefined) broken.push({ kind: 'request', text: `${text} → ${misread}` });
    if (asked.method.isStreamed) {
      if (/^\{.*\}\n/.test(was.text) !== /^\{.*\}\n/.test(is.text))
        broken.push({ kind: 'answer', text: `${text} → ${is.text}` });
      continue;
    }
    const json: unknown = parsed(is.text);
    for (const problem of answers.problems(asked, json))
      broken.push({ kind: 'answer', text: `${text} → ${problem}: ${is.text}` });
    const seen = found.get(asked.rule) ?? { was: new Set(), is: new Set(), asked };
    found.set(asked.rule, seen);
    for (const [set, body] of [
      [seen.was, parsed(was.text)],
      [seen.is, json],
    ] as const)
      for (const path of answers.paths(asked, body)) set.add(path);
  }
  for (const { was, is, asked } of found.values()) {
    const gone = [...was].filter((path) => !is.has(path));
    if (gone.length > 0)
      broken.push({
        kind: 'answer',
        text: `answers of ${asked.httpMethod} ${asked.target} lack ${gone.join(', ')}`,
      });
  }
  return { accepted, broken };
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** The first value that the client gave and the backend reads as another. */
function misreadValues(asked: Asked, was: Outcome, is: Outcome, changed: Api): string | undefined {
  if (!isObject(was.seen) || !isObject(is.seen)) return undefined;
  const [seen, now] = [structuredClone(was.seen), structuredClone(is.seen)];
  const rule = ruleNow(asked, changed);
  for (const [index, { path, text }] of asked.bound.entries()) {
    const position = rule?.template.match(/\{[^}]+\}/g)?.[index];
    const names = position?.replace(/[{}]|=.*/g, '').split('.') ?? [];
    const value = valueAt(now, path) ?? valueAt(now, names.map(camel));
    if (!isSame(text, value)) return `the path's ${path.join('.')} is ${JSON.stringify(value)}, not ${text}`;
  }
  // What a field of the body is called is nothing to clients.
  if (rule !== undefined && ![asked.rule.body, rule.body].some((body) => body === '' || body === '*')) {
    const [from, to] = [camel(asked.rule.body), camel(rule.body)];
    if (from !== to) {
      now[from] = now[to] ?? null;
      delete now[to];
    }
  }
  return difference(asked.meant, seen, now, '', aliasesIn(changed));
}

function ruleNow({ rule, method }: Asked, changed: Api): ApiRule | undefined {
  const shape = (one: ApiRule): string => `${one.httpMethod} ${one.template.replace(/\{[^}=]+/g, '{')}`;
  return (
    changed.methods.flatMap(({ rules }) => rules).find((one) => shape(one) === shape(rule)) ??
    changed.methods.find(({ name }) => name === method.name)?.rules[0]
  );
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function valueAt(json: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, name) => (isObject(value) ? value[name] : undefined),
    json,
  );
}

function difference(
  meant: JsonValue,
  was: JsonValue | undefined,
  is: JsonValue | undefined,
  path: string,
  aliases: ReadonlyMap<string, string>,
): string | undefined {
  // What the gate drops for both is nothing that clients count on.
  if (was === undefined || was === null) return undefined;
  if (isObject(meant) && isObject(was)) {
    if (!isObject(is)) return `${path} is ${JSON.stringify(is)}, not ${JSON.stringify(was)}`;
    for (const [name, value] of Object.entries(meant)) {
      const found = difference(value, was[name], is[name], `${path}.${name}`, aliases);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(was) && Array.isArray(is) && was.length === is.length) {
    const list = Array.isArray(meant) ? meant : [];
    for (const [index, value] of list.entries()) {
      const found = difference(value, was[index], is[index], `${path}[${index}]`, aliases);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  // What a query says once is a list of one.
  const single = Array.isArray(is) && is.length === 1 && !Array.isArray(was) ? is[0] : is;
  const name = typeof was === 'string' ? aliases.get(was) : undefined;
  return isSame(was, single) || isSame(meant, single) || (name !== undefined && name === single)
    ? undefined
    : `${path} is ${JSON.stringify(is)}, not ${JSON.stringify(was)}`;
}

/** Names of the enum, and what is printed for each. */
function aliasesIn({ values }: Api): ReadonlyMap<string, string> {
  return new Map(
    values.map(({ name, number }) => [name, values.find((value) => value.number === number)?.name ?? name]),
  );
}

function isSame(was: JsonValue | undefined, is: JsonValue | undefined): boolean {
  if (typeof was === 'object' || typeof is === 'object') return JSON.stringify(was) === JSON.stringify(is);
  return String(was) === String(is) || (was !== '' && is !== '' && Number(was) === Number(is));
}

/** Answers, by what the version before says of them. */
function answersOf({ registry }: Served, api: Api, changed: Api) {
  const form = formOf(codecOptions);
  const schemas = createSchemas(registry.types, readResources(registry.files), form);
  const outputs = new Map(
    registry.services.flatMap((service) =>
      service.methods.map(({ name, output }) => [name, output] as const),
    ),
  );
  const properties = Object.fromEntries(
    [...new Set(outputs.values())].map((output) => [output.typeName, schemas.message(output, form)]),
  );
  const check = schemaCheck({ properties }, schemas.components());
  const whole = (
    { method, rule }: Asked,
    json: JsonValue | unknown,
  ): [DescMessage, JsonValue] | undefined => {
    const output = outputs.get(method.name);
    if (output === undefined) return undefined;
    const field = output.fields.find(({ name }) => name === rule.responseBody);
    return [output, (field === undefined ? json : { [field.jsonName]: json }) as JsonValue];
  };
  return {
    problems(asked: Asked, json: unknown): readonly string[] {
      const found = whole(asked, json);
      if (found === undefined) return [];
      return check({ [found[0].typeName]: found[1] })
        .filter(
          ({ keyword, params, data, parentSchema }) =>
            // What only clients write is not read.
            parentSchema?.['writeOnly'] !== true &&
            (isDemanded(keyword, params) || isRenamed(keyword, data, api, changed)),
        )
        .map(({ instancePath, message, data }) => `${instancePath} ${message}: ${JSON.stringify(data)}`);
    },
    paths(asked: Asked, json: unknown): readonly string[] {
      const found = whole(asked, json);
      return found === undefined ? [] : pathsIn(found[0], found[1], '');
    },
  };
}

/** What a reader counts on who lets new members, new values and other bounds be. */
function isDemanded(keyword: string, params: Record<string, unknown>): boolean {
  if (keyword === 'format') return ['date-time'].includes(String(params['format']));
  return keyword === 'type';
}

/** Whether a value of an enum has a name that the version before does not know, and a number that it does. */
function isRenamed(keyword: string, value: unknown, api: Api, changed: Api): boolean {
  const now = changed.values.find(({ name }) => name === value);
  return keyword === 'enum' && now !== undefined && api.values.some(({ number }) => number === now.number);
}

/** Paths of members that are there and that the version before knows, but for members of oneofs, which come and go. */
function pathsIn(desc: DescMessage, json: JsonValue | undefined, prefix: string): string[] {
  if (!isObject(json)) return [];
  return desc.fields.flatMap((field): string[] => {
    const value = json[field.jsonName];
    if (value === undefined || field.oneof !== undefined) return [];
    const path = `${prefix}${field.jsonName}`;
    const values =
      field.fieldKind === 'list' && Array.isArray(value)
        ? value
        : field.fieldKind === 'map' && isObject(value)
          ? Object.values(value)
          : [value];
    const inner = field.message !== undefined && isPlain(field.message) ? field.message : undefined;
    return [path, ...(inner === undefined ? [] : values.flatMap((one) => pathsIn(inner, one, `${path}.`)))];
  });
}
