import type { DescExtension, DescField, DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';

/** A field or an extension: both look the same to JSON and on the wire. */
export type AnyField = DescField | DescExtension;

/** A field of a message type, singular or repeated. */
export type MessageField = AnyField & { readonly message: DescMessage };

/** Whether zero is not told from absent: never so for members of a oneof and extensions. */
export function hasImplicitPresence(field: AnyField): boolean {
  return (
    field.presence === FeatureSet_FieldPresence.IMPLICIT &&
    field.oneof === undefined &&
    field.kind === 'field'
  );
}

/** Whether the message goes between group tags instead of behind its length. */
export function isDelimited(field: AnyField): boolean {
  return 'delimitedEncoding' in field && field.delimitedEncoding;
}
