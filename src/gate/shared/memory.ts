import type { Clock, Random } from '../../clock.js';
import type { Limits } from '../../limits.js';
import { proofsKeptMs, SeenProofs } from '../auth/binding/seen-proofs.js';
import { memoryAnswerStore } from '../idempotency/memory-store.js';
import type { ClaimTimes, Known } from '../idempotency/store.js';
import { readStored, writeStored } from '../idempotency/stored-answer.js';
import type { Exceeded, Hit, Limit } from '../limits/counter.js';
import { KeyTable, keysMaxOf } from '../limits/key-table.js';
import { MemoryCounter } from '../limits/memory-counter.js';
import { isSameRate, type Rate, rateOf } from '../limits/rate.js';
import type {
  ClaimedRequest,
  QuestionName,
  Questions,
  SharedClaim,
  SharedHit,
  Taken,
  TellingName,
  Tellings,
} from './question.js';

/** The memory that processes share, in the one that has it. */
export interface MemoryOwner {
  /** A process begins to ask. */
  join(): MemoryGuest;
}

/** One process that asks. Arguments and answers are those of `Questions` and `Tellings`. */
export interface MemoryGuest {
  answer(name: QuestionName, args: unknown): unknown;
  hear(name: TellingName, args: unknown): void;
  /** The process is gone, and its requests with it. A claim of it counts until its lease ends. */
  leave(): void;
}

type Answers = { readonly [K in QuestionName]: (args: Questions[K]['args']) => Questions[K]['answer'] };
type Ears = { readonly [K in TellingName]: (args: Tellings[K]) => void };

/** Counts and remembers exactly as one process would for itself. */
export function createSharedMemory(host: {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
}): MemoryOwner {
  const { clock, limits } = host;
  const counter = new MemoryCounter(clock);
  const limitsById = new Map<string, Limit>();
  const remembered = memoryAnswerStore(clock, limits.idempotencyBytesMax);
  const proofs = new SeenProofs(clock, proofsKeptMs(limits), limits.dpopProofsMax);
  const running = new Map<string, number>();

  /** One of another rate is another, in which nobody has used anything. */
  const limitOf = (id: string, name: string, rate: Rate): Limit => {
    const known = limitsById.get(id);
    if (known !== undefined && isSameRate(known.rate, rate)) return known;
    const keysMax = (): number => keysMaxOf(limits, limitsById.size);
    const limit = { id, name, rate, keys: new KeyTable(keysMax, host.random) };
    limitsById.set(id, limit);
    return limit;
  };

  const join = (): MemoryGuest => {
    const named: Limit[] = [];
    const own = new Map<string, number>();
    const claims = new Map<
      number,
      { readonly end: (stored: string | undefined) => void; readonly until: number }
    >();
    let lastClaim = 0;

    const hitsOf = (hits: readonly SharedHit[]): Hit[] =>
      hits.flatMap(([number, key, cost]) => {
        const limit = named[number];
        return limit === undefined ? [] : [{ limit, key, cost, remaining: undefined, resetMs: 0 }];
      });

    const counted = (
      asked: readonly SharedHit[],
      count: (hits: readonly Hit[]) => Exceeded | undefined,
    ): Taken => {
      const hits = hitsOf(asked);
      const exceeded = count(hits);
      const left = hits.map(({ remaining = 0, resetMs }) => [remaining, resetMs] as const);
      if (exceeded === undefined) return { left };
      const index = hits.findIndex(({ limit }) => limit === exceeded.limit);
      return { left, refused: { index, waitMs: exceeded.waitMs } };
    };

    const hasRoom = (method: string, max: number): boolean => (running.get(method) ?? 0) < max;
    const enter = (method: string, max: number): boolean => {
      if (!hasRoom(method, max)) return false;
      running.set(method, (running.get(method) ?? 0) + 1);
      own.set(method, (own.get(method) ?? 0) + 1);
      return true;
    };

    const ended = (method: string, count: number): void => {
      running.set(method, (running.get(method) ?? 0) - count);
      own.set(method, (own.get(method) ?? 0) - count);
    };

    const claim = (asked: ClaimTimes & ClaimedRequest): SharedClaim => {
      const known = remembered.claim(asked.id, asked.fingerprint, asked);
      if (known.kind !== 'begun') return shared(known);
      lastClaim += 1;
      claims.set(lastClaim, {
        end: (stored) => void known.end(stored === undefined ? undefined : readStored(stored).answer),
        until: clock.now() + asked.leaseMs,
      });
      return { kind: 'begun', claim: lastClaim };
    };

    const answers: Answers = {
      take: (hits) => counted(hits, (all) => counter.take(all)),
      look: (hits) => counted(hits, (all) => counter.look(all)),
      room: ({ method, max }) => hasRoom(method, max),
      enter: ({ method, max }) => enter(method, max),
      claim,
      known: ({ id }) => {
        const known = remembered.look(id);
        return known === undefined ? null : shared(known);
      },
      proof: ({ id }) => proofs.take(id),
      lookAtProof: ({ id }) => proofs.look(id),
    };
    const ears: Ears = {
      limit: ({ number, id, name, requests, perMs, burst }) => {
        named[number] = limitOf(id, name, rateOf(requests, perMs, burst));
      },
      giveBack: (hits) => counter.giveBack(hitsOf(hits)),
      leave: ({ method }) => ended(method, 1),
      end: ({ claim, stored }) => {
        claims.get(claim)?.end(stored);
        claims.delete(claim);
      },
    };
    return {
      // Whoever names one of them sends what belongs to it: SharedMemory has the types of both.
      answer: (name, args) => (answers[name] as (args: unknown) => unknown)(args),
      hear: (name, args) => (ears[name] as (args: unknown) => void)(args),
      leave() {
        for (const [method, count] of own) ended(method, count);
        // A backend may still be at what it was told to do: nobody else is to ask for it before that must be over.
        for (const { end, until } of claims.values()) clock.after(until - clock.now(), () => end(undefined));
        claims.clear();
      },
    };
  };
  return { join };
}

function shared(known: Known): Exclude<SharedClaim, { readonly kind: 'begun' }> {
  if (known.kind !== 'answered') return known;
  const { fingerprint, answer } = known;
  return { kind: 'answered', stored: writeStored({ fingerprint, answer }) };
}
