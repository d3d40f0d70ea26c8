import { fieldValues, singleField } from '../headers.js';
import { type Answer, emptyAnswer } from './answer.js';
import { readBody } from './body.js';
import { prepareCall } from './call.js';
import { endEventId } from './framing/sse.js';
import { inspected } from './gate.js';
import { LiveStream } from './live-stream.js';
import { chooseStreamFormat, type StreamFormat } from './negotiate.js';
import type { Run } from './run.js';
import { reconnects, streamAnswer } from './stream-answer.js';

/** The line of a server-streaming method: one message there, many back as the client takes them. */
export async function serverStream(run: Run): Promise<Answer> {
  const { exchange, match, query, limits, clock } = run;
  const format = chooseStreamFormat(run);
  if (hasSeenTheEnd(run, format)) return emptyAnswer([['x-request-id', run.requestId]]);
  const prepared = prepareCall(run, 'stream');
  const body = await readBody(exchange, limits, clock);
  run.traffic.requestBytes = body.length;
  const contentType = singleField(exchange.headers, 'content-type');
  const bound = match.route.request.bind(match.captures, query, body, contentType);
  const message = await inspected(run, bound);
  const stream = new LiveStream(run, prepared, reconnects(format));
  try {
    await stream.send(message);
    stream.end();
    return await streamAnswer(run, stream, format);
  } catch (error) {
    stream.release();
    throw error;
  }
}

/** Whether an EventSource comes back after the end of its stream: only 204 keeps it from coming again (WHATWG HTML §9.2.3). */
function hasSeenTheEnd({ exchange }: Run, format: StreamFormat | undefined): boolean {
  return (
    format?.framing.takesIds === true && fieldValues(exchange.headers, 'last-event-id').includes(endEventId)
  );
}
