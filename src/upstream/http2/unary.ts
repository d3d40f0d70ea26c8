import { Code, type Outcome } from '../../status/index.js';
import { localOutcome } from '../local-outcome.js';
import type { Call } from '../transport.js';
import { garbage } from './call-status.js';
import { type CallEvents, type CallHost, ClientCall } from './client-call.js';

/** Runs one unary call: one message there, one back. An OK without exactly one message is not gRPC. */
export function callUnary(host: CallHost, call: Call, message: Uint8Array): Promise<Outcome> {
  return new Promise((resolve) => {
    const answer = new UnaryAnswer(resolve);
    const clientCall = new ClientCall(host, call, answer);
    answer.call = clientCall;
    clientCall.outbox.push(message);
    clientCall.outbox.end();
    clientCall.start();
  });
}

class UnaryAnswer implements CallEvents {
  readonly wantsMore = true;
  call: ClientCall | undefined = undefined;
  readonly #resolve: (outcome: Outcome) => void;
  #message: Buffer | undefined;

  constructor(resolve: (outcome: Outcome) => void) {
    this.#resolve = resolve;
  }

  headers(): void {}

  message(binary: Buffer) {
    if (this.#message !== undefined) return this.call?.stop(garbage);
    this.#message = binary;
  }

  end(outcome: Outcome): void {
    if (outcome.status.code !== Code.OK) this.#resolve(outcome);
    else if (this.#message !== undefined) this.#resolve({ ...outcome, message: this.#message });
    else this.#resolve(localOutcome(garbage, outcome.unanswered ? undefined : outcome.metadata));
  }
}
