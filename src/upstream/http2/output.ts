import type { Socket } from 'node:net';
import { FrameWriter } from './frame-writer.js';

/** What may wait in the socket before streams have to: as much again is in the kernel. */
const waitingBytesMax = 256 * 1024;

/** Content and what calls need stay below this: more is answers that a peer asks for and does not read. */
const owedBytesMax = 1024 * 1024;

/** The way out of a connection: frames of one turn of the event loop leave in one write. */
export class Output {
  readonly frames = new FrameWriter();
  readonly #flushed: () => void;
  #socket: Socket | undefined;
  #isScheduled = false;
  readonly #flushSoon = (): void => this.flush();

  /** `flushed` is called after each write, and when a socket that was behind has caught up. */
  constructor(flushed: () => void) {
    this.#flushed = flushed;
  }

  /** Frames that were collected before leave with the first flush after this. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('drain', this.#flushed);
  }

  /** Whether the socket is so far behind that content has to wait. */
  get isCongested(): boolean {
    return this.#waitingBytes >= waitingBytesMax;
  }

  /** Whether it is so far behind that the peer should be answered no more. */
  get isOverfull(): boolean {
    return this.#waitingBytes >= owedBytesMax;
  }

  get #waitingBytes(): number {
    return this.frames.bytes + (this.#socket?.writableLength ?? 0);
  }

  /** Writes what has been collected when this turn has collected everything. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Not a microtask: those run after each request of a turn, and each would cost a write of its own.
    setImmediate(this.#flushSoon);
  }

  /** Writes what has been collected now. */
  flush(): void {
    this.#isScheduled = false;
    const socket = this.#socket;
    if (socket === undefined || this.frames.bytes === 0) return;
    const pieces = this.frames.take();
    if (!socket.writable) return;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) {
      socket.write(first);
    } else {
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    }
    // The kernel has taken it all: nobody looks at the buffer any more.
    if (socket.writableLength === 0) this.frames.reuse();
    this.#flushed();
  }
}
