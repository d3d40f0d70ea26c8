import type { Ending, Member } from './member.js';
import { createRestarts } from './restarts.js';

/** The workers of a gateway: as many as there are to be, whatever happens to them. */
export interface Fleet {
  /** Those that have not ended, those that serve first. */
  readonly members: readonly Member[];
  /** Starts one, and when that is ready the others. What the first is ready to serve, or how it has ended. */
  start(): Promise<{ readonly announcement: unknown } | Ending>;
  /**
   * Replaces all workers one after another, each by one that is ready. Why that ended early, where it has. What asks
   * during a roll gets the next: workers that are new by then have begun with what was there before.
   */
  roll(): Promise<string | undefined>;
  /** All end what is under way. */
  drain(): Promise<void>;
  killAll(): void;
  /** Resolves when no worker can be kept: how the last one has ended. */
  readonly hopeless: Promise<Ending>;
}

/** What a fleet is made with. */
export interface FleetOptions {
  readonly count: number;
  readonly startMember: () => Member;
  /** A worker that drains is killed after that time. */
  readonly drainTimeoutMs: number;
  readonly warn: (text: string) => void;
}

export function createFleet({ count, startMember, drainTimeoutMs, warn }: FleetOptions): Fleet {
  const members = new Set<Member>();
  /** Those in whose places others are being started. */
  const leaving = new Set<Member>();
  const restarts = createRestarts();
  let ending = false;
  let rolling: Promise<string | undefined> = Promise.resolve(undefined);
  let nextRoll: Promise<string | undefined> | undefined;
  let giveUp: (how: Ending) => void = () => undefined;
  const hopeless = new Promise<Ending>((resolve) => {
    giveUp = resolve;
  });

  const launch = (): Member => {
    const member = startMember();
    members.add(member);
    void member.over.then(() => members.delete(member));
    return member;
  };

  /** From now on its place is filled again when it ends. */
  const keep = (member: Member): Member => {
    void member.over.then((how) => {
      if (!how.wanted && !ending && !leaving.delete(member)) replace(member, how);
    });
    return member;
  };

  const replace = ({ pid }: Member, how: Ending): void => {
    const restart = restarts.ended(how.servedMs, ![...members].some(({ state }) => state === 'ready'));
    if (restart.kind === 'hopeless') {
      giveUp(how);
      return;
    }
    const when = restart.delayMs === 0 ? 'now' : `in ${restart.delayMs} ms`;
    warn(`worker ${pid} has ended (${how.how}); another one starts ${when}`);
    // Held by the event loop: there may be nothing else that keeps the process.
    setTimeout(() => {
      if (ending) return;
      const next = keep(launch());
      void next.ready.then((how) => {
        if (!('how' in how)) warn(`worker ${next.pid} serves in place of worker ${pid}`);
      });
    }, restart.delayMs);
  };

  const rollAll = async (): Promise<string | undefined> => {
    for (const old of [...members]) {
      if (ending) return undefined;
      if (old.state === 'over') continue;
      const next = launch();
      leaving.add(old);
      const ready = await next.ready;
      if ('how' in ready) {
        // Where it has ended meanwhile nobody has its place.
        if (!leaving.delete(old)) replace(old, await old.over);
        return `a new worker has ended before it was ready (${ready.how})`;
      }
      keep(next);
      old.drain(drainTimeoutMs);
      await old.over;
      leaving.delete(old);
    }
    return undefined;
  };

  return {
    get members() {
      const isReady = ({ state }: Member): number => (state === 'ready' ? 0 : 1);
      return [...members].sort((a, b) => isReady(a) - isReady(b));
    },
    async start() {
      const first = keep(launch());
      const ready = await first.ready;
      if ('how' in ready) return ready;
      const others = Array.from({ length: count - 1 }, () => keep(launch()));
      await Promise.all(others.map((member) => member.ready));
      return ready;
    },
    roll() {
      nextRoll ??= rolling.then(() => {
        nextRoll = undefined;
        rolling = rollAll();
        return rolling;
      });
      return nextRoll;
    },
    async drain() {
      ending = true;
      const all = [...members];
      for (const member of all) {
        if (member.state === 'starting') member.kill();
        else member.drain(drainTimeoutMs);
      }
      await Promise.all(all.map((member) => member.over));
    },
    killAll() {
      ending = true;
      for (const member of members) member.kill();
    },
    hopeless,
  };
}
