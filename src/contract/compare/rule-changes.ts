import type { PlainMessage } from '../../descriptor/index.js';

/** What has become of rules of buf.validate, each as a piece of a sentence. */
export interface RuleChanges {
  /** Values are refused that were not. */
  readonly tightened: readonly string[];
  /** Other values may be refused. */
  readonly changed: readonly string[];
}

const numbers = [
  ...['float', 'double', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'],
  ...['fixed32', 'fixed64', 'sfixed32', 'sfixed64'],
];
/** Members of FieldRules that hold rules of one type; those of numbers mean the same for all numbers. */
const sections: Readonly<Record<string, string>> = {
  ...Object.fromEntries(numbers.map((name) => [name, 'number'])),
  ...Object.fromEntries(
    ['string', 'bytes', 'bool', 'enum', 'repeated', 'map', 'any', 'duration', 'timestamp', 'field_mask'].map(
      (name) => [name, name],
    ),
  ),
};

/** Two messages of buf.validate.FieldRules. Of fields whose types have no rules in common nothing is said. */
export function ruleChanges(before: PlainMessage, after: PlainMessage): RuleChanges {
  const [was, is] = [sectionOf(before), sectionOf(after)];
  const own = was.kind === is.kind || was.kind === '' ? compareSections(was.rules, is.rules) : none;
  const all = [own, expressions(before, after), ignored(before, after)];
  return joined(all);
}

const none: RuleChanges = { tightened: [], changed: [] };

function joined(all: readonly RuleChanges[]): RuleChanges {
  return {
    tightened: all.flatMap(({ tightened }) => tightened),
    changed: all.flatMap(({ changed }) => changed),
  };
}

function sectionOf(rules: PlainMessage): { readonly kind: string; readonly rules: PlainMessage } {
  const name = Object.keys(rules).find((key) => sections[key] !== undefined);
  const found = name === undefined ? undefined : rules[name];
  return { kind: sections[name ?? ''] ?? '', rules: isPlain(found) ? found : {} };
}

/** Conditions of CEL, known by their ids or, without, by what they say. */
export function expressions(before: PlainMessage, after: PlainMessage): RuleChanges {
  const read = (rules: PlainMessage): ReadonlyMap<string, string> =>
    new Map([
      ...list(rules['cel']).map((one): [string, string] => {
        const { id, expression } = isPlain(one) ? one : {};
        return [String(id ?? expression), String(expression)];
      }),
      ...list(rules['cel_expression']).map((one): [string, string] => [String(one), String(one)]),
    ]);
  const was = read(before);
  const tightened: string[] = [];
  const changed: string[] = [];
  for (const [id, expression] of read(after)) {
    const known = was.get(id);
    if (known === undefined) tightened.push(`the rule \`${expression}\` is new`);
    else if (known !== expression) changed.push(`the rule was \`${known}\`, and is \`${expression}\``);
  }
  return { tightened, changed };
}

/** Values that no rule was asked about, and now is. */
function ignored(before: PlainMessage, after: PlainMessage): RuleChanges {
  const skips = ({ ignore }: PlainMessage): boolean => ignore === 'IGNORE_IF_ZERO_VALUE';
  const hasRules = Object.keys(after).some((name) => name !== 'ignore');
  return skips(before) && !skips(after) && hasRules
    ? { tightened: ['rules hold for zero values too'], changed: [] }
    : none;
}

function compareSections(before: PlainMessage, after: PlainMessage): RuleChanges {
  const [was, is] = [normal(before), normal(after)];
  const names = Object.keys(is).sort();
  return joined([
    ...intervals(was, is),
    ...names.flatMap((name) => (bounds.has(name) ? [] : compareRule(name, was[name], is[name]))),
  ]);
}

/** An exact length is both a least and a greatest one, a constant a list of one. */
function normal(rules: PlainMessage): PlainMessage {
  const { len, len_bytes: bytes, const: only, example: _, ...rest } = rules;
  return {
    ...rest,
    ...(len === undefined ? {} : { min_len: len, max_len: len }),
    ...(bytes === undefined ? {} : { min_bytes: bytes, max_bytes: bytes }),
    ...(only === undefined ? {} : { in: [only] }),
  };
}

const bounds: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte']);

/** Bounds of numbers, durations and times, by what they let through. */
function intervals(before: PlainMessage, after: PlainMessage): RuleChanges[] {
  const text = (rules: PlainMessage): string =>
    [...bounds]
      .filter((name) => rules[name] !== undefined)
      .map((name) => `${name} ${shown(rules[name])}`)
      .join(', ');
  const [was, is] = [text(before), text(after)];
  if (was === is || is === '') return [];
  const told = was === '' ? `${is} is new` : `${was} was the rule, and is ${is}`;
  if (isOutside(before) || isOutside(after))
    return [was === '' ? { tightened: [told], changed: [] } : { tightened: [], changed: [told] }];
  const isTighter =
    isAbove(bound(after, 'gt', 'gte'), bound(before, 'gt', 'gte'), 1) ||
    isAbove(bound(after, 'lt', 'lte'), bound(before, 'lt', 'lte'), -1);
  return isTighter ? [{ tightened: [told], changed: [] }] : [];
}

interface Bound {
  readonly value: number | bigint;
  readonly isStrict: boolean;
}

function bound(rules: PlainMessage, strict: string, loose: string): Bound | undefined {
  const [open, closed] = [magnitude(rules[strict]), magnitude(rules[loose])];
  if (open !== undefined) return { value: open, isStrict: true };
  return closed === undefined ? undefined : { value: closed, isStrict: false };
}

/** Whether a bound lets less through than another; `side` is 1 for lower bounds, -1 for upper ones. */
function isAbove(after: Bound | undefined, before: Bound | undefined, side: 1 | -1): boolean {
  if (after === undefined) return false;
  if (before === undefined) return true;
  if (after.value === before.value) return after.isStrict && !before.isStrict;
  return side === 1 ? after.value > before.value : after.value < before.value;
}

/** A lower bound above the upper one: what lies outside of the two is meant. */
function isOutside(rules: PlainMessage): boolean {
  const [lower, upper] = [bound(rules, 'gt', 'gte'), bound(rules, 'lt', 'lte')];
  return lower !== undefined && upper !== undefined && lower.value > upper.value;
}

function compareRule(name: string, before: unknown, after: unknown): RuleChanges[] {
  const added = { tightened: [`${name} ${shown(after)} is new`], changed: [] };
  const told = `${name} was ${shown(before)}, and is ${shown(after)}`;
  const when = (isTighter: boolean): RuleChanges[] => (isTighter ? [{ tightened: [told], changed: [] }] : []);
  if (name === 'items' || name === 'keys' || name === 'values')
    return [ruleChanges(isPlain(before) ? before : {}, isPlain(after) ? after : {})];
  if (after === false) return [];
  if (before === undefined || before === false) return isNothing(name, after) ? [] : [added];
  if (shown(before) === shown(after)) return [];
  if (/^min_/.test(name)) return when(Number(after) > Number(before));
  if (/^max_/.test(name) || name === 'within') return when(ordered(after) < ordered(before));
  const [was, is] = [list(before).map(shown), list(after).map(shown)];
  if (name === 'in') return when(was.some((one) => !is.includes(one)));
  if (name === 'not_in') return when(is.some((one) => !was.includes(one)));
  return [{ tightened: [], changed: [told] }];
}

/** Rules that refuse nothing. */
function isNothing(name: string, value: unknown): boolean {
  return (/^min_/.test(name) && Number(value) === 0) || (Array.isArray(value) && value.length === 0);
}

function ordered(value: unknown): number {
  return Number(magnitude(value) ?? 0);
}

/** A number, or nanoseconds of a duration or time. */
function magnitude(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (!isPlain(value)) return undefined;
  const { seconds = 0n, nanos = 0 } = value;
  return BigInt(String(seconds)) * 1_000_000_000n + BigInt(String(nanos));
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (isPlain(value)) return `${Number(magnitude(value) ?? 0) / 1e9}s`;
  return String(value);
}

function isPlain(value: unknown): value is PlainMessage {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
