import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { examplesOf } from '../contract/index.js';
import {
  behaves,
  type DescField,
  type DescMessage,
  type PlainMessage,
  type Registry,
} from '../descriptor/index.js';
import { countIn, fieldRulesOf, groupsOf, listIn, literalsIn, messageRulesOf, sectionOf } from './rules.js';
import type { Spot } from './spot.js';

/** What is to be known of a field to make it up. */
export interface FieldPlan {
  readonly field: DescField;
  readonly rules: PlainMessage;
  /** Whether a message is wrong without it. */
  readonly isNeeded: boolean;
  /** Values of the field that its author gives, as reflection has them. */
  readonly examples: readonly unknown[];
  readonly literals: Spot['literals'];
}

/** What is to be known of a type. */
export interface TypePlan {
  /** Those that an answer may have. */
  readonly fields: readonly FieldPlan[];
  /** Of each group at most one is set. */
  readonly groups: readonly (readonly DescField[])[];
}

/** FeatureSet.FieldPresence LEGACY_REQUIRED (descriptor.proto). */
const legacyRequired = 3;

/** Fields that say of a thing that it is no longer there, or went wrong. */
const unwanted = /^(delete_time|purge_time|deleted|error|errors|next_page_token|unreachable)$/;

export function planOf(types: Registry, type: DescMessage): TypePlan {
  const ofMessage = literalsIn(messageRulesOf(types, type));
  const fields = type.fields.flatMap((field): FieldPlan[] => {
    const rules = fieldRulesOf(types, field);
    const isNeeded = isNeededBy(field, rules);
    if (behaves(field, 'inputOnly') && field.presence !== legacyRequired) return [];
    if (!isNeeded && (field.deprecated || unwanted.test(field.name))) return [];
    const own = literalsOf(rules);
    const literals = {
      texts: [...own.texts, ...ofMessage.texts],
      numbers: [...own.numbers, ...ofMessage.numbers],
    };
    return [{ field, rules, isNeeded, examples: readExamples(types, field), literals }];
  });
  const answered = new Set(fields.map(({ field }) => field));
  const groups = groupsOf(types, type).map((group) => group.filter((field) => answered.has(field)));
  return { fields, groups };
}

function isNeededBy(field: DescField, rules: PlainMessage): boolean {
  return (
    field.presence === legacyRequired ||
    rules['required'] === true ||
    behaves(field, 'required') ||
    (countIn(sectionOf(rules, 'repeated'), 'min_items') ?? 0) > 0 ||
    (countIn(sectionOf(rules, 'map'), 'min_pairs') ?? 0) > 0
  );
}

/** Of a field, and of what its list or map holds. */
function literalsOf(rules: PlainMessage): ReturnType<typeof literalsIn> {
  const all = [
    rules,
    sectionOf(sectionOf(rules, 'repeated'), 'items'),
    sectionOf(sectionOf(rules, 'map'), 'keys'),
    sectionOf(sectionOf(rules, 'map'), 'values'),
  ].map(literalsIn);
  return { texts: all.flatMap(({ texts }) => texts), numbers: all.flatMap(({ numbers }) => numbers) };
}

function readExamples(types: Registry, field: DescField): readonly unknown[] {
  const ruled = ['string', 'bytes', 'enum'].flatMap((kind) =>
    listIn(sectionOf(fieldRulesOf(types, field), kind), 'example'),
  );
  const texts = ruled.filter((value) => typeof value === 'string').map((value) => [value]);
  return [...examplesOf(types, field), ...texts].flatMap((readings) => {
    for (const reading of readings) {
      const value = readExample(types, field, reading);
      if (value !== undefined) return [value];
    }
    return [];
  });
}

/** A value of a field as its message's JSON has it; undefined for what is none. */
function readExample(types: Registry, field: DescField, reading: unknown): unknown {
  if (reading === undefined || reading === null) return undefined;
  const json = field.fieldKind === 'list' && !Array.isArray(reading) ? [reading] : reading;
  try {
    const message = fromJson(field.parent, { [field.jsonName]: json as JsonValue }, { registry: types });
    const holder = reflect(field.parent, message);
    return holder.isSet(field) ? holder.get(field) : undefined;
  } catch {
    return undefined;
  }
}
