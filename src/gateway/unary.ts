import { openGate } from '../gate/index.js';
import { singleField } from '../headers.js';
import type { Answer } from './answer.js';
import { readBody } from './body.js';
import { noBytes } from './bytes.js';
import { makeUnaryCall, type PreparedCall, prepareCall } from './call.js';
import { guardedCall } from './gate.js';
import { finishAnswer, gateAnswerOf } from './message-answer.js';
import { chooseFormat, type MessageFormat } from './negotiate.js';
import type { Run } from './run.js';

/** The line of a unary method: one message there, one back. Refuses by throwing, before the backend is called. */
export async function unary(run: Run): Promise<Answer> {
  const { exchange, match, query, limits, clock } = run;
  const format = chooseFormat(run);
  const prepared = prepareCall(run, 'unary');
  // To wait for nothing would cost a turn of the queue.
  const body = exchange.body === undefined ? noBytes : await readBody(exchange, limits, clock);
  run.traffic.requestBytes = body.length;
  const contentType = singleField(exchange.headers, 'content-type');
  const message = match.route.request.bind(match.captures, query, body, contentType);
  if (match.route.gate === openGate) {
    const outcome = await prepared.transport.unary(prepared.call, message);
    return finishAnswer(run, gateAnswerOf(run, outcome, format));
  }
  return callBehindGate(run, prepared, message, format);
}

/** Apart: what a closure is made of costs those that have none too. */
function callBehindGate(
  run: Run,
  prepared: PreparedCall,
  message: Uint8Array,
  format: MessageFormat | undefined,
): Promise<Answer> {
  run.view.callMetadata = prepared.call.metadata;
  return guardedCall(run, message, format, async (binary, options) =>
    gateAnswerOf(run, await makeUnaryCall(run, prepared, binary, options), format),
  );
}
