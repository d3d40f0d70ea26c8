import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';
import type { HeaderFields } from '../../headers.js';
import type { GateAnswer } from '../verdict.js';
import type { AnswerStore, Claim, ClaimTimes, Known } from './store.js';

interface Answered {
  readonly fingerprint: string;
  readonly answer: GateAnswer;
  /** Point on the monotonic clock. */
  readonly until: number;
}

interface UnderWay {
  readonly fingerprint: string;
  readonly until: number;
}

/** Says at once what it knows. */
export interface LocalAnswerStore extends AnswerStore {
  claim(id: string, fingerprint: string, times: ClaimTimes): Claim;
  look(id: string): Known | undefined;
}

/** What one answer costs besides its bytes, roughly. */
const entryBytes = 512;

/** Remembers in this process, answers of at most `bytesMax` together. Those of requests under way are never forgotten. */
export function memoryAnswerStore(clock: Clock, bytesMax: number): LocalAnswerStore {
  const answers = new LRUCache<string, Answered>({ maxSize: bytesMax, sizeCalculation: sizeOf });
  const underWay = new Map<string, UnderWay>();
  const known = (id: string, answered: Answered | undefined, now: number): Known | undefined => {
    if (answered !== undefined && answered.until > now) return { kind: 'answered', ...answered };
    const other = underWay.get(id);
    return other !== undefined && other.until > now
      ? { kind: 'under-way', fingerprint: other.fingerprint }
      : undefined;
  };
  return {
    look: (id) => known(id, answers.peek(id), clock.now()),
    claim(id, fingerprint, { leaseMs, rememberMs }) {
      const now = clock.now();
      const found = known(id, answers.get(id), now);
      if (found !== undefined) return found;
      const own: UnderWay = { fingerprint, until: now + leaseMs };
      underWay.set(id, own);
      return {
        kind: 'begun',
        end(answer) {
          // Another claim has begun where the lease has ended: that one's answer counts.
          if (underWay.get(id) !== own) return;
          underWay.delete(id);
          if (answer !== undefined) answers.set(id, { fingerprint, answer, until: clock.now() + rememberMs });
        },
      };
    },
  };
}

function sizeOf({ answer }: Answered): number {
  const headers = lengthOf(answer.headers);
  return answer.kind === 'reply'
    ? entryBytes + headers + answer.body.length
    : entryBytes + headers + answer.status.message.length + 256 * answer.status.details.length;
}

function lengthOf(headers: HeaderFields): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}
