import { Cancellation, type CancelSignal } from '../../cancel-signal.js';
import { Code, type Outcome } from '../../status/index.js';
import { endedStream } from '../late-stream.js';
import { localStatus } from '../local-outcome.js';
import type { StreamCall } from '../transport.js';

export interface RetriedStreamOptions {
  /** Opens an attempt. */
  readonly open: () => StreamCall;
  /** Waits; ends early when the signal is aborted. */
  readonly pause: (delayMs: number, signal: CancelSignal) => Promise<void>;
  /** What is kept of the request for another attempt; with more the attempt under way is the last. */
  readonly requestBytesMax: number;
  /** When to make another attempt after one that ended before response headers; undefined for never. */
  readonly delayMs: (outcome: Outcome, sent: readonly Uint8Array[]) => number | undefined;
}

/**
 * A stream that begins anew, with the messages sent so far, when an attempt ends before response headers.
 *
 *     trying (an attempt is under way, or about to be) → committed (to one attempt, for good)
 */
export function retriedStream(options: RetriedStreamOptions): StreamCall {
  const given = new Cancellation();
  const sent: Uint8Array[] = [];
  let sentBytes = 0;
  let isHalfClosed = false;
  let attempt = options.open();
  /** Settled unless a pause lies between two attempts. */
  let opened: Promise<void> = Promise.resolve();
  let isPausing = false;
  let committed: StreamCall | undefined;
  let commit: (stream: StreamCall) => void = () => {};
  const commitment = new Promise<StreamCall>((resolve) => {
    commit = (stream) => {
      committed = stream;
      sent.length = 0;
      resolve(stream);
    };
  });

  async function watch(): Promise<void> {
    const current = attempt;
    let outcome: Outcome | undefined;
    void current.outcome.then((ended) => {
      outcome = ended;
    });
    await current.headers;
    // Headers of a call that ended without any are settled together with its outcome.
    await new Promise(setImmediate);
    if (committed !== undefined) return;
    const delayMs =
      outcome?.unanswered === true && !given.aborted ? options.delayMs(outcome, sent) : undefined;
    if (delayMs === undefined) commit(current);
    else opened = reopen(delayMs);
  }

  async function reopen(delayMs: number): Promise<void> {
    isPausing = true;
    if (delayMs > 0) await options.pause(delayMs, given);
    isPausing = false;
    if (given.aborted) {
      commit(endedStream(localStatus(Code.CANCELLED, 'CLIENT_CLOSED')));
      return;
    }
    attempt = options.open();
    for (const message of sent) void attempt.send(message);
    if (isHalfClosed) attempt.end();
    if (sentBytes > options.requestBytesMax) commit(attempt);
    else void watch();
  }

  void watch();
  return {
    headers: commitment.then((stream) => stream.headers),
    outcome: commitment.then((stream) => stream.outcome),
    send(message) {
      if (committed !== undefined) return committed.send(message);
      sent.push(message);
      sentBytes += message.length;
      // It is sent with the others once the pause is over.
      if (isPausing) return opened;
      const current = attempt;
      if (sentBytes > options.requestBytesMax) commit(current);
      return current.send(message);
    },
    end() {
      isHalfClosed = true;
      if (committed !== undefined) committed.end();
      else if (!isPausing) attempt.end();
    },
    next: () => (committed === undefined ? commitment.then((stream) => stream.next()) : committed.next()),
    cancel() {
      given.abort();
      if (committed !== undefined) committed.cancel();
      else if (!isPausing) attempt.cancel();
    },
  };
}
