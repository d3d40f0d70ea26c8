import type { CodecFactory, CodecOptions } from '../codec/index.js';
import type { DescMethod } from '../descriptor/index.js';
import type { Diagnostic } from '../diagnostic/index.js';

/** Response message → id of its server-sent event. */
export type EventId = (binary: Uint8Array) => string | undefined;

/**
 * Reads the field that was named to identify the messages of a stream: a top-level scalar or
 * Timestamp of the response. A client that reconnects gives the last one back as Last-Event-ID.
 */
export function eventIdReader(
  method: DescMethod,
  name: string,
  codecs: CodecFactory,
  options: CodecOptions,
): EventId | Diagnostic {
  const field = method.output.fields.find((candidate) => candidate.name === name);
  const isText =
    field?.fieldKind === 'scalar' ||
    (field?.fieldKind === 'message' && field.message.typeName === 'google.protobuf.Timestamp');
  if (field === undefined || !isText) {
    return {
      severity: 'error',
      code: 'EVENT_ID_INVALID',
      text: `"${name}" is no field of ${method.output.typeName} that can be the id of an event.`,
      locations: [],
      hint: 'Name a top-level scalar or Timestamp of the response, as it is written in the .proto.',
    };
  }
  const codec = codecs.field(field, options);
  const utf8 = new TextDecoder();
  return (binary) => {
    const value: unknown = JSON.parse(utf8.decode(codec.toJson(binary)));
    const id = value === null ? '' : String(value);
    // WHATWG HTML §9.2.6: an id with NUL is ignored, and a line break would end the line.
    return id === '' || /[\0\r\n]/.test(id) ? undefined : id;
  };
}
