import type { Clock } from '../clock.js';
import { singleField } from '../headers.js';
import type { Limits } from '../limits.js';
import { Code, StatusError } from '../status/index.js';
import { decodedBody } from './body-coding.js';
import { BodyReader } from './body-reader.js';
import { noBytes } from './bytes.js';
import type { Exchange } from './exchange.js';
import { Gather } from './gather.js';

/**
 * The whole request body; empty when there is none. Content codings are undone, and the limit
 * holds for both forms.
 *
 * Throws StatusError: BODY_TOO_LARGE (HTTP 413, by content-length before a byte is read),
 * BODY_TIMEOUT (408), MEDIA_TYPE_UNSUPPORTED (415) for unknown codings, BODY_MALFORMED, CLIENT_CLOSED.
 */
export async function readBody(exchange: Exchange, limits: Limits, clock: Clock): Promise<Uint8Array> {
  const { headers } = exchange;
  const body = decodedBody(exchange, limits);
  if (body === undefined) return noBytes;
  const bytesMax = limits.requestBodyBytesMax;
  if (body === exchange.body && exchange.bodyAtOnce !== undefined) {
    // To wait for it as for others costs a tenth of a request.
    const whole = await exchange.bodyAtOnce();
    if (whole !== undefined && whole.length > bytesMax) throw bodyTooLarge(bytesMax);
    if (whole !== undefined) return whole;
  }
  if (Number(singleField(headers, 'content-length') ?? 0) > bytesMax) throw bodyTooLarge(bytesMax);
  const { requestBodyIdleTimeoutMs, requestBodyTimeoutMs } = limits;
  return collect(new BodyReader(body, clock, requestBodyIdleTimeoutMs, requestBodyTimeoutMs), bytesMax);
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

async function collect(reader: BodyReader, bytesMax: number): Promise<Uint8Array> {
  const all = new Gather();
  let last: Uint8Array = noBytes;
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    all.add(last);
    last = chunk;
    if (all.length + last.length > bytesMax) {
      reader.stop();
      throw bodyTooLarge(bytesMax);
    }
  }
  return all.take(last);
}
