import { randomUUID } from 'node:crypto';
import { defineScript, type RedisStore, unavailable } from '../redis.js';
import type { AnswerStore, Claim, Known } from './store.js';
import { readStored, writeStored } from './stored-answer.js';

const text = (reply: unknown): string | undefined => {
  if (reply === null) return undefined;
  if (Buffer.isBuffer(reply)) return reply.toString();
  throw new Error('Redis holds something else than text under a key of ours.');
};

/** Goes up with every change of what is stored: gateways of two versions do not read each other's answers. */
const shape = 1;

/** KEYS: the request. ARGV: the claim, milliseconds. → what is there already, or nil where the claim now is. */
const claimScript = defineScript(
  `local known = redis.call('GET', KEYS[1])
   if known then return known end
   redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
   return false`,
  text,
);

/** KEYS: the request. ARGV: the claim, then the answer and milliseconds, or nothing. What another claim has put there stays. */
const endScript = defineScript(
  `local known = redis.call('GET', KEYS[1])
   if known and known ~= ARGV[1] then return false end
   if ARGV[2] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) else redis.call('DEL', KEYS[1]) end
   return false`,
  text,
);

/** Remembers for a fleet; the claim of a gateway that dies ends by itself. */
export function redisAnswerStore(redis: RedisStore): AnswerStore {
  return {
    async claim(id, fingerprint, { leaseMs, rememberMs }): Promise<Claim> {
      const key = keyOf(id);
      // The token makes it no other's.
      const own = `${writeStored({ fingerprint })}${randomUUID()}`;
      const known = await redis.run(claimScript, [key], [own, Math.ceil(leaseMs)]);
      if (known === unavailable) return { kind: 'unavailable' };
      if (known === undefined) {
        return {
          kind: 'begun',
          async end(answer) {
            const rest = answer === undefined ? [] : [writeStored({ fingerprint, answer }), rememberMs];
            await redis.run(endScript, [key], [own, ...rest]);
          },
        };
      }
      return read(known);
    },
    async look(id) {
      const known = await redis.get(keyOf(id));
      if (known === unavailable) return { kind: 'unavailable' };
      return known === undefined ? undefined : read(known.toString());
    },
  };
}

const keyOf = (id: string): string => `idempotency:${shape}:${id}`;

/** A claim has the token of its owner behind it. */
function read(known: string): Known {
  const { fingerprint, answer } = readStored(known.slice(0, known.lastIndexOf('}') + 1));
  return answer === undefined
    ? { kind: 'under-way', fingerprint }
    : { kind: 'answered', fingerprint, answer };
}
