import type { DescMessage } from '@bufbuild/protobuf';
import { MalformedBinaryError } from '../runtime/records.js';
import { isCanonical } from './check.js';
import { createPlans } from './plan.js';
import { rewrite } from './rewrite.js';

/**
 * The one form that all encodings of a message share: fields in order of their numbers, submessages
 * merged, lists packed, one entry per map key in the order of keys, defaults that nobody can tell
 * from absent left off, numbers no longer than needed. What is not known stays as it came. Two
 * messages that a reader can tell apart never share it; for what is no message it is the bytes.
 *
 * The canonical form may be the argument itself.
 */
export type Canonicalize = (binary: Uint8Array) => Uint8Array;

/** Makes the canonicalizer of a type; it is compiled by its first message. */
export function createCanonicalizer(message: DescMessage, depthMax: number): Canonicalize {
  const planOf = createPlans();
  return (binary) => {
    const plan = planOf(message);
    if (isCanonical(plan, binary, depthMax)) return binary;
    try {
      return rewrite(plan, binary, depthMax);
    } catch (error) {
      if (error instanceof MalformedBinaryError) return binary;
      throw error;
    }
  };
}
