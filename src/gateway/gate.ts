import {
  admit,
  callThrough,
  failureOfRefusal,
  type Gate,
  type GateAnswer,
  type GateReply,
  type GateView,
  inspect,
  type NextOptions,
  type Refusal,
  RequestMessage,
} from '../gate/index.js';
import { StatusError } from '../status/index.js';
import type { Answer } from './answer.js';
import { noBytes } from './bytes.js';
import { answerFailure, type Failure } from './errors.js';
import { finishAnswer } from './message-answer.js';
import { formText, type MessageFormat } from './negotiate.js';
import type { Run } from './run.js';

/** Asks the gate before anything of the request is read: a failure where it goes no further. */
export function admitted(gate: Gate, view: GateView): Failure | undefined | Promise<Failure | undefined> {
  if (gate.admit.length === 0) return undefined;
  const refused = admit(gate.admit, view);
  if (refused === undefined) return undefined;
  return refused instanceof Promise
    ? refused.then((late) => late && failureOfRefusal(late, view.requestId))
    : failureOfRefusal(refused, view.requestId);
}

/** The bound message behind the gate: the bytes for the backend. Throws StatusError for a refusal. */
export async function inspected(run: Run, binary: Uint8Array, isFirst = true): Promise<Uint8Array> {
  const { gate, decodeRequest } = run.match.route;
  const steps = isFirst ? gate.inspect : gate.everyMessage;
  if (steps.length === 0) return binary;
  const message = new RequestMessage(binary, decodeRequest, isFirst);
  const verdict = await inspect(steps, run.view, message);
  if (verdict !== undefined) throw thrownVerdict(verdict);
  return message.binary;
}

/**
 * A stream that ends without a message: who may call is asked all the same, of a message with nothing but
 * what path and query say, which goes nowhere. Throws as `inspected`.
 */
export async function inspectedNone({ match, query, view }: Run): Promise<void> {
  const { gate, decodeRequest, request } = match.route;
  if (gate.ofNone.length === 0) return;
  const binary = request.bind(match.captures, query, noBytes, undefined);
  const verdict = await inspect(gate.ofNone, view, new RequestMessage(binary, decodeRequest));
  if (verdict !== undefined) throw thrownVerdict(verdict);
}

/** How a unary call is made once its message is known. */
export type MakeCall = (binary: Uint8Array, options: NextOptions | undefined) => Promise<GateAnswer>;

/** A unary call behind a gate that is not open, and with what steps do around it. */
export async function guardedCall(
  run: Run,
  binary: Uint8Array,
  format: MessageFormat | undefined,
  call: MakeCall,
): Promise<Answer> {
  const { gate, decodeRequest } = run.match.route;
  const message = new RequestMessage(binary, decodeRequest);
  run.view.form = formText(run, format);
  const judged = gate.inspect.length === 0 ? undefined : inspect(gate.inspect, run.view, message);
  const verdict = judged instanceof Promise ? await judged : judged;
  if (verdict !== undefined) return answerOfVerdict(run, verdict);
  const make = (options?: NextOptions): Promise<GateAnswer> => call(message.binary, options);
  const answer =
    gate.around.length === 0 ? await make() : await callThrough(gate.around, run.view, message, make);
  return finishAnswer(run, answer);
}

function answerOfVerdict(run: Run, verdict: Refusal | GateReply): Answer | Promise<Answer> {
  return verdict.kind === 'reply'
    ? finishAnswer(run, verdict)
    : answerFailure(run, failureOfRefusal(verdict, run.requestId));
}

/** A stream has no answer to give but an error. */
function thrownVerdict(verdict: Refusal | GateReply): Error {
  if (verdict.kind === 'reply') return new Error('A step of the gate answers a stream.');
  const { code, reason, message, ...more } = verdict;
  return new StatusError(code, reason, message, more);
}
