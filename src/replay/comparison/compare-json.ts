import { type JsonValue, jsonText } from '../json/json-value.js';
import { hasPlaceholder } from '../redaction/placeholder.js';
import type { Difference, DifferenceName } from './classes.js';
import { compareNumbers, compareStrings, compareStringToNumber } from './scalar-forms.js';

type ObjectValue = Extract<JsonValue, { kind: 'object' }>;

/** What two values differ in. What was redacted in the expected one is like any text or number. */
export function compareJson(expected: JsonValue, actual: JsonValue, place = '$'): Difference[] {
  const found: Difference[] = [];
  walk(expected, actual, place);
  return found;

  function add(name: DifferenceName, at: string, a: JsonValue | undefined, b: JsonValue | undefined): void {
    const text = (value: JsonValue | undefined): string =>
      value === undefined ? '(absent)' : jsonText(value);
    found.push({ class: name, place: at, expected: text(a), actual: text(b) });
  }

  function walk(a: JsonValue, b: JsonValue, at: string): void {
    if (isRedacted(a) && (b.kind === 'string' || b.kind === 'number')) return;
    if (a.kind === 'object' && b.kind === 'object') members(a, b, at);
    else if (a.kind === 'list' && b.kind === 'list') {
      if (a.items.length !== b.items.length) {
        add('list-length', at, countOf(a.items), countOf(b.items));
        return;
      }
      for (const [i, item] of a.items.entries()) walk(item, b.items[i] ?? item, `${at}[]`);
    } else {
      const name = scalars(a, b);
      if (name !== undefined) add(name, at, a, b);
    }
  }

  function members(a: ObjectValue, b: ObjectValue, at: string): void {
    const [before, after] = [new Map(a.members), new Map(b.members)];
    for (const [name, value] of before) {
      const same = after.get(name);
      if (same !== undefined) {
        after.delete(name);
        walk(value, same, `${at}.${name}`);
        continue;
      }
      const other = otherName(name, before, after);
      const renamed = other === undefined ? undefined : after.get(other);
      if (other === undefined || renamed === undefined) {
        add(isDefault(value) ? 'defaults' : 'field-missing', `${at}.${name}`, value, undefined);
        continue;
      }
      after.delete(other);
      found.push({ class: 'field-names', place: `${at}.${name}`, expected: name, actual: other });
      walk(value, renamed, `${at}.${name}`);
    }
    for (const [name, value] of after)
      add(isDefault(value) ? 'defaults' : 'field-added', `${at}.${name}`, undefined, value);
  }
}

/** The other of a field's two names, where only that is there. */
function otherName(
  name: string,
  before: ReadonlyMap<string, JsonValue>,
  after: ReadonlyMap<string, JsonValue>,
): string | undefined {
  const wanted = camel(name);
  return [...after.keys()].find((one) => !before.has(one) && camel(one) === wanted);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function scalars(a: JsonValue, b: JsonValue): DifferenceName | undefined {
  if (a.kind === 'string' && b.kind === 'string')
    return a.value === b.value || fitsRedacted(a.value, b.value)
      ? undefined
      : compareStrings(a.value, b.value);
  if (a.kind === 'number' && b.kind === 'number') return compareNumbers(a.text, b.text);
  if (a.kind === 'string' && b.kind === 'number') return compareStringToNumber(a.value, b.text);
  if (a.kind === 'number' && b.kind === 'string') return compareStringToNumber(b.value, a.text);
  if (a.kind === 'bool' && b.kind === 'bool') return a.value === b.value ? undefined : 'value';
  if (a.kind === 'null' && b.kind === 'null') return undefined;
  return (a.kind === 'null' || b.kind === 'null') && isDefault(a) && isDefault(b) ? 'defaults' : 'value';
}

function isRedacted(value: JsonValue): boolean {
  return value.kind === 'string' && hasPlaceholder(value.value);
}

/** Whether a text is one of which parts have been hidden. */
function fitsRedacted(recorded: string, text: string): boolean {
  return hasPlaceholder(recorded) && text !== '';
}

/** What a field has that nobody has set. */
function isDefault(value: JsonValue): boolean {
  switch (value.kind) {
    case 'null':
      return true;
    case 'bool':
      return !value.value;
    case 'number':
      return /^-?0(\.0+)?$/.test(value.text) && !value.text.startsWith('-');
    case 'string':
      return value.value === '' || value.value === '0' || /(^|_)UNSPECIFIED$/.test(value.value);
    case 'list':
      return value.items.length === 0;
    case 'object':
      return value.members.length === 0;
  }
}

function countOf(items: readonly JsonValue[]): JsonValue {
  return { kind: 'number', text: String(items.length) };
}
