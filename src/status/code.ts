/** The 17 canonical codes of google/rpc/code.proto, with their names and HTTP status. */
const table = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
] as const;

export type CodeName = (typeof table)[number][0];

/** Canonical code by name: `Code.NOT_FOUND` → 5. */
export const Code = Object.freeze(
  Object.fromEntries(table.map(([name], number) => [name, number])),
) as Readonly<Record<CodeName, number>>;

/** 5 → "NOT_FOUND"; a number outside the table reads as "UNKNOWN". */
export function codeName(code: number): CodeName {
  return table[code]?.[0] ?? 'UNKNOWN';
}

/** 5 → 404; a number outside the table maps like UNKNOWN, to 500. */
export function httpStatusOf(code: number): number {
  return table[code]?.[1] ?? 500;
}

/** The canonical code of a number from the wire: what is not in the table becomes UNKNOWN (2). */
export function canonicalCode(code: number): number {
  return Number.isInteger(code) && table[code] !== undefined ? code : Code.UNKNOWN;
}
