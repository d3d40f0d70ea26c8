import type { Socket } from 'node:net';
import type { Member } from './member.js';

/** Accepted connections on their way to workers. */
export interface Handover {
  /** To the next worker that is free. */
  give(socket: Socket): void;
  /** One of the workers may be free now. */
  proceed(): void;
  /** Connections that nobody has taken yet. */
  readonly waiting: number;
}

/** What waits beyond that is closed: connections of a flood, or of minutes without a worker. */
const waitingMax = 4_096;

/**
 * Connections go round among the workers that are free. One that is given back, because its worker has ended or could
 * not open it, goes again.
 */
export function createHandover(members: () => readonly Member[]): Handover {
  const waiting: Socket[] = [];
  let turn = 0;
  const nextFree = (): Member | undefined => {
    const all = members();
    for (let i = 0; i < all.length; i++) {
      turn = (turn + 1) % all.length;
      if (all[turn]?.isFree === true) return all[turn];
    }
    return undefined;
  };
  const proceed = (): void => {
    while (waiting.length > 0) {
      const member = nextFree();
      const socket = member && waiting.shift();
      if (socket === undefined) return;
      member?.give(socket);
    }
  };
  return {
    give(socket) {
      if (waiting.length >= waitingMax) return void socket.destroy();
      waiting.push(socket);
      proceed();
    },
    proceed,
    get waiting() {
      return waiting.length;
    },
  };
}
