import { type DescField, type DescMessage, locationOf } from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { isOneofRequired, messageRules } from '../schema/rules.js';
import { isRequest, type Met, placeOf, shownName } from './met.js';
import type { Report } from './report.js';

interface Sides {
  readonly before: Outline;
  readonly after: Outline;
  readonly report: Report;
}

/** Fields of which one at most may be set. */
interface Group {
  readonly name: string;
  /** By the names that clients know. */
  readonly fields: readonly string[];
  readonly isRequired: boolean;
}

/** What may be set together, and what must be. Oneofs are of the .proto file, or, of requests, of buf.validate. */
export function compareOneofs(before: DescMessage, after: DescMessage, met: Met, sides: Sides): void {
  const isBound = isRequest(met);
  const was = groupsOf(before, sides.before, met, isBound);
  const is = groupsOf(after, sides.after, met, isBound);
  if (isBound) compareTaken(before, after, was, is, met, sides.report);
  else comparePrinted(before, after, was, is, met, sides.report);
}

function groupsOf(
  message: DescMessage,
  { registry: { types } }: Outline,
  met: Met,
  isRuled: boolean,
): Group[] {
  const declared = message.oneofs.map((oneof) => ({
    name: oneof.name,
    fields: oneof.fields.map((field) => shownName(field, met)),
    isRequired: isOneofRequired(types, oneof),
  }));
  if (!isRuled) return declared;
  const names = new Map(message.fields.map((field) => [field.name, shownName(field, met)]));
  const ruled = messageRules(types, message).oneofs.map(({ fields, required }) => ({
    name: fields.join('|'),
    fields: fields.map((name) => names.get(name) ?? name),
    isRequired: required,
  }));
  return [...declared, ...ruled];
}

function compareTaken(
  before: DescMessage,
  after: DescMessage,
  was: readonly Group[],
  is: readonly Group[],
  met: Met,
  report: Report,
): void {
  for (const group of is) {
    const subject = `${after.typeName}.${group.name}`;
    const known = survivors(group, before, met);
    const pair = freePair(known, was);
    if (pair !== undefined) {
      const text = `\`${pair[0]}\` and \`${pair[1]}\` could be sent together, and are of one oneof now: ${placeOf(met)}.`;
      report('REQUEST_ONEOF_NARROWED', subject, text, locationOf(after));
    }
    if (!group.isRequired || met.use === 'patch') continue;
    // What satisfied a narrower group satisfies this one.
    const isOld = was.some(
      (one) => one.isRequired && one.fields.every((name) => group.fields.includes(name)),
    );
    if (isOld) continue;
    const text = `One of ${group.fields.map((name) => `\`${name}\``).join(', ')} must be set now: ${placeOf(met)}.`;
    report('REQUEST_ONEOF_REQUIRED', subject, text, locationOf(after));
  }
}

function comparePrinted(
  before: DescMessage,
  after: DescMessage,
  was: readonly Group[],
  is: readonly Group[],
  met: Met,
  report: Report,
): void {
  for (const group of is) {
    const pair = freePair(survivors(group, before, met), was);
    if (pair === undefined) continue;
    const text = `\`${pair[0]}\` and \`${pair[1]}\` could come together, and are of one oneof now: ${placeOf(met)}.`;
    report('RESPONSE_ONEOF_NARROWED', `${after.typeName}.${group.name}`, text, locationOf(after));
  }
  for (const group of was) {
    const left = survivors(group, after, met);
    const subject = `${before.typeName}.${group.name}`;
    const pair = freePair(left, is);
    if (pair !== undefined) {
      const text = `\`${pair[0]}\` and \`${pair[1]}\` were of one oneof, and may come together now: ${placeOf(met)}.`;
      report('RESPONSE_ONEOF_WIDENED', subject, text, locationOf(after));
    }
    const now = is.find(({ fields }) => fields.some((name) => left.includes(name)));
    const known = new Set(before.fields.map((field) => shownName(field, met)));
    const added = (now?.fields ?? []).filter((name) => !known.has(name));
    if (added.length === 0) continue;
    const text = `The oneof ${group.name} has ${added.map((name) => `\`${name}\``).join(', ')} besides: ${placeOf(met)}.`;
    report('RESPONSE_ONEOF_MEMBER_ADDED', subject, text, locationOf(after));
  }
}

/** The members that the other side has as fields. */
function survivors({ fields }: Group, other: DescMessage, met: Met): readonly string[] {
  const names = new Set(other.fields.map((field: DescField) => shownName(field, met)));
  return fields.filter((name) => names.has(name));
}

/** Two of the names that no group of the other side holds apart. */
function freePair(names: readonly string[], groups: readonly Group[]): readonly [string, string] | undefined {
  const isApart = (one: string, other: string): boolean =>
    groups.some(({ fields }) => fields.includes(one) && fields.includes(other));
  for (const [index, one] of names.entries()) {
    const other = names.slice(index + 1).find((name) => !isApart(one, name));
    if (other !== undefined) return [one, other];
  }
  return undefined;
}
