import { createHash } from 'node:crypto';
import type { DescEnum, DescExtension, DescMessage } from '@bufbuild/protobuf';
import { type AnyField, isDelimited } from './runtime/any-field.js';

/**
 * Hash of everything in a descriptor that emitted functions depend on, of the messages that it
 * contains only their names: these have hashes of their own. Comments, options that change
 * nothing, and the file that it stands in are not part of it.
 */
export function fingerprint(desc: DescMessage | DescExtension): string {
  const content =
    desc.kind === 'message'
      ? [desc.typeName, desc.proto.extensionRange.length > 0, desc.fields.map(contentOfField)]
      : [desc.typeName, desc.extendee.typeName, contentOfField(desc)];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

function contentOfField(field: AnyField): unknown {
  return [
    field.number,
    field.name,
    field.jsonName,
    field.fieldKind,
    field.fieldKind === 'list' ? [field.listKind, field.packed] : null,
    field.fieldKind === 'map' ? [field.mapKind, field.mapKey] : null,
    field.scalar ?? null,
    field.message?.typeName ?? null,
    field.enum === undefined ? null : contentOfEnum(field.enum),
    field.oneof?.name ?? null,
    field.presence,
    isDelimited(field),
  ];
}

function contentOfEnum(desc: DescEnum): unknown {
  return [
    desc.typeName,
    desc.open,
    desc.values.map(({ name, number, jsonName }) => [name, number, jsonName]),
  ];
}
