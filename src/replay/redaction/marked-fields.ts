import type { DescriptorRegistry } from '../../descriptor/index.js';

/** The names, in protos and in JSON, of the fields that are marked `debug_redact`. */
export function markedFields({ types }: Pick<DescriptorRegistry, 'types'>): string[] {
  return [...types].flatMap((type) =>
    type.kind === 'message'
      ? type.fields.flatMap(({ proto, name, jsonName }) =>
          proto.options?.debugRedact === true ? [name, jsonName] : [],
        )
      : [],
  );
}
