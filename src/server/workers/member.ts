import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import type { Clock } from '../../clock.js';
import type { MemoryGuest } from '../../gate/index.js';
import type { Ask, OperationName } from '../admin/operation.js';
import { type Channel, openChannel } from './channel.js';
import { dialect, type ToPrimary, type ToWorker } from './message.js';

/** One worker, seen from its primary. */
export interface Member {
  readonly pid: number;
  /** A worker that is asked to end drains; one that is over has left nothing open. */
  readonly state: 'starting' | 'ready' | 'draining' | 'over';
  /** Asks the worker. Rejects when it has not answered within `askTimeoutMs`, or is over. */
  readonly ask: Ask;
  /** Whether it takes a connection now: one at a time, so that a busy one gets fewer. */
  readonly isFree: boolean;
  /** Hands a connection over. */
  give(socket: Socket): void;
  /** Lets it end by itself, and ends it when it has not within `timeoutMs`. */
  drain(timeoutMs: number): void;
  kill(): void;
  /** What it is ready to serve, or how it has ended before. */
  readonly ready: Promise<{ readonly announcement: unknown } | Ending>;
  readonly over: Promise<Ending>;
}

/** How a worker has ended. */
export interface Ending {
  /** "exit code 2", "signal SIGKILL" */
  readonly how: string;
  readonly exitCode: number | undefined;
  /** Since it was ready; undefined where it never was. */
  readonly servedMs: number | undefined;
  /** Whether it was asked to end. */
  readonly wanted: boolean;
}

/** What a worker is started with. */
export interface MemberOptions {
  /** What is run, and its arguments. */
  readonly main: string;
  readonly args: readonly string[];
  readonly secret: Uint8Array;
  readonly context: unknown;
  readonly guest: MemoryGuest;
  readonly clock: Clock;
  /** It may be free now. */
  readonly onFree: () => void;
  /** A connection that was to be handed over, and that it has not read a byte of: somebody else's now. */
  readonly onReturned: (socket: Socket) => void;
}

/** By it a process knows that it is a worker; its value is the descriptor of its channel. */
export const channelVariable = 'PROPYLON_WORKER_CHANNEL';
const channelDescriptor = 4;

/** A worker that has not answered an operator by then is left out. */
const askTimeoutMs = 1_000;
/** Whoever reloads reads all sources anew; whoever explains a request may make it. */
const longAskTimeoutMs = 90_000;
const takeLong: ReadonlySet<OperationName> = new Set(['reload', 'explain']);
/** A worker that no connection gets to has too many, and may have fewer after a while. */
const restMs = 100;

/** Starts a worker. */
export function startMember(options: MemberOptions): Member {
  const { main, args, clock, guest, onFree } = options;
  const child = fork(main, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    env: { ...process.env, [channelVariable]: String(channelDescriptor) },
  });
  let state: Member['state'] = 'starting';
  let wanted = false;
  let readyAt: number | undefined;
  let handedOver: Socket | undefined;
  let isResting = false;
  const asked = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let lastAsked = 0;
  const ready = later<{ readonly announcement: unknown } | Ending>();
  const over = later<Ending>();

  const receive = (message: ToPrimary): void => {
    switch (message.kind) {
      case 'question':
        channel.send({ kind: 'known', id: message.id, answer: guest.answer(message.name, message.args) });
        break;
      case 'telling':
        guest.hear(message.name, message.args);
        break;
      case 'taken':
        // The worker has its own hold of it.
        handedOver?.destroy();
        free();
        break;
      case 'lost': {
        const socket = handedOver;
        isResting = true;
        clock.after(restMs, () => {
          isResting = false;
          onFree();
        });
        free();
        if (socket !== undefined) options.onReturned(socket);
        break;
      }
      case 'ready':
        if (state !== 'starting') break;
        state = 'ready';
        readyAt = clock.now();
        ready.resolve({ announcement: message.announcement });
        onFree();
        break;
      case 'leaving':
        state = 'draining';
        break;
      case 'answer':
        settle(message.id)?.resolve(message.result);
        break;
      case 'failed':
        settle(message.id)?.reject(new Error(message.problem));
        break;
    }
  };
  const free = (): void => {
    handedOver = undefined;
    if (state === 'draining') channel.send({ kind: 'drain' });
    onFree();
  };
  const settle = (id: number) => {
    const waiting = asked.get(id);
    asked.delete(id);
    return waiting;
  };
  const channel: Channel<ToWorker> = openChannel(socketOf(child), receive);
  channel.send({
    kind: 'hello',
    dialect,
    secret: Buffer.from(options.secret).toString('base64'),
    context: options.context,
  });

  // What goes wrong between the processes shows in the end of the worker.
  child.on('error', () => undefined);
  // Not "exit": what it has sent before its end is read first.
  child.once('close', (code, signal) => {
    state = 'over';
    guest.leave();
    for (const { reject } of asked.values()) reject(new Error('The worker has ended.'));
    asked.clear();
    const ending: Ending = {
      how: signal === null ? `exit code ${code}` : `signal ${signal}`,
      exitCode: code ?? undefined,
      servedMs: readyAt === undefined ? undefined : clock.now() - readyAt,
      wanted,
    };
    ready.resolve(ending);
    over.resolve(ending);
    if (handedOver !== undefined) options.onReturned(handedOver);
  });

  const ask: Ask = (name, args) =>
    new Promise((resolve, reject) => {
      if (state === 'over') return reject(new Error('The worker has ended.'));
      lastAsked += 1;
      const id = lastAsked;
      const late = clock.after(takeLong.has(name) ? longAskTimeoutMs : askTimeoutMs, () =>
        settle(id)?.reject(new Error('A worker has not answered.')),
      );
      asked.set(id, {
        resolve(result) {
          late();
          // Made by `answers` of the same name.
          resolve(result as Awaited<ReturnType<typeof ask<typeof name>>>);
        },
        reject(error) {
          late();
          reject(error);
        },
      });
      channel.send({ kind: 'ask', id, name, args });
    });

  return {
    pid: child.pid ?? 0,
    get state() {
      return state;
    },
    ask,
    get isFree() {
      return state === 'ready' && handedOver === undefined && !isResting;
    },
    give(socket) {
      handedOver = socket;
      child.send('connection', socket, { keepOpen: true }, () => undefined);
      // Node drops a message whose connection cannot be opened over there, and says so to neither side.
      child.send('handed over', () => undefined);
    },
    drain(timeoutMs) {
      wanted = true;
      if (state === 'over') return;
      state = 'draining';
      // A connection goes another way than this message, which must not come before it.
      if (handedOver === undefined) channel.send({ kind: 'drain' });
      const late = clock.after(timeoutMs, () => child.kill('SIGKILL'));
      child.once('close', late);
    },
    kill() {
      wanted = true;
      child.kill('SIGKILL');
    },
    ready: ready.promise,
    over: over.promise,
  };
}

function socketOf({ stdio }: ChildProcess): Socket {
  const socket = stdio[channelDescriptor];
  // A pipe is one, in both directions.
  if (!(socket instanceof Socket)) throw new Error('A worker has no channel.');
  return socket;
}

function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
