import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../clock.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import { BodyReader } from './body-reader.js';
import { joinBytes, noBytes } from './bytes.js';
import type { Exchange } from './exchange.js';
import { listElements, singleField } from './headers.js';

const inflate = promisify(gunzip);

/**
 * The whole request body; empty when there is none. `content-encoding: gzip` is undone, and the
 * limit holds for both forms.
 *
 * Throws StatusError: BODY_TOO_LARGE (HTTP 413, by content-length before a byte is read),
 * BODY_TIMEOUT (408), MEDIA_TYPE_UNSUPPORTED (415) for other encodings, BODY_MALFORMED, CLIENT_CLOSED.
 */
export async function readBody(
  { body, headers }: Exchange,
  limits: Pick<Limits, 'requestBodyBytesMax' | 'requestBodyIdleTimeoutMs'>,
  clock: Clock,
): Promise<Uint8Array> {
  if (body === undefined) return noBytes;
  const isGzip = contentEncodingIsGzip(headers);
  const bytesMax = limits.requestBodyBytesMax;
  if (Number(singleField(headers, 'content-length') ?? 0) > bytesMax) throw bodyTooLarge(bytesMax);
  const bytes = await collect(new BodyReader(body, clock, limits.requestBodyIdleTimeoutMs), bytesMax);
  return isGzip && bytes.length > 0 ? inflated(bytes, bytesMax) : bytes;
}

/** StatusError BODY_TOO_LARGE, HTTP 413. */
export function bodyTooLarge(bytesMax: number): StatusError {
  return new StatusError(
    Code.RESOURCE_EXHAUSTED,
    'BODY_TOO_LARGE',
    `The body or a message in it is larger than ${bytesMax} bytes.`,
    { httpStatus: 413 },
  );
}

/** Refuses every content coding: bodies that are read message by message come as they are. */
export function requireIdentityEncoding({ headers }: Exchange): void {
  if (codings(headers).length > 0) throw encodingUnsupported('identity');
}

async function collect(reader: BodyReader, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    total += chunk.length;
    if (total > bytesMax) {
      reader.stop();
      throw bodyTooLarge(bytesMax);
    }
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

/** `maxOutputLength` ends the work of a "zip bomb" at the limit. */
async function inflated(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw bodyTooLarge(bytesMax);
    throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', 'The body is not valid gzip.');
  }
}

function contentEncodingIsGzip(headers: Exchange['headers']): boolean {
  const [first, ...others] = codings(headers);
  if (first === undefined) return false;
  // RFC 9110 §8.4.1.3: x-gzip is the same.
  if (others.length > 0 || (first !== 'gzip' && first !== 'x-gzip')) throw encodingUnsupported('gzip');
  return true;
}

function codings(headers: Exchange['headers']): string[] {
  return listElements(headers, 'content-encoding')
    .map((coding) => coding.toLowerCase())
    .filter((coding) => coding !== 'identity');
}

/** RFC 9110 §15.5.16: Accept-Encoding says what would have been accepted. */
function encodingUnsupported(accepted: 'gzip' | 'identity'): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    `The content encoding of the body is not supported here; accepted: ${accepted}.`,
    { httpStatus: 415, headers: [['accept-encoding', accepted]] },
  );
}
