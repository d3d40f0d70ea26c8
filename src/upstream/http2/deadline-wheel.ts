import type { Clock } from '../../clock.js';

/** A place in one of the wheel's lists; undefined neighbours when in none. Only the wheel writes to it. */
export interface WheelLink {
  wheelNext: WheelLink | undefined;
  wheelPrevious: WheelLink | undefined;
}

/** Something that expires. */
export interface Timed extends WheelLink {
  /** Point on the clock; must not change while on the wheel. */
  readonly deadline: number;
  /** Called once, off the wheel, when the deadline has passed. */
  expire(): void;
}

/** Deadlines are met to within this time, late and never early. */
const tickMs = 10;
/** One round is ten seconds: most deadlines are nearer, those farther away are passed over once a round. */
const slotCount = 1024;

/**
 * All deadlines of a transport on one timer. Adding and removing cost the same however many there are, and
 * the timer is set anew only for a deadline nearer than any before: calls that end in time leave it alone.
 */
export class DeadlineWheel {
  readonly #clock: Clock;
  /** A deadline lies in the slot of the first tick that is not before it. */
  readonly #slots: readonly WheelLink[] = Array.from({ length: slotCount }, emptyLink);
  readonly #due = emptyLink();
  /** The last tick that was looked through. */
  #tick = 0;
  #size = 0;
  #wakeTick = Number.POSITIVE_INFINITY;
  #cancelTimer = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines waited for. */
  get size(): number {
    return this.#size;
  }

  /** Takes on what is not on the wheel and expires in the future. */
  add(timed: Timed): void {
    const tick = Math.ceil(timed.deadline / tickMs);
    insertAfter(this.#slot(tick), timed);
    this.#size += 1;
    if (tick < this.#wakeTick) this.#wakeAt(tick);
  }

  /** Takes off what may be on the wheel. */
  remove(timed: Timed): void {
    if (timed.wheelPrevious === undefined) return;
    takeOut(timed);
    this.#size -= 1;
  }

  /** Stops the timer; nothing expires any more. */
  close(): void {
    this.#cancelTimer();
    this.#wakeTick = Number.POSITIVE_INFINITY;
  }

  #slot(tick: number): WheelLink {
    const slot = this.#slots[tick % slotCount];
    if (slot === undefined) throw new RangeError('a deadline is a number');
    return slot;
  }

  #wakeAt(tick: number): void {
    this.#cancelTimer();
    this.#wakeTick = tick;
    this.#cancelTimer = this.#clock.after(tick * tickMs - this.#clock.now(), () => this.#turn());
  }

  #turn(): void {
    const now = Math.floor(this.#clock.now() / tickMs);
    // Moved aside first: whatever expires may take others off.
    for (let tick = Math.max(this.#tick + 1, now - slotCount + 1); tick <= now; tick++) {
      for (const timed of membersOf(this.#slot(tick))) {
        if (timed.deadline > now * tickMs) continue;
        takeOut(timed);
        insertAfter(this.#due, timed);
      }
    }
    this.#tick = Math.max(this.#tick, now);
    this.#wakeTick = Number.POSITIVE_INFINITY;
    for (let first = this.#due.wheelNext; first !== undefined; first = this.#due.wheelNext) {
      const timed = first as Timed;
      this.remove(timed);
      timed.expire();
    }
    if (this.#size > 0) this.#wakeAt(this.#nextTick());
  }

  /** The tick of the nearest deadline; one round ahead at the most. */
  #nextTick(): number {
    for (let tick = this.#tick + 1; tick < this.#tick + slotCount; tick++) {
      for (const timed of membersOf(this.#slot(tick))) {
        if (timed.deadline <= tick * tickMs) return tick;
      }
    }
    return this.#tick + slotCount;
  }
}

function emptyLink(): WheelLink {
  return { wheelNext: undefined, wheelPrevious: undefined };
}

/** Heads of lists are bare links; everything behind them was put there by `add`. */
function* membersOf(head: WheelLink): Generator<Timed> {
  for (let link = head.wheelNext; link !== undefined; ) {
    const next: WheelLink | undefined = link.wheelNext;
    yield link as Timed;
    link = next;
  }
}

function insertAfter(head: WheelLink, link: WheelLink): void {
  link.wheelNext = head.wheelNext;
  link.wheelPrevious = head;
  if (head.wheelNext !== undefined) head.wheelNext.wheelPrevious = link;
  head.wheelNext = link;
}

function takeOut(link: WheelLink): void {
  if (link.wheelPrevious !== undefined) link.wheelPrevious.wheelNext = link.wheelNext;
  if (link.wheelNext !== undefined) link.wheelNext.wheelPrevious = link.wheelPrevious;
  link.wheelNext = undefined;
  link.wheelPrevious = undefined;
}
