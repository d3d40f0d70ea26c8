import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** A resolved path of fields in a message: every step but the last is a singular message. */
export interface FieldPath {
  /** Proto names, dotted: "book.shelf_name". */
  readonly text: string;
  /** JSON names, dotted: "book.shelfName". */
  readonly jsonText: string;
  /** Outermost first, at least one. */
  readonly fields: readonly DescField[];
  readonly leaf: DescField;
}

/**
 * FieldPath = IDENT { "." IDENT } (http.proto, "Path template syntax").
 *
 * `names` says how a step is looked up: by proto name, as templates do, or by JSON name and then by
 * proto name, as query parameters do. Returns a problem, for people, when a step does not resolve.
 */
export function resolveFieldPath(
  message: DescMessage,
  text: string,
  names: 'proto' | 'json-then-proto',
): FieldPath | { readonly problem: string } {
  const fields: DescField[] = [];
  let container: DescMessage | undefined = message;
  for (const step of text.split('.')) {
    const parent = fields.at(-1);
    if (container === undefined) {
      return { problem: `${parent?.name ?? text} has no fields: it is ${describe(parent)}` };
    }
    const within: DescMessage = container;
    const byJsonName = names === 'proto' ? undefined : within.fields.find((f) => f.jsonName === step);
    const field: DescField | undefined = byJsonName ?? within.fields.find((f) => f.name === step);
    if (field === undefined) {
      return { problem: `${within.typeName} has no field ${step === '' ? 'with an empty name' : step}` };
    }
    fields.push(field);
    container = field.fieldKind === 'message' ? field.message : undefined;
  }
  const leaf = fields.at(-1);
  if (leaf === undefined) return { problem: 'the field path is empty' };
  const dotted = (name: (field: DescField) => string): string => fields.map(name).join('.');
  return { text: dotted((f) => f.name), jsonText: dotted((f) => f.jsonName), fields, leaf };
}

function describe(field: DescField | undefined): string {
  switch (field?.fieldKind) {
    case 'list':
      return 'a repeated field';
    case 'map':
      return 'a map';
    case 'enum':
      return 'an enum';
    default:
      return 'a scalar';
  }
}
