import type { SharedClaim, SharedMemory } from '../shared/question.js';
import type { AnswerStore, Known } from './store.js';
import { readStored, writeStored } from './stored-answer.js';

/** Remembers in the memory that the processes of a gateway share. */
export function sharedAnswerStore(memory: SharedMemory): AnswerStore {
  return {
    async claim(id, fingerprint, times) {
      const claim = await memory.ask('claim', { id, fingerprint, ...times });
      if (claim === 'unavailable') return { kind: 'unavailable' };
      if (claim.kind === 'begun') {
        return {
          kind: 'begun',
          end: (answer) =>
            memory.tell('end', {
              claim: claim.claim,
              ...(answer === undefined ? {} : { stored: writeStored({ fingerprint, answer }) }),
            }),
        };
      }
      return read(claim);
    },
    async look(id) {
      const known = await memory.ask('known', { id });
      if (known === 'unavailable') return { kind: 'unavailable' };
      return known === null ? undefined : read(known);
    },
  };
}

function read(known: Exclude<SharedClaim, { readonly kind: 'begun' }>): Known {
  if (known.kind !== 'answered') return known;
  const { fingerprint, answer } = readStored(known.stored);
  return answer === undefined ? { kind: 'unavailable' } : { kind: 'answered', fingerprint, answer };
}
