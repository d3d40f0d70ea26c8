import type { Metadata, Outcome } from '../../status/index.js';
import type { Call, StreamCall } from '../transport.js';
import { cancelled } from './call-status.js';
import { type CallEvents, type CallHost, ClientCall } from './client-call.js';
import { messagePrefixBytes } from './grpc-message.js';

/** What is read ahead of `next`, beside what the stream's window lets the server send. */
const readAheadBytesMax = 64 * 1024;

/**
 * And two messages of any size: a single answer may then be complete, and the end behind it be noticed,
 * before anybody takes it.
 */
const readAheadMessagesMin = 2;

/** Opens a streaming call; reading follows `next`, sending follows the server's windows. */
export function openStream(host: CallHost, call: Call): StreamCall {
  const inbox: Uint8Array[] = [];
  let inboxBytes = 0;
  const takers: ((message: Uint8Array | undefined) => void)[] = [];
  let isEnded = false;
  let resolveHeaders: (metadata: Metadata) => void = () => {};
  let resolveOutcome: (outcome: Outcome) => void = () => {};
  const headers = new Promise<Metadata>((resolve) => {
    resolveHeaders = resolve;
  });
  const outcome = new Promise<Outcome>((resolve) => {
    resolveOutcome = resolve;
  });

  const events: CallEvents = {
    headers: resolveHeaders,
    message(binary) {
      const taker = takers.shift();
      if (taker !== undefined) return taker(binary);
      inbox.push(binary);
      inboxBytes += binary.length + messagePrefixBytes;
    },
    end(result) {
      isEnded = true;
      resolveHeaders(result.metadata);
      resolveOutcome(result);
      for (const taker of takers.splice(0)) taker(undefined);
    },
    get wantsMore() {
      return inbox.length < readAheadMessagesMin || inboxBytes < readAheadBytesMax;
    },
  };
  const clientCall = new ClientCall(host, call, events);
  clientCall.start();
  return {
    headers,
    outcome,
    send: (message) => new Promise((left) => clientCall.send(message, left)),
    end: () => clientCall.sendEnd(),
    next() {
      const message = inbox.shift();
      if (message !== undefined) {
        inboxBytes -= message.length + messagePrefixBytes;
        clientCall.stream?.grant();
        return Promise.resolve(message);
      }
      if (isEnded) return Promise.resolve(undefined);
      return new Promise((taker) => {
        takers.push(taker);
      });
    },
    cancel: () => clientCall.stop(cancelled),
  };
}
