import type { Clock } from '../../clock.js';
import type { Metadata, Outcome } from '../../status/index.js';
import type { Call, Channel, StreamCall, Transport } from '../../upstream/index.js';
import type { Place } from './rehearsed-channel.js';

/** So many messages of a stream are kept. */
export const messagesMax = 3;

/** One call as the line has made it, before anything of the upstream. */
export interface CallRecord {
  readonly path: string;
  readonly metadata: Metadata;
  readonly timeoutMs: number | undefined;
  readonly messages: Uint8Array[];
  messageCount: number;
  outcome: Outcome | undefined;
  readonly responses: Uint8Array[];
}

/** Writes down the calls of one request. */
export interface CallRecorder {
  readonly calls: readonly CallRecord[];
  /** Where attempts went, as far as endpoints are watched. */
  readonly attempts: readonly Place[];
  watched(channel: Channel): Channel;
}

export function createCallRecorder(clock: Clock): CallRecorder {
  const calls: CallRecord[] = [];
  const attempts: Place[] = [];

  function begin(call: Call): CallRecord {
    const { path, metadata, deadline } = call;
    const record: CallRecord = {
      ...{ path, metadata, messages: [], messageCount: 0, outcome: undefined, responses: [] },
      timeoutMs:
        deadline === undefined || deadline === Infinity ? undefined : Math.max(0, deadline - clock.now()),
    };
    calls.push(record);
    return record;
  }

  const noteSent = (record: CallRecord, message: Uint8Array): void => {
    record.messageCount += 1;
    if (record.messages.length < messagesMax) record.messages.push(message);
  };
  const noteReceived = (record: CallRecord, message: Uint8Array | undefined): void => {
    if (message !== undefined && record.responses.length < messagesMax) record.responses.push(message);
  };

  const seen = (call: Call): Call => ({
    ...call,
    trace: {
      attempt(attempt) {
        attempts.push({ target: '', endpoint: attempt.endpoint });
        return call.trace?.attempt(attempt);
      },
    },
  });

  const watchedStream = (record: CallRecord, stream: StreamCall): StreamCall => {
    void stream.outcome.then((outcome) => {
      record.outcome = outcome;
    });
    return {
      headers: stream.headers,
      outcome: stream.outcome,
      send(message) {
        noteSent(record, message);
        return stream.send(message);
      },
      end: () => stream.end(),
      async next() {
        const message = await stream.next();
        noteReceived(record, message);
        return message;
      },
      cancel: () => stream.cancel(),
    };
  };

  return {
    calls,
    attempts,
    watched: (channel) => ({
      method(method): Transport {
        const transport = channel.method(method);
        return {
          async unary(call, message) {
            const record = begin(call);
            noteSent(record, message);
            const outcome = await transport.unary(seen(call), message);
            record.outcome = outcome;
            noteReceived(record, outcome.message);
            return outcome;
          },
          stream(call) {
            const record = begin(call);
            return watchedStream(record, transport.stream(seen(call)));
          },
          close: () => transport.close(),
        };
      },
      report: () => channel.report(),
      close: () => channel.close(),
    }),
  };
}
