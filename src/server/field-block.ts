import type { HeaderFields } from '../gateway/index.js';

/** Header fields that many answers have, and the lines that they are in HTTP/1.1: made once. */
export interface FieldBlock {
  readonly fields: HeaderFields;
  /** Each behind its line break. */
  readonly lines: string;
}

/** The fields must be such as a head can have: tokens, and values without controls. */
export function fieldBlock(fields: HeaderFields): FieldBlock {
  return { fields, lines: fields.map(([name, value]) => `\r\n${name}: ${value}`).join('') };
}
