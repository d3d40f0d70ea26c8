import { appendFragment, findField, removeField, TextValueError } from '../codec/index.js';
import {
  type DescField,
  type DescMessage,
  isImplicitPresence,
  isString,
  resolveFieldPath,
  ScalarType,
} from '../descriptor/index.js';
import type { FieldProblem, MessageField } from '../gate/index.js';
import { Code, StatusError } from '../status/index.js';
import type { FieldNames } from './field-names.js';
import { behindTag, lenContent, retagged } from './wire.js';

const utf8 = new TextDecoder();

/** The field that a path of proto names leads to, for steps of the gate. */
export function messageField(
  message: DescMessage,
  path: string,
  names: FieldNames,
): MessageField | FieldProblem {
  const resolved = resolveFieldPath(message, path, 'proto');
  if ('problem' in resolved) return resolved;
  const { fields, leaf } = resolved;
  const parents = fields.slice(0, -1);
  const encoder = names.text(leaf);
  const isOfString = isString(leaf);
  const rivals = rivalsOf(fields);
  const encode = (text: string): Uint8Array => {
    if ('problem' in encoder) throw new TextValueError(encoder.problem);
    return encoder.encode(text);
  };
  const isSet = (binary: Uint8Array): boolean => {
    const found = findField(binary, fields);
    return found !== undefined && !(isImplicitPresence(leaf) && isZero(found));
  };
  const clear = (binary: Uint8Array): Uint8Array => removeField(binary, fields);
  return {
    clientPath: fields.map(names.shown).join('.'),
    isString: isOfString,
    isSet,
    isTaken: (binary) => isSet(binary) || rivals.some((rival) => findField(binary, rival) !== undefined),
    text(binary) {
      const found = isOfString ? findField(binary, fields) : undefined;
      const content = found && lenContent(found);
      return content === undefined || content.length === 0 ? undefined : utf8.decode(content);
    },
    set: (binary, text) => appendFragment(clear(binary), parents, encode(text)),
    clear,
    valueType: valueTypeOf(leaf),
    record: (binary) => (isSet(binary) ? findField(binary, fields) : undefined),
    setRecord: (binary, record) => appendFragment(clear(binary), parents, retagged(record, leaf.number)),
    problemOf(text) {
      try {
        encode(text);
        return undefined;
      } catch (error) {
        if (error instanceof TextValueError) return error.message;
        throw error;
      }
    },
  };
}

function valueTypeOf(leaf: DescField): string | undefined {
  if (leaf.fieldKind === 'enum') return leaf.enum.typeName;
  return leaf.fieldKind === 'scalar' ? ScalarType[leaf.scalar].toLowerCase() : undefined;
}

/** Paths of the other members of all oneofs on the way. */
function rivalsOf(fields: readonly DescField[]): readonly (readonly DescField[])[] {
  return fields.flatMap((field, index) =>
    (field.oneof?.fields ?? [])
      .filter((member) => member.number !== field.number)
      .map((member) => [...fields.slice(0, index), member]),
  );
}

/** Whether a tag and value is that of the zero of its type: no byte behind the tag has a bit set. */
function isZero(field: Uint8Array): boolean {
  return behindTag(field).every((byte) => byte === 0);
}

/** Requests that came as protobuf may be anything: what cannot be taken apart is the client's fault, not ours. */
export function requestField(
  message: DescMessage,
  path: string,
  names: FieldNames,
): MessageField | FieldProblem {
  const field = messageField(message, path, names);
  if ('problem' in field) return field;
  return {
    ...field,
    isSet: (binary) => orMalformed(() => field.isSet(binary)),
    isTaken: (binary) => orMalformed(() => field.isTaken(binary)),
    text: (binary) => orMalformed(() => field.text(binary)),
    set: (binary, text) => orMalformed(() => field.set(binary, text)),
    clear: (binary) => orMalformed(() => field.clear(binary)),
    record: (binary) => orMalformed(() => field.record(binary)),
    setRecord: (binary, record) => orMalformed(() => field.setRecord(binary, record)),
  };
}

function orMalformed<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof StatusError)) throw cause;
    const message = 'The body is not a protobuf message of its type.';
    throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', message, { cause });
  }
}
