import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { serviceError } from './problem.js';

/** A unary handler out of a function; what it throws becomes the status. */
export function unary<Q, A>(answer: (request: Q) => A): handleUnaryCall<Q, A> {
  return (call, callback) => {
    let reply: A;
    try {
      reply = answer(call.request);
    } catch (error) {
      callback(serviceError(error));
      return;
    }
    callback(null, reply);
  };
}

/** A client-streaming handler out of a function that reads the messages. */
export function clientStream<Q, A>(
  answer: (requests: AsyncIterable<Q>) => Promise<A>,
): handleClientStreamingCall<Q, A> {
  return (call, callback) => {
    answer(messagesOf(call)).then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(serviceError(error)),
    );
  };
}

/** A server-streaming handler out of a function that yields messages until `signal` fires. */
export function serverStream<Q, A>(
  answer: (request: Q, signal: AbortSignal) => AsyncIterable<A>,
  headers?: () => Metadata,
): handleServerStreamingCall<Q, A> {
  return (call) => {
    if (headers !== undefined) call.sendMetadata(headers());
    void send(call, (signal) => answer(call.request, signal));
  };
}

/** A handler of two streams out of a function from one to the other. */
export function bidiStream<Q, A>(
  answer: (requests: AsyncIterable<Q>) => AsyncIterable<A>,
): handleBidiStreamingCall<Q, A> {
  return (call) => {
    void send(call, () => answer(messagesOf(call)));
  };
}

/** What the caller sends. A handler that stops reading early must not tear down the call before it has answered. */
function messagesOf<Q>(call: Readable): AsyncIterable<Q> {
  return call.iterator({ destroyOnReturn: false });
}

/** Writes at the pace of the reader; ends without a word when the caller has gone. */
async function send<Q, A>(
  call: ServerWritableStream<Q, A> | ServerDuplexStream<Q, A>,
  messages: (signal: AbortSignal) => AsyncIterable<A>,
): Promise<void> {
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  try {
    for await (const message of messages(gone.signal)) {
      if (gone.signal.aborted) return;
      if (!call.write(message)) await once(call, 'drain', { signal: gone.signal });
    }
    call.end();
  } catch (error) {
    if (!gone.signal.aborted) call.emit('error', serviceError(error));
  }
}
