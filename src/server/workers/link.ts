import { Socket } from 'node:net';
import type { QuestionName, Questions, SharedMemory } from '../../gate/index.js';
import type { Ask } from '../admin/operation.js';
import type { Clients } from '../serve-clients.js';
import { openChannel } from './channel.js';
import { channelVariable } from './member.js';
import { dialect, type ToPrimary, type ToWorker } from './message.js';

/** What a worker has of its primary. */
export interface PrimaryLink {
  /** What all workers remember together. */
  readonly memory: SharedMemory;
  /** What the starter of the primary has given it for its workers. */
  readonly context: unknown;
  /**
   * Serves the connections that the primary hands over, and answers what it asks; `announcement`, plain data, is what is
   * served. Resolves once it has been told to end, or the primary is gone, and what was under way is done.
   */
  serve(clients: Clients, announcement: unknown): Promise<'done' | 'orphaned'>;
}

/**
 * Finds the primary of this process; undefined where it is no worker. Rejects where the primary is of a version that
 * this one does not understand.
 */
export async function findPrimary(): Promise<PrimaryLink | undefined> {
  const descriptor = process.env[channelVariable];
  // Nor are processes that this one starts.
  delete process.env[channelVariable];
  if (descriptor === undefined || process.send === undefined) return undefined;
  // Of all processes the primary alone is told what to do with the others.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined);

  const asked = new Map<number, (answer: Questions[QuestionName]['answer'] | 'unavailable') => void>();
  let lastAsked = 0;
  let isGone = false;
  let ask: Ask | undefined;
  let hello: (message: Extract<ToWorker, { kind: 'hello' }>) => void = () => undefined;
  let leave: (how: 'done' | 'orphaned') => void = () => undefined;
  const leaving = new Promise<'done' | 'orphaned'>((resolve) => {
    leave = resolve;
  });
  const greeted = new Promise<Extract<ToWorker, { kind: 'hello' }>>((resolve) => {
    hello = resolve;
  });

  const answer = async ({ id, name, args }: Extract<ToWorker, { kind: 'ask' }>): Promise<void> => {
    try {
      if (ask === undefined) throw new Error('The worker is not ready.');
      // Given by whoever has asked for the operation of this name.
      channel.send({ kind: 'answer', id, result: await ask(name, args as never) });
    } catch (error) {
      channel.send({ kind: 'failed', id, problem: error instanceof Error ? error.message : String(error) });
    }
  };
  const channel = openChannel<ToWorker, ToPrimary>(new Socket({ fd: Number(descriptor) }), (message) => {
    switch (message.kind) {
      case 'hello':
        return hello(message);
      case 'ask':
        return void answer(message);
      case 'known':
        // Of the question of this id.
        asked.get(message.id)?.(message.answer as Questions[QuestionName]['answer']);
        asked.delete(message.id);
        return;
      case 'drain':
        return leave('done');
    }
  });
  process.once('disconnect', () => {
    isGone = true;
    for (const tell of asked.values()) tell('unavailable');
    asked.clear();
    leave('orphaned');
  });

  const { secret, context, dialect: spoken } = await greeted;
  if (spoken !== dialect) {
    throw new Error(
      'The running primary is of another version: restart the whole gateway instead of its workers.',
    );
  }
  const memory: SharedMemory = {
    secret: Buffer.from(secret, 'base64'),
    ask: (name, args) => {
      if (isGone) return Promise.resolve('unavailable');
      lastAsked += 1;
      const id = lastAsked;
      return new Promise((resolve) => {
        asked.set(id, resolve as never);
        channel.send({ kind: 'question', id, name, args });
      });
    },
    tell: (name, args) => channel.send({ kind: 'telling', name, args }),
  };
  return {
    memory,
    context,
    async serve(clients, announcement) {
      ask = clients.ask;
      // Nobody listens here; what checks on slow heads begins with this.
      clients.server.emit('listening');
      let hasCome = false;
      process.on('message', (_message, socket) => {
        if (!(socket instanceof Socket)) {
          if (!hasCome) channel.send({ kind: 'lost' });
          hasCome = false;
          return;
        }
        hasCome = true;
        channel.send({ kind: 'taken' });
        // As http.Server has its own.
        socket.allowHalfOpen = true;
        clients.server.emit('connection', socket);
      });
      process.once('SIGTERM', () => {
        channel.send({ kind: 'leaving' });
        leave('done');
      });
      channel.send({ kind: 'ready', announcement });
      const how = await leaving;
      await clients.drain();
      clients.server.close();
      if (how === 'done') await channel.end();
      return how;
    },
  };
}
