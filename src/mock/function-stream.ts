import { Cancellation, type CancelSignal } from '../cancel-signal.js';
import { Code, type Outcome, type Status } from '../status/index.js';
import type { Call, StreamCall } from '../upstream/index.js';

/** What answers a streaming call: its messages as they come, then how it ended. */
export type Respond = (
  requests: AsyncIterable<Uint8Array>,
  signal: CancelSignal,
) => AsyncGenerator<Uint8Array, Status>;

/** Messages of a client that wait for somebody to read them. */
const windowMax = 8;

export const endedWith = (status: Status): Outcome => ({ status, metadata: [], trailers: [] });

/** A call that a function answers, pulled like any other: it makes no message before somebody wants it. */
export function functionStream(call: Call, respond: Respond): StreamCall {
  const waiting: Uint8Array[] = [];
  const given = new Cancellation();
  let wake: () => void = () => undefined;
  let taken: () => void = () => undefined;
  let hasAll = false;
  let settle: (outcome: Outcome) => void = () => undefined;
  let isOver = false;
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  const end = (how: Outcome): void => {
    isOver = true;
    call.signal.removeEventListener('abort', cancel);
    settle(how);
    taken();
    wake();
  };
  function cancel(): void {
    if (isOver) return;
    given.abort();
    const status = { code: Code.CANCELLED, message: 'The client is gone.', details: [] };
    end({ ...endedWith(status), localReason: 'CLIENT_CLOSED' });
  }
  call.signal.addEventListener('abort', cancel);

  async function* requests(): AsyncGenerator<Uint8Array> {
    while (!isOver) {
      const next = waiting.shift();
      if (next !== undefined) {
        taken();
        yield next;
      } else if (hasAll) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  const answers = respond(requests(), given);
  if (call.signal.aborted) cancel();
  return {
    send(message) {
      if (isOver) return Promise.resolve();
      waiting.push(message);
      wake();
      if (waiting.length < windowMax) return Promise.resolve();
      return new Promise((resolve) => {
        const before = taken;
        taken = () => {
          before();
          resolve();
        };
      });
    },
    end() {
      hasAll = true;
      wake();
    },
    async next() {
      if (isOver) return undefined;
      const { done, value } = await answers.next();
      if (isOver) return undefined;
      if (done !== true) return value;
      end(endedWith(value));
      return undefined;
    },
    headers: Promise.resolve([]),
    outcome,
    cancel,
  };
}
