/** Past this the oldest events are forgotten: the demo lives in memory. */
const mostEvents = 1000;

/** What happened, in order, and whoever waits for more. */
export interface EventLog<T extends { sequence: bigint }> {
  /** Numbers and keeps an event. */
  append(event: Omit<T, 'sequence'>): void;
  /** Events with a greater number: those kept, then those to come, until `signal` fires. */
  follow(after: bigint, signal: AbortSignal): AsyncGenerator<T>;
}

/** An empty log; `number` gives an event its place. */
export function createEventLog<T extends { sequence: bigint }>(
  number: (event: Omit<T, 'sequence'>, sequence: bigint) => T,
): EventLog<T> {
  const events: T[] = [];
  const waiting = new Set<() => void>();
  let last = 0n;

  const change = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      waiting.add(done);
      signal.addEventListener('abort', done);
    });
  return {
    append(event) {
      last += 1n;
      events.push(number(event, last));
      if (events.length > mostEvents) events.shift();
      for (const wake of [...waiting]) wake();
    },
    async *follow(after, signal) {
      let seen = after;
      while (!signal.aborted) {
        const next = events.find(({ sequence }) => sequence > seen);
        if (next === undefined) {
          await change(signal);
          continue;
        }
        seen = next.sequence;
        yield next;
      }
    },
  };
}
