import { Code, type Outcome } from '../../status/index.js';
import { localOutcome, localStatus } from '../local-outcome.js';
import type { Call } from '../transport.js';
import { type CallHost, openCall } from './call.js';

const garbage = localStatus(Code.INTERNAL, 'UPSTREAM_PROTOCOL');

/** Runs one unary call: one message there, one back. An OK without exactly one message is not gRPC. */
export function callUnary(host: CallHost, call: Call, message: Uint8Array): Promise<Outcome> {
  return new Promise((resolve) => {
    let answer: Uint8Array | undefined;
    const open = openCall(host, call, {
      headers() {},
      message(binary) {
        if (answer !== undefined) return open.stop(garbage);
        answer = binary;
        // The status of a call is held back until everything has been read.
        open.read();
      },
      end(outcome) {
        if (outcome.status.code !== Code.OK) resolve(outcome);
        else if (answer !== undefined) resolve({ ...outcome, message: answer });
        else resolve(localOutcome(garbage, outcome.unanswered ? undefined : outcome.metadata));
      },
    });
    open.read();
    open.send(message, () => {});
    open.halfClose();
  });
}
