import type { Answer } from './answer.js';
import { readBody } from './body.js';
import { prepareCall } from './call.js';
import { singleField } from './headers.js';
import { LiveStream } from './live-stream.js';
import { chooseStreamFormat } from './negotiate.js';
import type { Run } from './run.js';
import { streamAnswer } from './stream-answer.js';

/** The line of a server-streaming method: one message there, many back as the client takes them. */
export async function serverStream(run: Run): Promise<Answer> {
  const { exchange, match, query, limits, clock } = run;
  const format = chooseStreamFormat(run);
  const { transport, call } = prepareCall(run, undefined);
  const body = await readBody(exchange, limits, clock);
  const contentType = singleField(exchange.headers, 'content-type');
  const message = match.route.request.bind(match.captures, query, body, contentType);
  const stream = new LiveStream(run, transport, call);
  try {
    await stream.send(message);
    stream.call.end();
    return await streamAnswer(run, stream, format);
  } catch (error) {
    stream.release();
    throw error;
  }
}
