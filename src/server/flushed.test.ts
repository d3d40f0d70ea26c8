import { describe, expect, it } from 'vitest';
import { handClock } from '../../test/support/hand-clock.js';
import { boundedFlush, flushedReply } from './flushed.js';

const limitMs = 1_000;

/** A tracer whose flushes end when they are told to. */
function slowTracer() {
  const open: (() => void)[] = [];
  let flushes = 0;
  return {
    tracer: {
      flush: () => {
        flushes += 1;
        return new Promise<void>((resolve) => open.push(resolve));
      },
    },
    answer: () => open.shift()?.(),
    get flushes() {
      return flushes;
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('waiting for a collector', () => {
  it('ends when it has answered, and leaves no timer', async () => {
    const clock = handClock();
    const slow = slowTracer();
    const waiting = boundedFlush(slow.tracer, () => limitMs, clock)();
    expect(clock.timers).toBe(1);
    slow.answer();
    await waiting;
    expect(clock.timers).toBe(0);
  });

  it('ends after the limit; then nobody waits or asks until it has answered', async () => {
    const clock = handClock(0);
    const slow = slowTracer();
    const flush = boundedFlush(slow.tracer, () => limitMs, clock);
    let isOver = false;
    const waiting = flush().then(() => {
      isOver = true;
    });
    clock.moveTo(limitMs - 1);
    await turn();
    expect(isOver).toBe(false);
    clock.moveTo(limitMs);
    await waiting;
    await flush();
    expect([slow.flushes, clock.timers]).toEqual([1, 0]);
    slow.answer();
    await turn();
    const again = flush();
    expect(slow.flushes).toBe(2);
    slow.answer();
    await again;
  });
});

describe('a stream whose end waits', () => {
  const text = async (body: AsyncIterable<Uint8Array>, seen: string[]): Promise<void> => {
    for await (const chunk of body) seen.push(Buffer.from(chunk).toString());
  };
  const replyOf = (body: AsyncIterable<Uint8Array>) => ({ httpStatus: 200, headers: [], body });
  const bodyOf = async (body: AsyncIterable<Uint8Array>, flush: () => Promise<void>) => {
    const reply = await flushedReply(replyOf(body), flush);
    if (reply.body instanceof Uint8Array) throw new Error('no stream');
    return reply.body;
  };

  it.each<[how: string, fails: boolean]>([
    ['has ended', false],
    ['has failed', true],
  ])('has sent all that it has before, and %s when its spans are sent', async (_, fails) => {
    const seen: string[] = [];
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      yield Buffer.from('b');
      if (fails) throw new Error('gone');
    }
    const body = await bodyOf(chunks(), async () => void seen.push('flush'));
    await text(body, seen).catch(() => seen.push('failed'));
    expect(seen).toEqual(['a', 'b', 'flush', ...(fails ? ['failed'] : [])]);
  });

  it('tells a stream that nobody has begun that it is given up', async () => {
    const seen: string[] = [];
    const chunks: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        return: async () => {
          seen.push('given up');
          return { done: true, value: undefined };
        },
      }),
    };
    const body = await bodyOf(chunks, async () => void seen.push('flush'));
    await body[Symbol.asyncIterator]().return?.();
    expect(seen).toEqual(['given up', 'flush']);
  });
});
