import { Code, type Outcome } from '../status/index.js';
import type { Answer } from './answer.js';
import { decodedBody } from './body-coding.js';
import { BodyReader } from './body-reader.js';
import { prepareCall } from './call.js';
import { answerFailure } from './errors.js';
import { LiveStream } from './live-stream.js';
import { finishAnswer, gateAnswerOf } from './message-answer.js';
import { chooseFormat } from './negotiate.js';
import { requestMessages } from './request-messages.js';
import type { Run } from './run.js';
import { sendAll } from './send-all.js';

/** The line of a client-streaming method: many messages there, read as fast as the backend takes them, one back. */
export async function clientStream(run: Run): Promise<Answer> {
  const { limits, clock } = run;
  const format = chooseFormat(run);
  const prepared = prepareCall(run, 'stream');
  const reader = new BodyReader(decodedBody(run.exchange, limits), clock, limits.streamIdleTimeoutMs);
  const messages = requestMessages(run, reader);
  try {
    // A first message that is refused calls no backend.
    const first = await messages.next();
    const stream = new LiveStream(run, prepared, false);
    reader.onChunk(() => stream.touch());
    try {
      const answer = theOneAnswer(stream);
      // A backend that answers early is not sent the rest.
      const outcome = await Promise.race([answer, sendAll(stream, first, messages).then(() => answer)]);
      const failure = await stream.failure();
      return failure === undefined
        ? await finishAnswer(run, gateAnswerOf(run, outcome, format))
        : answerFailure(run, failure);
    } finally {
      stream.release();
    }
  } finally {
    reader.stop();
    run.traffic.requestBytes += reader.bytes;
  }
}

/** The end of the call, with its message. Never rejects. */
async function theOneAnswer(stream: LiveStream): Promise<Outcome> {
  const message = await stream.next();
  if (message !== undefined) await stream.next();
  const outcome = await stream.call.outcome;
  return message === undefined || outcome.status.code !== Code.OK ? outcome : { ...outcome, message };
}
