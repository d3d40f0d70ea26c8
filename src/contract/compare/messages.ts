import { behaves, type DescField, type DescMessage, locationOf } from '../../descriptor/index.js';
import type { Outline } from '../../surface/index.js';
import { hasText } from '../openapi/query-fields.js';
import { compareEnums } from './enums.js';
import { compareMessageRules } from './field-rules.js';
import { compareOwnWords, compareRequired } from './field-words.js';
import { type HeldType, heldTypes } from './held-types.js';
import { fieldSubject, inside, isRequest, type Met, placeOf, shownName } from './met.js';
import { compareOneofs } from './oneofs.js';
import type { Report } from './report.js';
import { jsonText, type TypeChange, typeChange } from './type-change.js';
import { cardinalityOf, kindOfScalar, typeOf, typeText } from './value-type.js';

/** The two sides of a comparison, and whom it tells. */
export interface Comparison {
  readonly before: Outline;
  readonly after: Outline;
  readonly report: Report;
}

/** Compares messages as clients meet them. */
export interface Messages {
  /** Two messages and all below, once for each use. */
  message(before: DescMessage, after: DescMessage, met: Met): void;
  /** Fields of two messages, each as it is met; undefined is not at all. */
  fields(
    before: DescMessage,
    after: DescMessage,
    metOf: (field: DescField, partner: DescField | undefined) => Met | undefined,
    metOfNew: (field: DescField) => Met | undefined,
  ): void;
  /** One field and what it has become, whatever it is called. `met` is where its message is. */
  field(before: DescField, after: DescField, met: Met): void;
  /** The values of a field and of what it has become. `met` is where they are. */
  value(before: DescField, after: DescField, met: Met): void;
}

export function createMessages({ before: one, after: other, report }: Comparison): Messages {
  const done = new Set<string>();
  let held: readonly HeldType[] | undefined;

  const message: Messages['message'] = (before, after, met) => {
    const { use, protoNames, enumsAsNumbers, printsUnset } = met;
    const key = [before.typeName, after.typeName, use, protoNames, enumsAsNumbers, printsUnset].join(' ');
    if (done.has(key)) return;
    done.add(key);
    const here = (): Met => met;
    fields(before, after, here, here);
    compareOneofs(before, after, met, { before: one, after: other, report });
    compareMessageRules(before, after, met, { before: one, after: other, report });
  };

  const fields: Messages['fields'] = (before, after, metOf, metOfNew) => {
    const met = new Set<DescField>();
    for (const field of before.fields) {
      // Requests take both names of a field, answers have one.
      const usual = metOf(field, undefined);
      const partner = partnerOf(field, after, usual);
      const renamed = partner === undefined ? renamedField(field, before, after, usual) : undefined;
      const now = partner ?? renamed;
      if (now !== undefined) met.add(now);
      const place = metOf(field, now);
      if (place === undefined) continue;
      if (isUnseen(field, place)) {
        // Nobody has sent what was dropped.
        if (now !== undefined) compareRequired(undefined, now, place, { before: one, after: other, report });
        continue;
      }
      if (partner === undefined) tellGone(field, renamed, after, place, report);
      else tellAlias(field, partner, after, place, report);
      if (now !== undefined) compare(field, now, place);
    }
    for (const field of after.fields) {
      const place = met.has(field) ? undefined : metOfNew(field);
      if (place !== undefined)
        compareRequired(undefined, field, place, { before: one, after: other, report });
    }
  };

  const compare: Messages['field'] = (before, after, met) => {
    const sides = { before: one, after: other, report };
    if (!compareOwnWords(before, after, met, sides)) return;
    value(before, after, inside(met, before));
  };

  const value: Messages['value'] = (before, after, met) => {
    const tell = (change: TypeChange, text: string): void => {
      if (change === 'none') return;
      const rules = isRequest(met)
        ? (['REQUEST_TYPE_NARROWED', 'REQUEST_TYPE_CHANGED'] as const)
        : (['RESPONSE_TYPE_WIDENED', 'RESPONSE_TYPE_CHANGED'] as const);
      report(rules[change === 'range' ? 0 : 1], fieldSubject(before), text, locationOf(after));
    };
    const whole = `${fieldSubject(before)} was ${typeText(before)}, and is ${typeText(after)}`;
    if (met.use === 'text' && !hasText(before) && !isEntered(before)) return;
    const [many, manyNow] = [cardinalityOf(before), cardinalityOf(after)];
    const isListed = met.use === 'text' && many === 'one' && manyNow === 'list' && hasText(before);
    if (many !== manyNow && !isListed) {
      tell('form', `${whole}: ${placeOf(met)}.`);
      return;
    }
    if (before.fieldKind === 'map' && after.fieldKind === 'map') {
      const key = (field: typeof before) => ({ kind: kindOfScalar(field.mapKey), isWrapped: false });
      // Keys are text wherever they are.
      const change = typeChange(key(before), key(after), isRequest(met) ? 'text' : 'answer', false);
      tell(change === 'form' && !isRequest(met) ? 'range' : change, `${whole}: the keys of ${placeOf(met)}.`);
    }
    const [type, typeNow] = [typeOf(before), typeOf(after)];
    if (before.enum !== undefined && after.enum !== undefined && type.kind === typeNow.kind) {
      compareEnums(before.enum, after.enum, met, report);
    } else if (before.message && after.message && type.kind === 'object' && typeNow.kind === 'object') {
      if (haveNothingInCommon(before.message, after.message, met))
        tell('form', `${whole}, which have no member in common: ${placeOf(met)}.`);
      else message(before.message, after.message, met);
    } else if (type.kind === 'any' && typeNow.kind === 'any') {
      compareHeld(met);
    } else if (met.use === 'text' && hasText(before) && !hasText(after)) {
      tell('form', `${whole}, which has no form as text: ${placeOf(met)}.`);
    } else {
      const text = ({ kind }: typeof type) => jsonText(kind, met.enumsAsNumbers);
      const nullable = typeNow.isWrapped && !type.isWrapped ? ', or null' : '';
      const [was, is] = [text(type), `${text(typeNow)}${nullable}`];
      const json = was === is ? ' has another range' : ` was ${was}, and is ${is}`;
      const means = met.use === 'text' ? '' : json;
      tell(typeChange(type, typeNow, met.use, met.enumsAsNumbers), `${whole}: ${placeOf(met)}${means}.`);
    }
  };

  /** An Any replaces what it holds as a whole. Each type is compared once for each use, wherever it is held. */
  const compareHeld = (met: Met): void => {
    const use = met.use === 'patch' ? 'body' : met.use;
    if (use === 'text') return;
    held ??= heldTypes(one.registry, other.registry);
    for (const { before, after } of held) message(before, after, { ...met, use });
  };

  return { message, fields, field: compare, value };
}

function partnerOf(field: DescField, { fields }: DescMessage, met: Met | undefined): DescField | undefined {
  if (met === undefined) return fields.find(({ jsonName }) => jsonName === field.jsonName);
  const name = shownName(field, met);
  if (!isRequest(met)) return fields.find((other) => shownName(other, met) === name);
  return named(fields, name);
}

/** As requests are read: by JSON name, then by proto name. */
function named(fields: readonly DescField[], name: string): DescField | undefined {
  return fields.find(({ jsonName }) => jsonName === name) ?? fields.find((other) => other.name === name);
}

/** The field of the same number, where its name is new. */
function renamedField(
  { number }: DescField,
  before: DescMessage,
  after: DescMessage,
  met: Met | undefined,
): DescField | undefined {
  const now = after.fields.find((other) => other.number === number);
  if (now === undefined || met === undefined) return now;
  return before.fields.some((other) => shownName(other, met) === shownName(now, met)) ? undefined : now;
}

/** What only the other side writes: the gate drops it from requests, or it is not in answers. */
function isUnseen(field: DescField, met: Met): boolean {
  return behaves(field, isRequest(met) ? 'outputOnly' : 'inputOnly');
}

function tellGone(
  field: DescField,
  renamed: DescField | undefined,
  after: DescMessage,
  met: Met,
  report: Report,
): void {
  const name = `\`${shownName(field, met)}\``;
  const subject = fieldSubject(field);
  const where = placeOf(met);
  const end = isRequest(met) ? `${where} may not have it any more` : `it is no longer in ${where}`;
  if (renamed === undefined) {
    const text = `${subject}, in JSON ${name}, is gone: ${end}.`;
    report(
      isRequest(met) ? 'REQUEST_FIELD_REMOVED' : 'RESPONSE_FIELD_REMOVED',
      subject,
      text,
      locationOf(after),
    );
  } else {
    const text = `${subject}, in JSON ${name}, is called \`${shownName(renamed, met)}\` now: ${end}.`;
    report(
      isRequest(met) ? 'REQUEST_FIELD_RENAMED' : 'RESPONSE_FIELD_RENAMED',
      subject,
      text,
      locationOf(renamed),
    );
  }
}

/** The other name that requests may use. */
function tellAlias(field: DescField, partner: DescField, after: DescMessage, met: Met, report: Report): void {
  const alias = met.protoNames ? field.jsonName : field.name;
  if (!isRequest(met) || named(after.fields, alias) === partner) return;
  const text = `${fieldSubject(field)} could be called \`${alias}\` too: ${placeOf(met)} has \`${shownName(field, met)}\` only.`;
  report('REQUEST_FIELD_ALIAS_REMOVED', fieldSubject(field), text, locationOf(partner));
}

/** Whether names of parameters can go on behind a field. */
function isEntered(field: DescField): boolean {
  return field.fieldKind === 'message' && typeOf(field).kind === 'object';
}

/** Whether two messages have nothing to do with each other. */
export function haveNothingInCommon(before: DescMessage, after: DescMessage, met: Met): boolean {
  if (before.fields.length === 0 || after.fields.length === 0) return false;
  const names = new Set(after.fields.flatMap((field) => [field.jsonName, field.name, field.number]));
  return before.fields.every((field) => !names.has(shownName(field, met)) && !names.has(field.number));
}
