import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { systemClock } from '../../clock.js';
import { createSharedMemory } from '../../gate/index.js';
import { defaultLimits, type Limits } from '../../limits.js';
import { askAll } from '../admin/ask-all.js';
import { listenForOperators } from '../admin/listen.js';
import { defaultListen, type ListenOptions, portOf } from '../listen.js';
import { createFleet } from './fleet.js';
import { createHandover } from './handover.js';
import { type Ending, type Member, startMember } from './member.js';

/** What a primary is started with. */
export interface PrimaryOptions {
  readonly count: number;
  /** What a worker runs, and its arguments. */
  readonly main: string;
  readonly args: readonly string[];
  readonly listen: ListenOptions;
  readonly limits: Partial<Limits>;
  /** Plain data that all workers get. */
  readonly context: unknown;
  /** Told of workers that end and of rolls that come to nothing. */
  readonly warn: (text: string) => void;
}

/** A running primary. */
export interface Primary {
  /** What the workers serve, as the first of them has said it. */
  readonly announcement: unknown;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Has all workers reload what they serve, and say so themselves. Rejects where one of them has not answered. */
  reload(): Promise<void>;
  /** Replaces the workers one after another by ones that read code and configuration anew. Why it came to nothing, where it did. */
  roll(): Promise<string | undefined>;
  /** Takes no new connection; workers end what is under way, as a listener does. */
  close(): Promise<void>;
  /** Ends all workers at once. */
  kill(): void;
  /** Resolves when no worker can be kept: how the last one has ended. */
  readonly hopeless: Promise<Ending>;
}

/** Beyond what a worker takes to drain, for its last steps. */
const extraMs = 2_000;
/** For connections that were accepted before the end, and that no worker had been free for. */
const lastHandoversMs = 1_000;

/**
 * Starts the workers and, once they are ready, the listeners, both in this process, which serves nothing itself: it
 * hands connections over, keeps what workers remember together, and asks them what operators ask. Returns how the
 * first worker has ended where there is nothing to be ready for. Rejects with Node's own error when a port cannot be had.
 */
export async function startPrimary(options: PrimaryOptions): Promise<Primary | Ending> {
  const { count, warn } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const where = { ...defaultListen, ...options.listen };
  const clock = systemClock;
  const memory = createSharedMemory({ clock, random: Math.random, limits });
  const secret = randomBytes(32);
  const member = (): Member =>
    startMember({
      main: options.main,
      args: options.args,
      context: options.context,
      secret,
      guest: memory.join(),
      clock,
      onFree: () => handover.proceed(),
      onReturned: (socket) => handover.give(socket),
    });
  const drainTimeoutMs = limits.drainTimeoutMs + limits.drainQuietMs + extraMs;
  const fleet = createFleet({ count, startMember: member, drainTimeoutMs, warn });
  const handover = createHandover(() => fleet.members);

  const ready = await fleet.start();
  if ('how' in ready) {
    fleet.killAll();
    return ready;
  }
  const ask = askAll(() => fleet.members.filter(({ state }) => state !== 'starting').map((one) => one.ask));
  // Whatever is sent waits in the socket until a worker reads it.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket: Socket) => {
    socket.on('error', () => undefined);
    handover.give(socket);
  });
  const admin = await (async () => {
    server.listen(where.port, where.host);
    // Rejects on 'error'.
    await once(server, 'listening');
    const scheme = options.listen.tls === undefined ? 'http' : 'https';
    const clients = { scheme, host: where.host, port: portOf(server) } as const;
    return listenForOperators(ask, {
      host: where.adminHost,
      port: where.adminPort,
      clients,
      names: options.listen.adminNames,
      writes: options.listen.adminWrites,
    });
  })().catch((error: unknown) => {
    server.close();
    fleet.killAll();
    throw error;
  });

  const close = async (): Promise<void> => {
    // Readiness turns false, and each connection's next answer is its last; one that is stuck cannot help it.
    await ask('drain', undefined).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, limits.drainDelayMs));
    server.close();
    const deadline = clock.now() + lastHandoversMs;
    while (handover.waiting > 0 && clock.now() < deadline)
      await new Promise((resolve) => setImmediate(resolve));
    await fleet.drain();
    admin.close();
  };
  let closing: Promise<void> | undefined;
  return {
    announcement: ready.announcement,
    host: where.host,
    port: portOf(server),
    adminHost: where.adminHost,
    adminPort: admin.port,
    async reload() {
      await ask('reload', undefined);
    },
    roll: () => fleet.roll(),
    close() {
      closing ??= close();
      return closing;
    },
    kill: () => fleet.killAll(),
    hopeless: fleet.hopeless,
  };
}
