import type { Clock } from '../../clock.js';
import type { Counter, Exceeded, Hit } from './counter.js';
import { remainingOf } from './rate.js';

/** Counts in this process alone. */
export class MemoryCounter implements Counter {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(hits: readonly Hit[]): Exceeded | undefined {
    const nowMs = Math.floor(this.#clock.now());
    const exceeded = this.#exceeded(hits, nowMs);
    if (exceeded !== undefined) return exceeded;
    for (const hit of hits) {
      const { limit, key, cost } = hit;
      const now = nowMs * limit.rate.unitsPerMs;
      const time = Math.max(limit.keys.get(key) ?? 0, now) + cost * limit.rate.interval;
      limit.keys.set(key, time, now);
      this.#say(hit, time - now);
    }
    return undefined;
  }

  look(hits: readonly Hit[]): Exceeded | undefined {
    const nowMs = Math.floor(this.#clock.now());
    const exceeded = this.#exceeded(hits, nowMs);
    if (exceeded !== undefined) return exceeded;
    for (const hit of hits) this.#say(hit, this.ahead(hit, nowMs) + hit.cost * hit.limit.rate.interval);
    return undefined;
  }

  giveBack(hits: readonly Hit[]): void {
    const nowMs = Math.floor(this.#clock.now());
    for (const { limit, key, cost } of hits) {
      const time = limit.keys.get(key);
      if (time !== undefined) {
        limit.keys.set(key, time - cost * limit.rate.interval, nowMs * limit.rate.unitsPerMs);
      }
    }
  }

  /** Units by which a key is ahead of now. */
  ahead({ limit, key }: Hit, nowMs = Math.floor(this.#clock.now())): number {
    return Math.max(0, (limit.keys.get(key) ?? 0) - nowMs * limit.rate.unitsPerMs);
  }

  /** Somebody else has counted: the key is so many units ahead of now. */
  learn({ limit, key }: Hit, ahead: number): void {
    const now = Math.floor(this.#clock.now()) * limit.rate.unitsPerMs;
    limit.keys.set(key, now + ahead, now);
  }

  #exceeded(hits: readonly Hit[], nowMs: number): Exceeded | undefined {
    let exceeded: Exceeded | undefined;
    for (const hit of hits) {
      const { unitsPerMs, interval, depth } = hit.limit.rate;
      const beyond = this.#note(hit, nowMs) + hit.cost * interval - depth;
      if (beyond > 0 && beyond / unitsPerMs > (exceeded?.waitMs ?? 0)) {
        exceeded = { limit: hit.limit, waitMs: beyond / unitsPerMs };
      }
    }
    return exceeded;
  }

  /** Says what is left, and returns by how much the key is ahead. */
  #note(hit: Hit, nowMs: number): number {
    const ahead = this.ahead(hit, nowMs);
    this.#say(hit, ahead);
    return ahead;
  }

  #say(hit: Hit, ahead: number): void {
    hit.remaining = remainingOf(hit.limit.rate, ahead);
    hit.resetMs = ahead / hit.limit.rate.unitsPerMs;
  }
}
