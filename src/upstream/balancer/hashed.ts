import { callWith } from '../call-with.js';
import { lateStream } from '../late-stream.js';
import type { Method } from '../method.js';
import type { UpstreamOptions } from '../options.js';
import { requestHeader } from '../request-match.js';
import type { Call, StreamCall, Transport } from '../transport.js';
import { hashText } from './hash.js';

/** Gives each call the hash that a ring places it by; a call without the header or field has none. */
export function hashed(
  transport: Transport,
  hashOn: NonNullable<UpstreamOptions['hashOn']>,
  method: Method,
): Transport {
  const header = hashOn.header?.toLowerCase();
  const { hashField } = method;
  const withHash = (call: Call, text: string | undefined): Call =>
    text === undefined || text === '' ? call : callWith(call, { hash: hashText(text) });
  const textOf = (call: Call, message: Uint8Array | undefined): string | undefined => {
    if (header !== undefined) return requestHeader(call, header);
    return message === undefined ? undefined : hashField?.(message);
  };
  return {
    unary: (call, message) => transport.unary(withHash(call, textOf(call, message)), message),
    stream(call) {
      if (header !== undefined) return transport.stream(withHash(call, textOf(call, undefined)));
      return hashField === undefined
        ? transport.stream(call)
        : afterFirst(call, (first) => transport.stream(withHash(call, textOf(call, first))));
    },
    close: () => transport.close(),
  };
}

/** A stream that is opened once its first message is known, or that there is none. */
function afterFirst(call: Call, open: (first: Uint8Array | undefined) => StreamCall): StreamCall {
  let begin: (first: Uint8Array | undefined) => void = () => {};
  const first = new Promise<Uint8Array | undefined>((resolve) => {
    begin = resolve;
  });
  const stream = lateStream(async (given) => {
    const giveUp = (): void => begin(undefined);
    for (const signal of [given, call.signal]) signal.addEventListener('abort', giveUp);
    const message = await first;
    call.signal.removeEventListener('abort', giveUp);
    return open(message);
  });
  return {
    ...stream,
    send(message) {
      begin(message);
      return stream.send(message);
    },
    end() {
      begin(undefined);
      stream.end();
    },
  };
}
