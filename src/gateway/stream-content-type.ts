import { Code, StatusError } from '../status/index.js';

/** Types of many JSON texts in one body; each of them is then plain JSON to the binder. */
const streamTypes = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

/**
 * The content type of one message in a streamed JSON body of this type, for the binder.
 * Throws StatusError MEDIA_TYPE_UNSUPPORTED (HTTP 415) before the body is cut into messages.
 */
export function messageContentType(contentType: string | undefined): string | undefined {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === '' || streamTypes.has(mediaType)) return undefined;
  if (mediaType === 'application/json' || /^application\/.+\+json$/.test(mediaType)) return contentType;
  throw new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    'The body must be JSON messages: send it as application/x-ndjson or application/json.',
    { httpStatus: 415 },
  );
}
