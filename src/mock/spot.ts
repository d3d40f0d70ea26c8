import type { DescField, PlainMessage } from '../descriptor/index.js';
import type { Draw } from './draw.js';

/** One value to be made up, and what is known of it. */
export interface Spot {
  /** The field that it is of, or an element of. */
  readonly field: DescField;
  /** What the value is called: of one in a list, in the singular. */
  readonly name: string;
  /** buf.validate.FieldRules of the value. */
  readonly rules: PlainMessage;
  readonly draw: Draw;
  /** How often a value for this place was made and found wrong. */
  readonly tries: number;
  /** What expressions over this value name. */
  readonly literals: { readonly texts: readonly string[]; readonly numbers: readonly number[] };
}
