import { ScalarType } from '@bufbuild/protobuf';

/** The nine wrappers of google/protobuf/wrappers.proto, with the type of their field 1. */
const wrappers: ReadonlyMap<string, ScalarType> = new Map([
  ['google.protobuf.DoubleValue', ScalarType.DOUBLE],
  ['google.protobuf.FloatValue', ScalarType.FLOAT],
  ['google.protobuf.Int64Value', ScalarType.INT64],
  ['google.protobuf.UInt64Value', ScalarType.UINT64],
  ['google.protobuf.Int32Value', ScalarType.INT32],
  ['google.protobuf.UInt32Value', ScalarType.UINT32],
  ['google.protobuf.BoolValue', ScalarType.BOOL],
  ['google.protobuf.StringValue', ScalarType.STRING],
  ['google.protobuf.BytesValue', ScalarType.BYTES],
]);

/** Scalar type inside a wrapper message; undefined for any other type. */
export function wrappedScalar(typeName: string): ScalarType | undefined {
  return wrappers.get(typeName);
}

const ownJsonForm: ReadonlySet<string> = new Set([
  ...wrappers.keys(),
  'google.protobuf.Any',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'google.protobuf.FieldMask',
  'google.protobuf.Struct',
  'google.protobuf.Value',
  'google.protobuf.ListValue',
]);

/** Whether the JSON of the type is not the object of its fields, so that Any holds it in `value`. */
export function hasOwnJsonForm(typeName: string): boolean {
  return ownJsonForm.has(typeName);
}

/** Fields of google.protobuf.Timestamp and Duration. */
export interface SecondsNanos {
  readonly seconds: bigint;
  readonly nanos: number;
}

const timestampText =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;
const secondsMin = -62_135_596_800n;
const secondsMax = 253_402_300_799n;

/** What a Timestamp looks like, to follow "must be". */
export const timestampForm = 'an RFC 3339 timestamp such as "2024-02-29T12:30:00.5Z", from year 0001 to 9999';

/** RFC 3339 text → Timestamp; undefined when it is none or outside of 0001 to 9999 (ProtoJSON, Timestamp). */
export function parseTimestamp(text: string): SecondsNanos | undefined {
  const match = timestampText.exec(text);
  if (match === null) {
    return undefined;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) {
    return undefined;
  }
  // setUTCFullYear, since Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return undefined;
  }
  const offset = (offsetHour * 60 + offsetMinute) * 60 * (match[8] === '-' ? -1 : 1);
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset);
  return seconds < secondsMin || seconds > secondsMax ? undefined : { seconds, nanos: parseNanos(match[7]) };
}

/** Timestamp → RFC 3339 with 0, 3, 6 or 9 digits; undefined outside of its range. */
export function formatTimestamp({ seconds, nanos }: SecondsNanos): string | undefined {
  if (seconds < secondsMin || seconds > secondsMax || nanos < 0 || nanos > 999_999_999) {
    return undefined;
  }
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${date}${formatNanos(nanos)}Z`;
}

const durationSecondsMax = 315_576_000_000n;

/** What a Duration looks like, to follow "must be". */
export const durationForm = 'a duration such as "1.5s", at most 315576000000s either way';

/** `-1.5s` → Duration; undefined when it is none or out of range (ProtoJSON, Duration). */
export function parseDuration(text: string): SecondsNanos | undefined {
  const match = /^(-?)([0-9]{1,18})(?:\.([0-9]{1,9}))?s$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const seconds = BigInt(match[2] ?? 0);
  const nanos = parseNanos(match[3]);
  if (seconds > durationSecondsMax) {
    return undefined;
  }
  return match[1] === '-' ? { seconds: -seconds, nanos: nanos === 0 ? 0 : -nanos } : { seconds, nanos };
}

/** Duration → `-1.500s` with 0, 3, 6 or 9 digits; undefined out of range or when the signs differ. */
export function formatDuration({ seconds, nanos }: SecondsNanos): string | undefined {
  const negative = seconds < 0n || nanos < 0;
  const magnitude = seconds < 0n ? -seconds : seconds;
  if (
    magnitude > durationSecondsMax ||
    Math.abs(nanos) > 999_999_999 ||
    (negative && (seconds > 0n || nanos > 0))
  ) {
    return undefined;
  }
  return `${negative ? '-' : ''}${magnitude}${formatNanos(Math.abs(nanos))}s`;
}

function parseNanos(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(9, '0'));
}

function formatNanos(nanos: number): string {
  if (nanos === 0) {
    return '';
  }
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

/** What a FieldMask looks like, to follow "must be". */
export const fieldMaskForm =
  'comma-separated field paths in lowerCamelCase such as "displayName,price.amount"';

/**
 * `displayName,price.amount` → `display_name`, `price.amount`; undefined for empty or blank paths.
 * Bodies must be lowerCamelCase (ProtoJSON, FieldMask); `either` takes snake_case as well.
 */
export function parseFieldMask(text: string, names: 'camel' | 'either'): readonly string[] | undefined {
  if (text === '') {
    return [];
  }
  const paths = text.split(',');
  const valid = names === 'camel' ? /^[^\s_.]+(?:\.[^\s_.]+)*$/ : /^[^\s.]+(?:\.[^\s.]+)*$/;
  return paths.every((path) => valid.test(path))
    ? paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    : undefined;
}

/** FieldMask paths → ProtoJSON; undefined when a path would not come back the same from camelCase. */
export function formatFieldMask(paths: readonly string[]): string | undefined {
  return paths.every((path) => !/[A-Z,]|_(?![a-z])/.test(path))
    ? paths.map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())).join(',')
    : undefined;
}
