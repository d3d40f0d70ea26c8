import {
  annotationsOf,
  type DescField,
  type DescMessage,
  locationOf,
  type PlainMessage,
} from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { fieldSubject, isRequest, type Met, placeOf } from './met.js';
import type { Report } from './report.js';
import { expressions, ruleChanges } from './rule-changes.js';
import type { CompareRule } from './rules.js';

/** Number of buf.validate's extensions of the options of fields, messages and oneofs. */
const extension = 1159;

interface Sides {
  readonly before: Outline;
  readonly after: Outline;
  readonly report: Report;
}

/** What buf.validate says of a field of requests. That it is required is compared elsewhere. */
export function compareFieldRules(before: DescField, after: DescField, met: Met, sides: Sides): void {
  const now = rulesOf(sides.after, after);
  if (Object.keys(now).length === 0) return;
  const subject = fieldSubject(before);
  const { tightened, changed } = ruleChanges(rulesOf(sides.before, before), now);
  const tell = (rule: CompareRule, pieces: readonly string[]): void => {
    if (pieces.length > 0)
      sides.report(rule, subject, `${subject}: ${pieces.join('; ')}: ${placeOf(met)}.`, locationOf(after));
  };
  tell('REQUEST_RULE_TIGHTENED', tightened);
  tell('REQUEST_RULE_CHANGED', changed);
}

function rulesOf({ registry }: Outline, field: DescField): PlainMessage {
  const { required: _, ...rules } =
    annotationsOf(registry.types, field, extension, 'buf.validate.FieldRules') ?? {};
  return rules['ignore'] === 'IGNORE_ALWAYS' ? {} : rules;
}

/** Expressions of buf.validate over a whole message of requests. */
export function compareMessageRules(
  before: DescMessage,
  after: DescMessage,
  met: Met,
  { before: one, after: other, report }: Sides,
): void {
  if (!isRequest(met)) return;
  const read = ({ registry }: Outline, message: DescMessage): PlainMessage =>
    annotationsOf(registry.types, message, extension, 'buf.validate.MessageRules') ?? {};
  const { tightened, changed } = expressions(read(one, before), read(other, after));
  const subject = before.typeName;
  const tell = (pieces: readonly string[]): string => `${subject}: ${pieces.join('; ')}: ${placeOf(met)}.`;
  if (tightened.length > 0) report('REQUEST_RULE_TIGHTENED', subject, tell(tightened), locationOf(after));
  if (changed.length > 0) report('REQUEST_RULE_CHANGED', subject, tell(changed), locationOf(after));
}
