import type { Random } from '../../clock.js';
import type { Limits } from '../../limits.js';

/** A limit has room for so many keys, however many limits there are. */
const keysMin = 1_000;

/** Room that each of so many limits has. */
export function keysMaxOf({ rateLimitKeysMax }: Limits, limits: number): number {
  return Math.max(keysMin, Math.floor(rateLimitKeysMax / Math.max(1, limits)));
}

/** Places that a new key looks at, for what has run out. */
const sweptPerKey = 2;
/** Keys of which one goes when there is no room. */
const sampled = 8;

/**
 * The theoretical arrival times of a limit's keys, one number for each. A time that has passed says
 * nothing, and its key is forgotten, by and by, as new ones come. Where all say something and there
 * is no room, of a few keys taken at random the one that has used least is forgotten: it gains what
 * it had used, which is no more than any flood of fresh keys has. A key that has used up its limit
 * stays, unless as many others have.
 */
export class KeyTable {
  readonly #keysMax: () => number;
  readonly #random: Random;
  readonly #slots = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #times: number[] = [];
  #hand = 0;

  constructor(keysMax: () => number, random: Random) {
    this.#keysMax = keysMax;
    this.#random = random;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Undefined where nothing is known of the key. */
  get(key: string): number | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#times[slot];
  }

  set(key: string, time: number, now: number): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) {
      this.#times[slot] = time;
      return;
    }
    this.#sweep(now);
    while (this.#keys.length >= this.#keysMax()) this.#remove(this.#leastUsed());
    this.#slots.set(key, this.#keys.length);
    this.#keys.push(key);
    this.#times.push(time);
  }

  #sweep(now: number): void {
    for (let i = 0; i < sweptPerKey && this.#keys.length > 0; i++) {
      if (this.#hand >= this.#keys.length) this.#hand = 0;
      if ((this.#times[this.#hand] ?? 0) <= now) this.#remove(this.#hand);
      else this.#hand++;
    }
  }

  #leastUsed(): number {
    let least = this.#anySlot();
    for (let i = 1; i < sampled; i++) {
      const slot = this.#anySlot();
      if ((this.#times[slot] ?? 0) < (this.#times[least] ?? 0)) least = slot;
    }
    return least;
  }

  #anySlot(): number {
    return Math.floor(this.#random() * this.#keys.length);
  }

  /** The last one takes its place. */
  #remove(slot: number): void {
    const [key, lastKey, lastTime] = [this.#keys[slot], this.#keys.pop(), this.#times.pop()];
    if (key === undefined || lastKey === undefined || lastTime === undefined) return;
    this.#slots.delete(key);
    if (key === lastKey) return;
    this.#keys[slot] = lastKey;
    this.#times[slot] = lastTime;
    this.#slots.set(lastKey, slot);
  }
}
