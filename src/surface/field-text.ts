import { type CodecFactory, defaultCodecOptions } from '../codec/index.js';
import { type DescMessage, resolveFieldPath } from '../descriptor/index.js';

/** Request message → the text of one of its fields; undefined where it is not set. */
export type FieldText = (binary: Uint8Array) => string | undefined;

/** Reads the scalar that a path ("user.id") leads to; undefined where it leads to none. */
export function fieldText(message: DescMessage, path: string, codecs: CodecFactory): FieldText | undefined {
  const resolved = resolveFieldPath(message, path, 'json-then-proto');
  if ('problem' in resolved) return undefined;
  const [first, ...rest] = resolved.fields;
  const { leaf } = resolved;
  if (first === undefined || (leaf.fieldKind !== 'scalar' && leaf.fieldKind !== 'enum')) return undefined;
  const codec = codecs.field(first, defaultCodecOptions);
  const utf8 = new TextDecoder();
  return (binary) => {
    let value: unknown = JSON.parse(utf8.decode(codec.toJson(binary)));
    for (const { jsonName } of rest) {
      value = typeof value === 'object' && value !== null ? Reflect.get(value, jsonName) : undefined;
    }
    return value === undefined || value === null || value === '' ? undefined : String(value);
  };
}
