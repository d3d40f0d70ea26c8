import { describe, expect, it } from 'vitest';
import { createFleet, type Fleet } from './fleet.js';
import type { Ending, Member } from './member.js';

/** A worker that does what it is told by the test. */
interface Puppet extends Member {
  becomeReady(): void;
  end(how: string, wanted?: boolean): void;
}

/** A value that somebody else will give. */
function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function puppet(pid: number): Puppet {
  let state: Member['state'] = 'starting';
  const ready = later<Awaited<Member['ready']>>();
  const over = later<Ending>();
  const end = (how: string, wanted = false): void => {
    if (state === 'over') return;
    state = 'over';
    const ending = { how, exitCode: undefined, servedMs: 5_000, wanted };
    ready.resolve(ending);
    over.resolve(ending);
  };
  return {
    pid,
    get state() {
      return state;
    },
    ask: () => Promise.reject(new Error('not here')),
    isFree: true,
    give: () => undefined,
    drain: () => end('exit code 0', true),
    kill: () => end('signal SIGKILL', true),
    ready: ready.promise,
    over: over.promise,
    becomeReady() {
      state = 'ready';
      ready.resolve({ announcement: pid });
    },
    end,
  };
}

/** Everything that is ready to happen. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

async function fleetOf(count: number): Promise<{ readonly fleet: Fleet; readonly started: Puppet[] }> {
  const started: Puppet[] = [];
  const fleet = createFleet({
    count,
    startMember() {
      const member = puppet(started.length);
      started.push(member);
      return member;
    },
    drainTimeoutMs: 1_000,
    warn: () => undefined,
  });
  const starting = fleet.start();
  started[0]?.becomeReady();
  await settled();
  for (const member of started) member.becomeReady();
  await starting;
  return { fleet, started };
}

const pids = ({ members }: Fleet): number[] => members.map(({ pid }) => pid).sort((a, b) => a - b);

describe('a roll', () => {
  it('replaces each worker by one that is ready', async () => {
    const { fleet, started } = await fleetOf(2);
    const rolled = fleet.roll();
    for (const pid of [2, 3]) {
      await settled();
      started[pid]?.becomeReady();
    }
    expect(await rolled).toBeUndefined();
    expect(pids(fleet)).toEqual([2, 3]);
  });

  it('fills the place of a worker that dies meanwhile once', async () => {
    const { fleet, started } = await fleetOf(1);
    const rolled = fleet.roll();
    await settled();
    started[0]?.end('signal SIGKILL');
    await settled();
    started[1]?.becomeReady();
    expect(await rolled).toBeUndefined();
    await settled();
    expect(pids(fleet)).toEqual([1]);
  });

  it('leaves no place empty where the new worker is no good and the old one dies', async () => {
    const { fleet, started } = await fleetOf(1);
    const rolled = fleet.roll();
    await settled();
    started[0]?.end('signal SIGKILL');
    started[1]?.end('exit code 2');
    expect(await rolled).toMatch('exit code 2');
    await settled();
    expect(pids(fleet)).toEqual([2]);
  });

  it('that is asked for during another comes behind it: what it is to renew has changed since', async () => {
    const { fleet, started } = await fleetOf(1);
    const first = fleet.roll();
    await settled();
    const [second, third] = [fleet.roll(), fleet.roll()];
    started[1]?.becomeReady();
    expect(await first).toBeUndefined();
    await settled();
    expect(started).toHaveLength(3);
    started[2]?.becomeReady();
    expect(await Promise.all([second, third])).toEqual([undefined, undefined]);
    expect(pids(fleet)).toEqual([2]);
  });
});
