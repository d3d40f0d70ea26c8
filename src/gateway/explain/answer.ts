import type { Clock } from '../../clock.js';
import { fieldValues } from '../../headers.js';
import type { Exchange, Reply } from '../exchange.js';
import type { ExplainedAnswer } from './explanation.js';
import type { Shower } from './shown.js';

const bodyBytesMax = 64 * 1024;
/** A stream that never ends is looked at for so long. */
const streamMsMax = 2_000;

/** Reads a reply, of a stream its beginning, and lets go of the rest. `isOurs`: whether the body says anything. */
export async function readAnswer(
  reply: Reply,
  { httpMethod }: Exchange,
  show: Shower,
  clock: Clock,
  isOurs: boolean,
): Promise<ExplainedAnswer> {
  const { httpStatus, headers, body } = reply;
  const streams = !(body instanceof Uint8Array);
  const bytes = streams ? await beginningOf(body, clock) : body.subarray(0, bodyBytesMax);
  const [contentType] = fieldValues(headers, 'content-type');
  const isPacked = fieldValues(headers, 'content-encoding').length > 0;
  return {
    ...{ httpStatus, contentType, streams },
    headers: show.headers(headers),
    body: isOurs && bytes.length > 0 && httpMethod !== 'HEAD' ? textOf(bytes, isPacked) : undefined,
  };
}

async function beginningOf(body: AsyncIterable<Uint8Array>, clock: Clock): Promise<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let cancel: () => void = () => undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    cancel = clock.after(streamMsMax, () => resolve(undefined));
  });
  try {
    while (bytes < bodyBytesMax) {
      const next = await Promise.race([chunks.next(), timeUp]);
      if (next === undefined || next.done === true) break;
      parts.push(next.value);
      bytes += next.value.length;
    }
  } catch {
    // A stream that fails midway is cut: what it said before is what a client has.
  }
  cancel();
  void chunks.return?.()?.catch(() => undefined);
  return Buffer.concat(parts).subarray(0, bodyBytesMax);
}

function textOf(bytes: Uint8Array, isPacked: boolean): string {
  if (!isPacked) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      // Not text.
    }
  }
  return `base64 ${Buffer.from(bytes).toString('base64')}`;
}
