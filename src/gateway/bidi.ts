import { Code, reasons, StatusError } from '../status/index.js';
import type { Answer } from './answer.js';
import { decodedBody } from './body-coding.js';
import { BodyReader } from './body-reader.js';
import { prepareCall } from './call.js';
import { LiveStream } from './live-stream.js';
import { chooseStreamFormat } from './negotiate.js';
import { requestMessages } from './request-messages.js';
import type { Run } from './run.js';
import { sendAll } from './send-all.js';
import { reconnects, streamAnswer } from './stream-answer.js';

/** The line of a bidirectional method: request and response bodies side by side, each at its own pace. */
export async function bidi(run: Run): Promise<Answer> {
  const { limits, clock } = run;
  const format = chooseStreamFormat(run);
  const prepared = prepareCall(run, 'stream');
  const reader = new BodyReader(decodedBody(run.exchange, limits), clock, limits.streamIdleTimeoutMs);
  const messages = requestMessages(run, reader);
  const end = (): void => {
    reader.stop();
    run.traffic.requestBytes += reader.bytes;
  };
  let stream: LiveStream | undefined;
  try {
    const first = await messages.next();
    const opened = new LiveStream(run, prepared, reconnects(format));
    stream = opened;
    opened.onRelease(end);
    reader.onChunk(() => opened.touch());
    // A message that is refused later ends the response in its own format, or with its status if that is still open.
    sendAll(opened, first, messages).catch((error: unknown) => opened.stop(asStatusError(error)));
    return await streamAnswer(run, opened, format);
  } catch (error) {
    if (stream === undefined) end();
    else stream.release();
    throw error;
  }
}

function asStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  return new StatusError(Code.INTERNAL, 'INTERNAL', reasons.INTERNAL, { cause: error });
}
