import type { DescField } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Code, reasons, StatusError } from '../status/index.js';
import { isDelimited } from './runtime/any-field.js';
import {
  concatBytes,
  contentOf,
  MalformedBinaryError,
  readRecords,
  type WireRecord,
} from './runtime/records.js';

/**
 * Appends a fragment inside the submessage that `parents` leads to (singular message fields,
 * outermost first), in its last occurrence, creating what is absent: so that each submessage
 * stays one record. Some parsers in use keep only the last of several records, and would lose
 * the fields of the others.
 *
 * Throws StatusError INTERNAL when `binary` is not a protobuf message: it was made here.
 */
export function appendFragment(
  binary: Uint8Array,
  parents: readonly DescField[],
  fragment: Uint8Array,
): Uint8Array {
  return wellFormed(() => append(binary, parents, fragment));
}

/**
 * The last occurrence of a leaf as tag and value, as an encoder of its text would write it, or
 * undefined when the message has none. `path` leads through singular messages to the leaf,
 * outermost first. A view into `binary`. Throws as appendFragment.
 */
export function findField(binary: Uint8Array, path: readonly DescField[]): Uint8Array | undefined {
  return wellFormed(() => find(binary, path));
}

/**
 * The message without a leaf, wherever it occurs; `path` as for `findField`. The very bytes where
 * there is none. Throws as appendFragment.
 */
export function removeField(binary: Uint8Array, path: readonly DescField[]): Uint8Array {
  return findField(binary, path) === undefined ? binary : wellFormed(() => remove(binary, path));
}

/**
 * Whether a message from outside is well-formed on the way that `parents` lead (singular message
 * fields, outermost first), and has each of them at most once: then `findField` and
 * `appendFragment` mean the same as any parser.
 */
export function isOneRecordEach(binary: Uint8Array, parents: readonly DescField[]): boolean {
  const [parent, ...inner] = parents;
  try {
    const records = readRecords(binary);
    if (parent === undefined) return true;
    const [record, ...others] = records.filter(({ number }) => number === parent.number);
    if (record === undefined) return true;
    const isMessage = occurrencesOf(binary, parent).length === 1;
    return others.length === 0 && isMessage && isOneRecordEach(contentOf(binary, record), inner);
  } catch (error) {
    if (error instanceof MalformedBinaryError) return false;
    throw error;
  }
}

function append(binary: Uint8Array, parents: readonly DescField[], fragment: Uint8Array): Uint8Array {
  const [parent, ...inner] = parents;
  if (parent === undefined) {
    return binary.length === 0 ? fragment : concatBytes([binary, fragment]);
  }
  const record = occurrencesOf(binary, parent).at(-1);
  const content = record === undefined ? new Uint8Array(0) : contentOf(binary, record);
  const submessage = wrap(parent, append(content, inner, fragment));
  return record === undefined
    ? concatBytes([binary, submessage])
    : concatBytes([binary.subarray(0, record.start), submessage, binary.subarray(record.end)]);
}

function wrap(field: DescField, content: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  return isDelimited(field)
    ? writer.tag(field.number, WireType.StartGroup).raw(content).tag(field.number, WireType.EndGroup).finish()
    : writer.tag(field.number, WireType.LengthDelimited).bytes(content).finish();
}

function find(binary: Uint8Array, path: readonly DescField[]): Uint8Array | undefined {
  const [field, ...inner] = path;
  if (field === undefined) {
    return undefined;
  }
  if (inner.length === 0) {
    const record = readRecords(binary).findLast((candidate) => candidate.number === field.number);
    return record === undefined ? undefined : binary.subarray(record.start, record.end);
  }
  for (const record of occurrencesOf(binary, field).toReversed()) {
    const found = find(contentOf(binary, record), inner);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function remove(binary: Uint8Array, path: readonly DescField[]): Uint8Array {
  const [field, ...inner] = path;
  if (field === undefined) {
    return binary;
  }
  const within = new Set(inner.length === 0 ? [] : occurrencesOf(binary, field).map(({ start }) => start));
  return concatBytes(
    readRecords(binary).flatMap((record) => {
      if (within.has(record.start)) return wrap(field, remove(contentOf(binary, record), inner));
      return inner.length === 0 && record.number === field.number
        ? []
        : binary.subarray(record.start, record.end);
    }),
  );
}

function occurrencesOf(binary: Uint8Array, field: DescField): readonly WireRecord[] {
  const wireType = isDelimited(field) ? WireType.StartGroup : WireType.LengthDelimited;
  return readRecords(binary).filter(
    (record) => record.number === field.number && record.wireType === wireType,
  );
}

function wellFormed<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof MalformedBinaryError
      ? new StatusError(Code.INTERNAL, 'INTERNAL', reasons.INTERNAL, { cause })
      : cause;
  }
}
