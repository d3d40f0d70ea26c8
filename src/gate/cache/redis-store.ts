import { randomUUID } from 'node:crypto';
import { defineScript, type RedisStore, unavailable } from '../redis.js';
import { readAnswer, writeAnswer } from './answer-bytes.js';
import type { AnswerStore, Found } from './store.js';

/** No answer is stored for longer, and what was purged is remembered twice as long. */
const storedMsMax = 30 * 24 * 3_600_000;

const missing: Found = Object.freeze({ answer: undefined, mark: undefined });

/** The values of some keys, in their order. */
const readAll = defineScript(`return redis.call('MGET', unpack(KEYS))`, (reply) => {
  if (!Array.isArray(reply)) throw new TypeError('MGET returned no list');
  return reply.map((value: unknown) => (Buffer.isBuffer(value) ? value : undefined));
});

/**
 * Answers of a fleet. An answer is read with the marks of its labels, in one round trip; to purge a
 * label is to give it another mark, and those who read what was stored under the old one have nothing.
 */
export function createRedisAnswerStore(redis: RedisStore, entryBytesMax: number): AnswerStore {
  const find = async (key: string, labels: readonly string[]): Promise<Found> => {
    if (!redis.isUp) return missing;
    const values = await redis.run(readAll, [answerKey(key), ...labels.map(labelKey)], []);
    if (values === unavailable) return missing;
    const [bytes, ...marks] = values;
    const mark = marks.map((value) => value?.toString('latin1') ?? '').join();
    const read = bytes === undefined ? undefined : readAnswer(bytes);
    return { answer: read?.mark === mark ? read.answer : undefined, mark };
  };
  return {
    find,
    look: find,
    put(key, _labels, answer, mark) {
      if (mark === undefined || answer.body.length > entryBytesMax || !redis.isUp) return false;
      const { revalidateMs, errorMs } = answer.lifetime;
      const ttlMs = Math.min(Math.max(revalidateMs, errorMs), storedMsMax);
      // Nobody waits for it; where it is lost, the next one asks the backend.
      void redis.set(answerKey(key), writeAnswer(answer, mark), ttlMs);
      return true;
    },
    usage: () => undefined,
    async purge(labels) {
      const done = await Promise.all(
        labels.map((label) => redis.set(labelKey(label), randomUUID(), 2 * storedMsMax)),
      );
      return done.every((reply) => reply === true);
    },
  };
}

const answerKey = (key: string): string => `answer:${key}`;
const labelKey = (label: string): string => `purged:${label}`;
