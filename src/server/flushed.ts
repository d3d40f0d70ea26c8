import type { Clock } from '../clock.js';
import type { Reply } from '../gateway/index.js';
import type { Tracer } from '../telemetry/index.js';

/**
 * Waits until the spans of what has ended are with their collector, `timeoutMs` at most. Once it has not answered in
 * that time, nobody waits for it until it has: new spans are collected meanwhile.
 */
export function boundedFlush(
  tracer: Pick<Tracer, 'flush'>,
  timeoutMs: () => number,
  clock: Clock,
): () => Promise<void> {
  let isLate = false;
  return async () => {
    if (isLate) return;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(timeoutMs(), () => {
        isLate = true;
        resolve();
      });
    });
    const taken = tracer.flush().then(() => {
      isLate = false;
      cancel();
    });
    await Promise.race([taken, late]);
  };
}

/** A reply that ends only behind `flush`, for a platform that may stop this process with it. */
export async function flushedReply(reply: Reply, flush: () => Promise<void>): Promise<Reply> {
  const { body } = reply;
  if (!(body instanceof Uint8Array)) return { ...reply, body: flushedBody(body, flush) };
  await flush();
  return reply;
}

/** Not a generator: one that nobody has begun would not tell the stream that it is given up. */
function flushedBody(body: AsyncIterable<Uint8Array>, flush: () => Promise<void>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = body[Symbol.asyncIterator]();
      return {
        async next() {
          let step: IteratorResult<Uint8Array>;
          try {
            step = await chunks.next();
          } catch (error) {
            await flush();
            throw error;
          }
          if (step.done === true) await flush();
          return step;
        },
        async return() {
          await chunks.return?.();
          await flush();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
