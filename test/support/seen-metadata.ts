import type { Metadata } from '@grpc/grpc-js';
import type { BytesHandlers } from './bytes-backend.js';

/** A backend that gives requests back and remembers with which metadata they came. */
export interface SeenMetadata {
  readonly handlers: BytesHandlers;
  /** Calls so far. */
  readonly calls: number;
  /** Metadata of the last call: every value of each name. */
  last(): Readonly<Record<string, readonly string[]>>;
}

export function seenMetadata(): SeenMetadata {
  let calls = 0;
  let last: Record<string, string[]> = {};
  const note = ({ metadata }: { readonly metadata: Metadata }): void => {
    calls += 1;
    const names = Object.keys(metadata.getMap());
    last = Object.fromEntries(
      names.map((name) => [name, metadata.get(name).map((value) => value.toString())]),
    );
  };
  return {
    handlers: {
      Unary(call, callback) {
        note(call);
        callback(null, call.request);
      },
      ServerStream(call) {
        note(call);
        call.write(call.request);
        call.end();
      },
      ClientStream(call, callback) {
        note(call);
        call.resume().on('end', () => callback(null, Buffer.alloc(0)));
      },
      Bidi(call) {
        note(call);
        call.on('data', (message: Buffer) => call.write(message)).on('end', () => call.end());
      },
    },
    get calls() {
      return calls;
    },
    last: () => last,
  };
}
