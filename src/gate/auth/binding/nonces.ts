import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WallClock } from '../../../clock.js';

/** How long a nonce is the current one; it is taken for as long again. */
const nonceMs = 60_000;

/** Nonces for DPoP (RFC 9449 §9): nothing is stored, they are made of the time and a secret. */
export interface Nonces {
  readonly current: string;
  /** "late" for one that is taken still: the client is to be told the current one. */
  judge(nonce: string): 'good' | 'late' | 'bad';
}

/** Those with one secret take each other's. */
export function createNonces(clock: WallClock, secret: Uint8Array = randomBytes(32)): Nonces {
  const at = (slot: number): string =>
    createHmac('sha256', secret).update(String(slot)).digest('base64url').slice(0, 22);
  const slot = (): number => Math.floor(clock.wall() / nonceMs);
  const isSame = (given: string, own: string): boolean => {
    const [one, other] = [Buffer.from(given), Buffer.from(own)];
    return one.length === other.length && timingSafeEqual(one, other);
  };
  return {
    get current() {
      return at(slot());
    },
    judge(nonce) {
      const now = slot();
      if (isSame(nonce, at(now))) return 'good';
      return isSame(nonce, at(now - 1)) ? 'late' : 'bad';
    },
  };
}
