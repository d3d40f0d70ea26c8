import { Cancellation, type CancelSignal } from '../cancel-signal.js';
import type { Metadata, Outcome } from '../status/index.js';
import { Code } from '../status/index.js';
import { type LocalStatus, localOutcome, localStatus } from './local-outcome.js';
import type { StreamCall } from './transport.js';

/** A stream that ended before it began. */
export function endedStream(status: LocalStatus): StreamCall {
  const outcome = localOutcome(status, undefined);
  return {
    send: () => Promise.resolve(),
    end() {},
    next: () => Promise.resolve(undefined),
    headers: Promise.resolve(outcome.metadata),
    outcome: Promise.resolve(outcome),
    cancel() {},
  };
}

/**
 * A stream to whatever `open` finds in the end; what is asked of it before waits, in order.
 * `signal` is aborted when it is cancelled while `open` still looks. `open` must not reject.
 */
export function lateStream(open: (signal: CancelSignal) => Promise<StreamCall>): StreamCall {
  const given = new Cancellation();
  let stream: StreamCall | undefined;
  const opened = open(given).then((found) => {
    stream = given.aborted ? endedStream(localStatus(Code.CANCELLED, 'CLIENT_CLOSED')) : found;
    if (stream !== found) found.cancel();
    return stream;
  });
  const headers: Promise<Metadata> = opened.then((found) => found.headers);
  const outcome: Promise<Outcome> = opened.then((found) => found.outcome);
  return {
    headers,
    outcome,
    send: (message) =>
      stream === undefined ? opened.then((found) => found.send(message)) : stream.send(message),
    end() {
      if (stream === undefined) void opened.then((found) => found.end());
      else stream.end();
    },
    next: () => (stream === undefined ? opened.then((found) => found.next()) : stream.next()),
    cancel() {
      if (stream === undefined) given.abort();
      else stream.cancel();
    },
  };
}
