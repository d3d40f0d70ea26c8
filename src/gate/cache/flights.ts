import { Cancellation, type CancelSignal } from '../../cancel-signal.js';
import type { Clock } from '../../clock.js';

/** Why one who waits has nothing: its time is over, or it has left. */
export type Leaving = 'late' | 'gone';

/** A call that several requests may wait for. */
export interface Flight<T> {
  /** The result, or why this waiter has none; the others go on. Rejects as the call does. */
  wait(deadline: number, signal: CancelSignal): Promise<T | Leaving>;
}

/** Calls under way by what they ask for: nobody asks the same twice at a time. */
export interface Flights<T> {
  /** The call under way, or undefined. */
  get(key: string): Flight<T> | undefined;
  /** Starts a call, which is cancelled when all who wait for it have left, unless it `isKept`. */
  start(key: string, call: (signal: CancelSignal) => Promise<T>, isKept?: boolean): Flight<T>;
}

export function createFlights<T>(clock: Clock): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  return {
    get: (key) => flights.get(key),
    start(key, call, isKept = false) {
      const cancellation = new Cancellation();
      const end = (): void => {
        // A later one may have the key by now.
        if (flights.get(key) === flight) flights.delete(key);
      };
      const result = call(cancellation).finally(end);
      // Where nobody waits any more, nobody wants to know.
      result.catch(() => undefined);
      let waiting = 0;
      const flight: Flight<T> = {
        async wait(deadline, signal) {
          waiting += 1;
          const reached = await first(result, deadline, signal, clock);
          waiting -= 1;
          if (waiting === 0 && !isKept && (reached === 'late' || reached === 'gone')) {
            // Who comes now must not wait for a call that ends like this.
            end();
            cancellation.abort();
          }
          return reached;
        },
      };
      flights.set(key, flight);
      return flight;
    },
  };
}

function first<T>(
  result: Promise<T>,
  deadline: number,
  signal: CancelSignal,
  clock: Clock,
): Promise<T | Leaving> {
  if (signal.aborted) return Promise.resolve('gone');
  return new Promise((resolve, reject) => {
    const leave = (leaving: Leaving): void => {
      stop();
      resolve(leaving);
    };
    const gone = (): void => leave('gone');
    const cancel = clock.after(Math.max(0, deadline - clock.now()), () => leave('late'));
    const stop = (): void => {
      cancel();
      signal.removeEventListener('abort', gone);
    };
    signal.addEventListener('abort', gone);
    result.then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}
