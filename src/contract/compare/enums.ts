import { type DescEnum, locationOf } from '../../descriptor/index.js';
import { isRequest, type Met, placeOf } from './met.js';
import type { Report } from './report.js';

/** What has become of the values of an enum. Requests may say a value by any of its names or by its number. */
export function compareEnums(before: DescEnum, after: DescEnum, met: Met, report: Report): void {
  if (isRequest(met)) compareTaken(before, after, met, report);
  else comparePrinted(before, after, met, report);
  for (const value of after.values) {
    const was = before.values.find(({ name }) => name === value.name);
    if (value.deprecated && was !== undefined && !was.deprecated)
      report(
        'DEPRECATED',
        subjectOf(before, value.name),
        `The value ${value.name} is deprecated.`,
        locationOf(value),
      );
  }
}

function compareTaken(before: DescEnum, after: DescEnum, met: Met, report: Report): void {
  for (const value of before.values) {
    const subject = subjectOf(before, value.name);
    const now = after.values.find(({ name }) => name === value.name);
    if (now === undefined) {
      const renamed = nameOf(after, value.number);
      const what = renamed === undefined ? 'is gone' : `is called ${renamed} now`;
      const text = `The value ${value.name} ${what}: ${placeOf(met)} may not have it any more.`;
      report('REQUEST_ENUM_VALUE_REMOVED', subject, text, locationOf(after));
    } else if (now.number !== value.number) {
      const text = `The value ${value.name} was ${value.number}, and is ${now.number}: a number in ${placeOf(met)} means another value.`;
      report('REQUEST_ENUM_VALUE_RENUMBERED', subject, text, locationOf(now));
    }
  }
}

function comparePrinted(before: DescEnum, after: DescEnum, met: Met, report: Report): void {
  const printed = (desc: DescEnum) =>
    new Map(
      desc.values.flatMap(({ name, number }) => {
        // Of several names for a number the first is printed.
        if (nameOf(desc, number) !== name) return [];
        return [met.enumsAsNumbers ? ([name, String(number)] as const) : ([String(number), name] as const)];
      }),
    );
  const [was, is] = [printed(before), printed(after)];
  const [known, left] = [was, is].map((texts) => new Set(texts.values()));
  for (const [key, text] of was) {
    const now = is.get(key);
    if (now === undefined || now === text) continue;
    // A name that has another number now means what it did; so does the one that has this number instead.
    const isGone = !after.values.some(({ name }) => name === text);
    if (!met.enumsAsNumbers && (left?.has(text) || (isGone && known?.has(now)))) continue;
    const name = met.enumsAsNumbers ? key : text;
    const where = after.values.find((value) => value.name === (met.enumsAsNumbers ? key : now));
    report(
      'RESPONSE_ENUM_VALUE_RENAMED',
      subjectOf(before, name),
      `The value ${name} was written ${text}, and is written ${now}: ${placeOf(met)}.`,
      locationOf(where ?? after),
    );
  }
  for (const value of after.values) {
    const isKnown = before.values.some(({ number, name }) => number === value.number || name === value.name);
    if (isKnown) continue;
    const text = `The value ${value.name} is new, and may be ${placeOf(met)}.`;
    report('RESPONSE_ENUM_VALUE_ADDED', subjectOf(after, value.name), text, locationOf(value));
  }
}

const nameOf = ({ values }: DescEnum, number: number): string | undefined =>
  values.find((value) => value.number === number)?.name;

const subjectOf = ({ typeName }: DescEnum, name: string): string => `${typeName}.${name}`;
