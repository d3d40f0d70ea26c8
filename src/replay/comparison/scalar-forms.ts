import type { DifferenceName } from './classes.js';

/** A number's value, exactly: "1.50e1" and "15" are one. */
export function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** How two numbers differ, if they do. Integers are compared digit by digit, floats as the doubles that they are. */
export function compareNumbers(expected: string, actual: string): DifferenceName | undefined {
  if (canonicalNumber(expected) === canonicalNumber(actual)) return undefined;
  const areFloats = /[.eE]/.test(expected) || /[.eE]/.test(actual);
  const [a, b] = [Number(expected), Number(actual)];
  if (!areFloats) return 'value';
  if (a === b) return undefined;
  return Number.isFinite(a) && Math.fround(a) === Math.fround(b) ? 'float-form' : 'value';
}

/** How two different strings differ. */
export function compareStrings(expected: string, actual: string): DifferenceName {
  const [a, b] = [timeOf(expected), timeOf(actual)];
  if (a !== undefined && a === b) return 'time-form';
  if (isBase64(expected) && isBase64(actual) && plainBase64(expected) === plainBase64(actual))
    return 'bytes-form';
  return 'value';
}

/** How a string and a number differ. */
export function compareStringToNumber(text: string, number: string): DifferenceName {
  if (/^-?\d+$/.test(text) && canonicalNumber(text) === canonicalNumber(number)) return 'int64-form';
  if (/^[A-Z][A-Za-z0-9_]*$/.test(text) && /^-?\d+$/.test(number) && !/^(NaN|Infinity)$/.test(text))
    return 'enum-form';
  return 'value';
}

/** A Timestamp in UTC or with an offset, or a Duration: what it means; undefined for anything else. */
function timeOf(text: string): string | undefined {
  const duration = /^(-?\d+(?:\.\d{1,9})?)s$/.exec(text)?.[1];
  if (duration !== undefined) return `${canonicalNumber(duration)}s`;
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const ms = Date.parse(`${seconds ?? ''}${zone ?? ''}`);
  return Number.isNaN(ms) ? undefined : `${ms}.${fraction.replace(/0+$/, '')}`;
}

function isBase64(text: string): boolean {
  return text.length >= 2 && /^[\w+/-]+={0,2}$/.test(text);
}

function plainBase64(text: string): string {
  return text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
}
