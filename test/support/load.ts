import { Agent, request } from 'node:http';

/** Clients with keep-alive connections, each of which sends the next request when the last one is answered. */
export interface Load {
  /** Requests that were answered with 200 so far. */
  readonly answered: number;
  /** What came of all others. */
  readonly failures: readonly string[];
  /** Resolves when `count` more requests have been answered. */
  more(count: number): Promise<void>;
  /** No further request is sent; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * `retries`: a request whose connection breaks is sent again, as clients do with idempotent ones. `leaves`: a client
 * whose connection is closed behind an answer goes elsewhere, as where the endpoint is removed.
 */
export function startLoad(url: string, clients: number, { retries = 0, leaves = false } = {}): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const failures: string[] = [];
  const waiting = new Set<{ readonly from: number; readonly resolve: () => void }>();
  let answered = 0;
  let stopping = false;

  /** Whether the connection stays. */
  const get = (): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { agent }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(response.headers.connection !== 'close');
          else reject(new Error(`status ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  const again = async (left: number): Promise<boolean> => {
    try {
      return await get();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (left === 0 || code === undefined) throw error;
      return again(left - 1);
    }
  };
  const client = async (): Promise<void> => {
    while (!stopping) {
      try {
        const stays = await again(retries);
        answered += 1;
        if (leaves && !stays) return;
      } catch (error) {
        failures.push(String(error));
        // A gateway that is down must not make this a loop that holds everything else up.
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const one of waiting) {
        if (answered < one.from) continue;
        waiting.delete(one);
        one.resolve();
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    get answered() {
      return answered;
    },
    failures,
    more: (count) =>
      new Promise((resolve) => {
        waiting.add({ from: answered + count, resolve });
      }),
    async stop() {
      stopping = true;
      await all;
      agent.destroy();
    },
  };
}
