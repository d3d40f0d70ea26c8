import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** A path of fields that was resolved against a message. */
export interface FieldPath {
  /** Proto names, dotted: "book.display_name". */
  readonly text: string;
  /** JSON names, dotted: "book.displayName". */
  readonly jsonText: string;
  /** Outermost first; all but the last are singular messages. */
  readonly fields: readonly DescField[];
  /** The last of `fields`. */
  readonly leaf: DescField;
}

/**
 * Resolves "a.b.c" against a message; what the leaf may be is for the caller to judge.
 *
 * `proto` takes proto names only, as templates and `body` do; `json-then-proto` takes both, and the
 * JSON name wins where one field's JSON name is another's proto name (ProtoJSON, "JSON name").
 * A problem is a sentence without its subject: "has no field `x`…".
 */
export function resolveFieldPath(
  message: DescMessage,
  text: string,
  names: 'proto' | 'json-then-proto',
): FieldPath | { readonly problem: string } {
  const fields: DescField[] = [];
  let current = message;
  let leaf: DescField | undefined;
  for (const name of text.split('.')) {
    if (leaf !== undefined) {
      const next = singularMessage(leaf);
      if (next === undefined) {
        return { problem: `\`${protoText(fields)}\` is ${kindOf(leaf)}, so \`${name}\` cannot follow it` };
      }
      current = next;
    }
    leaf = findField(current, name, names);
    if (leaf === undefined) {
      return { problem: `${current.typeName} has no field \`${name}\`` };
    }
    fields.push(leaf);
  }
  return leaf === undefined
    ? { problem: 'the path is empty' }
    : { text: protoText(fields), jsonText: fields.map((f) => f.jsonName).join('.'), fields, leaf };
}

function findField(message: DescMessage, name: string, names: 'proto' | 'json-then-proto') {
  const byJsonName =
    names === 'json-then-proto' ? message.fields.find((field) => field.jsonName === name) : undefined;
  return byJsonName ?? message.fields.find((field) => field.name === name);
}

function singularMessage(field: DescField): DescMessage | undefined {
  return field.fieldKind === 'message' ? field.message : undefined;
}

function protoText(fields: readonly DescField[]): string {
  return fields.map((field) => field.name).join('.');
}

function kindOf(field: DescField): string {
  switch (field.fieldKind) {
    case 'list':
      return 'repeated';
    case 'map':
      return 'a map';
    case 'enum':
      return 'an enum';
    default:
      return 'a scalar';
  }
}
