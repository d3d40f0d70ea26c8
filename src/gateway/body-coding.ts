import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { listElements } from '../headers.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import type { Exchange } from './exchange.js';
import { through } from './through.js';
import { zstd } from './zstd.js';

type InflationLimits = Pick<Limits, 'inflationFreeBytes' | 'inflationRatioMax'>;

/** Content codings that requests may come in (RFC 9110 §8.4.1; zstd is RFC 8878, where Node has it). */
const decoders: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => zlib.createGunzip()],
  // RFC 9110 §8.4.1.3: the same.
  ['x-gzip', () => zlib.createGunzip()],
  ['deflate', () => zlib.createInflate()],
  ['br', () => zlib.createBrotliDecompress()],
  ...(zstd === undefined ? [] : [['zstd', zstd.createZstdDecompress] as const]),
]);

const accepted = [...decoders.keys()].filter((coding) => coding !== 'x-gzip').join(', ');

/**
 * The body with its content coding undone, piece by piece. Whoever reads it holds each message to
 * its limit; how much more than was sent all of it may be is held here. Undefined when the request
 * has none.
 *
 * Throws StatusError MEDIA_TYPE_UNSUPPORTED (HTTP 415) for a coding that is unknown, or for more
 * than one; the iteration throws BODY_MALFORMED, or BODY_TOO_LARGE (413) for a body that is a bomb.
 */
export function decodedBody(
  { body, headers }: Exchange,
  limits: InflationLimits,
): AsyncIterable<Uint8Array> | undefined {
  if (body === undefined) return undefined;
  const codings = listElements(headers, 'content-encoding')
    .map((coding) => coding.toLowerCase())
    .filter((coding) => coding !== 'identity');
  const [coding] = codings;
  if (coding === undefined) return body;
  const decoder = codings.length === 1 ? decoders.get(coding) : undefined;
  if (decoder === undefined) throw encodingUnsupported();
  return inflated(body, decoder(), coding, limits);
}

async function* inflated(
  body: AsyncIterable<Uint8Array>,
  decoder: Transform,
  coding: string,
  { inflationFreeBytes, inflationRatioMax }: InflationLimits,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  let inflatedBytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      sent += chunk.length;
      yield chunk;
    }
  };
  try {
    for await (const chunk of through(counted(), decoder, 'drop')) {
      inflatedBytes += chunk.length;
      if (inflatedBytes > inflationFreeBytes && inflatedBytes > sent * inflationRatioMax) throw bomb();
      yield chunk;
    }
  } catch (error) {
    const isOurs = error instanceof Error && 'code' in error && /^(Z_|ERR_|ZSTD)/.test(String(error.code));
    if (!isOurs) throw error;
    throw new StatusError(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', `The body is not valid ${coding}.`);
  }
}

function bomb(): StatusError {
  const message = 'The body grows out of proportion when its content encoding is undone.';
  return new StatusError(Code.RESOURCE_EXHAUSTED, 'BODY_TOO_LARGE', message, { httpStatus: 413 });
}

/** RFC 9110 §15.5.16: Accept-Encoding says what would have been accepted. */
function encodingUnsupported(): StatusError {
  return new StatusError(
    Code.INVALID_ARGUMENT,
    'MEDIA_TYPE_UNSUPPORTED',
    `The content encoding of the body is not supported here; accepted: one of ${accepted}.`,
    { httpStatus: 415, headers: [['accept-encoding', accepted]] },
  );
}
