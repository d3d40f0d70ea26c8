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
  return {
    handlers: {
      Unary(call, callback) {
        calls += 1;
        const names = Object.keys(call.metadata.getMap());
        last = Object.fromEntries(
          names.map((name) => [name, call.metadata.get(name).map((value) => value.toString())]),
        );
        callback(null, call.request);
      },
    },
    get calls() {
      return calls;
    },
    last: () => last,
  };
}
