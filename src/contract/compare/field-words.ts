import { behaves, type DescField, isImplicitPresence, locationOf } from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { isFieldRequired } from '../schema/required.js';
import { resourcePatterns } from '../schema/resource-name.js';
import { fieldRules } from '../schema/rules.js';
import { compareFieldRules } from './field-rules.js';
import { fieldSubject, inside, isRequest, type Met, placeOf, shownName } from './met.js';
import type { Report } from './report.js';
import type { CompareRule } from './rules.js';

interface Sides {
  readonly before: Outline;
  readonly after: Outline;
  readonly report: Report;
}

/**
 * What is said of a field besides its type: behaviour, presence, rules, resources. False where clients have nothing to do
 * with it any more, so that its type does not matter.
 */
export function compareOwnWords(before: DescField, after: DescField, met: Met, sides: Sides): boolean {
  const { report } = sides;
  const subject = fieldSubject(before);
  const tell = (rule: CompareRule, text: (where: string) => string): void =>
    report(rule, subject, text(placeOf(inside(met, before))), locationOf(after));
  if (after.deprecated && !before.deprecated)
    tell('DEPRECATED', (where) => `The field ${subject} is deprecated: ${where}.`);
  compareResources(before, after, inside(met, before), sides);
  if (isRequest(met)) {
    if (behaves(after, 'outputOnly')) {
      tell('REQUEST_FIELD_IGNORED', (where) => `${subject} is OUTPUT_ONLY: ${where} is dropped.`);
      return false;
    }
    if (met.use !== 'text' && behaves(after, 'immutable') && !behaves(before, 'immutable'))
      tell('REQUEST_FIELD_IMMUTABLE', (where) => `${subject} is IMMUTABLE: ${where} may not change it.`);
    compareRequired(before, after, met, sides);
    compareFieldRules(before, after, inside(met, before), sides);
  } else {
    if (behaves(after, 'inputOnly')) {
      tell('RESPONSE_FIELD_INPUT_ONLY', (where) => `${subject} is INPUT_ONLY: ${where} is no longer there.`);
      return false;
    }
    if (met.printsUnset && isAlwaysPrinted(before) && !isAlwaysPrinted(after)) {
      tell(
        'RESPONSE_FIELD_MAY_BE_ABSENT',
        (where) => `${subject} was printed with its default, and is left out where it is unset: ${where}.`,
      );
    }
  }
  if (tellsPresence(before) && !tellsPresence(after) && hasOneValue(after)) {
    tell(
      'FIELD_PRESENCE_REMOVED',
      (where) => `${subject} was \`optional\`, and is not: absent and zero are the same in ${where}.`,
    );
  }
  return true;
}

/** The same of a field that the path binds, which is always there, and which may be called anything. */
export function compareBoundWords(before: DescField, after: DescField, met: Met, sides: Sides): void {
  compareResources(before, after, met, sides);
  compareFieldRules(before, after, met, sides);
}

/** Whether a field, new where `before` is undefined, must be in requests from now on. */
export function compareRequired(
  before: DescField | undefined,
  after: DescField,
  met: Met,
  { before: one, after: other, report }: Sides,
): void {
  if (!isRequest(met) || met.use === 'patch') return;
  const { types } = other.registry;
  if (!isFieldRequired(after, fieldRules(types, after))) return;
  if (before !== undefined && isFieldRequired(before, fieldRules(one.registry.types, before))) return;
  const subject = fieldSubject(before ?? after);
  const what = before === undefined ? 'is new and required' : 'is required now';
  const text = `${subject}, in JSON \`${shownName(after, met)}\`, ${what}: ${placeOf(met)} without it is refused.`;
  report('REQUEST_FIELD_REQUIRED', subject, text, locationOf(after));
}

function compareResources(
  before: DescField,
  after: DescField,
  met: Met,
  { before: one, after: other, report }: Sides,
): void {
  const now = resourcePatterns(after, other.resources);
  if (now.length === 0) return;
  const gone = resourcePatterns(before, one.resources).filter((pattern) => !now.includes(pattern));
  if (gone.length === 0) return;
  const list = (patterns: readonly string[]): string => patterns.map((pattern) => `"${pattern}"`).join(', ');
  const text = `Names in ${fieldSubject(before)} could be ${list(gone)}, and are ${list(now)}: ${placeOf(met)}.`;
  report('RESOURCE_PATTERN_REMOVED', fieldSubject(before), text, locationOf(after));
}

function hasOneValue({ fieldKind }: DescField): boolean {
  return fieldKind === 'scalar' || fieldKind === 'enum';
}

/** Of a field of its own: members of a oneof are compared as such. */
function tellsPresence(field: DescField): boolean {
  return hasOneValue(field) && field.oneof === undefined && !isImplicitPresence(field);
}

/** Whether answers that print what is unset have the field in any case. */
function isAlwaysPrinted(field: DescField): boolean {
  if (field.fieldKind === 'list' || field.fieldKind === 'map') return true;
  return hasOneValue(field) && isImplicitPresence(field);
}
