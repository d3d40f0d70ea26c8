import { Code, StatusError } from '../status/index.js';
import { protobufTypes } from '../surface/index.js';

/** Types of many JSON texts in one body; each of them is then plain JSON to the binder. */
const streamTypes = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

/** How a streamed body falls into messages, and what type each of them has for the binder. */
export interface StreamedMessages {
  readonly contentType: string | undefined;
  /** Length-delimited protobuf; otherwise JSON texts. */
  readonly delimited: boolean;
}

/**
 * How a streamed body of this type is read.
 * Throws StatusError MEDIA_TYPE_UNSUPPORTED (HTTP 415) before the body is cut into messages.
 */
export function streamedMessages(contentType: string | undefined): StreamedMessages {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === '' || streamTypes.has(mediaType)) return { contentType: undefined, delimited: false };
  if (mediaType === 'application/json' || /^application\/.+\+json$/.test(mediaType)) {
    return { contentType, delimited: false };
  }
  if (protobufTypes.includes(mediaType)) return { contentType, delimited: true };
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    'The body must be messages: send it as application/x-ndjson, application/json or application/x-protobuf.',
    { httpStatus: 415 },
  );
}
