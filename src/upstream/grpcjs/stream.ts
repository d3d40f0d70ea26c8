import { Code, type Metadata, type Outcome } from '../../status/index.js';
import { localStatus } from '../local-outcome.js';
import type { Call, StreamCall } from '../transport.js';
import { type CallHost, openCall } from './call.js';

/**
 * What is read ahead of `next`: the messages of one default flow-control window, so that those that came
 * in one packet with an error are not lost to a slow reader (grpc-js drops what it still holds).
 */
const readAheadBytesMax = 64 * 1024;

/**
 * And two messages of any size, so that a read is still under way when the single answer of a
 * client-streaming call waits to be taken: only a reading call notices that the backend has ended it.
 */
const readAheadMessagesMin = 2;

/** Compression flag and length, on the wire before each message; counted, so that empty ones are bounded too. */
const messagePrefixBytes = 5;

/**
 * Opens a streaming call. Reading follows `next`; sending follows the backend's flow-control window,
 * one message at a time, and waits while the reader is behind: grpc-js loses unread messages when it
 * writes to a call that the backend has ended in the meantime.
 */
export function openStream(host: CallHost, call: Call): StreamCall {
  const inbox: Uint8Array[] = [];
  let inboxBytes = 0;
  const takers: ((message: Uint8Array | undefined) => void)[] = [];
  const outbox: { readonly message: Uint8Array; readonly done: () => void }[] = [];
  let sending = false;
  let endState: 'open' | 'asked' | 'done' = 'open';
  let reading = false;
  let caughtUp = true;
  let checking = false;
  let ended = false;
  let resolveHeaders: (metadata: Metadata) => void = () => {};
  let resolveOutcome: (outcome: Outcome) => void = () => {};
  const headers = new Promise<Metadata>((resolve) => {
    resolveHeaders = resolve;
  });
  const outcome = new Promise<Outcome>((resolve) => {
    resolveOutcome = resolve;
  });

  const open = openCall(host, call, {
    headers: resolveHeaders,
    message(binary) {
      reading = false;
      const taker = takers.shift();
      if (taker === undefined) {
        inbox.push(binary);
        inboxBytes += binary.length + messagePrefixBytes;
      } else {
        taker(binary);
      }
      pump();
    },
    end(result) {
      ended = true;
      resolveHeaders(result.metadata);
      resolveOutcome(result);
      for (const taker of takers.splice(0)) taker(undefined);
      for (const { done } of outbox.splice(0)) done();
    },
  });

  function pump(): void {
    if (ended) return;
    if (!reading && (inbox.length < readAheadMessagesMin || inboxBytes < readAheadBytesMax)) {
      reading = true;
      open.read();
    }
    if (!reading) caughtUp = false;
    else if (!caughtUp) checkCaughtUp();
    const [first] = outbox;
    if (first === undefined) {
      if (endState !== 'asked') return;
      endState = 'done';
      open.halfClose();
    } else if (!sending && caughtUp) {
      sending = true;
      open.send(first.message, () => {
        sending = false;
        outbox.shift();
        first.done();
        pump();
      });
    }
  }

  /**
   * A reader that fell behind has caught up when it still reads a turn later: what grpc-js holds, an end
   * included, is handed over within one turn.
   */
  function checkCaughtUp(): void {
    if (checking) return;
    checking = true;
    setImmediate(() => {
      checking = false;
      caughtUp = reading;
      pump();
    });
  }

  pump();
  return {
    headers,
    outcome,
    send(message) {
      if (ended) return Promise.resolve();
      return new Promise((done) => {
        outbox.push({ message, done });
        pump();
      });
    },
    end() {
      if (endState === 'open') endState = 'asked';
      pump();
    },
    next() {
      const message = inbox.shift();
      if (message !== undefined) {
        inboxBytes -= message.length + messagePrefixBytes;
        pump();
        return Promise.resolve(message);
      }
      if (ended) return Promise.resolve(undefined);
      return new Promise((taker) => {
        takers.push(taker);
      });
    },
    cancel() {
      open.stop(localStatus(Code.CANCELLED, 'CLIENT_CLOSED'));
    },
  };
}
