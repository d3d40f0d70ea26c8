import { SendWindow, windowBytesInitial } from './flow-control.js';
import type { Output } from './output.js';
import type { Stream } from './stream.js';

/** The streams of a connection that have something to send: they take turns, a frame each. */
export class SendQueue {
  readonly #output: Output;
  /** Of the whole connection. */
  readonly #window = new SendWindow(windowBytesInitial);
  readonly #waiting = new Set<Stream>();
  #isRunning = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** A stream has something to send, or more room for it; nothing is sent before `run`. */
  add(stream: Stream): void {
    this.#waiting.add(stream);
  }

  delete(stream: Stream): void {
    this.#waiting.delete(stream);
  }

  /** WINDOW_UPDATE of the connection; false when the window would be larger than any may be. */
  widen(bytes: number): boolean {
    return this.#window.add(bytes);
  }

  /** As `add` and `run`; where nobody waits, without standing in line. */
  serve(stream: Stream, frameBytesMax: number, sent: () => void): void {
    const isAlone = this.#waiting.size === 0 && !this.#isRunning;
    if (!isAlone || this.#output.isCongested || this.#window.bytes <= 0) this.#waiting.add(stream);
    else {
      this.#isRunning = true;
      if (stream.call.outbox.hasBareEnd) this.#sendEnd(stream);
      if (stream.call.outbox.hasMessage) this.#sendFrame(stream, frameBytesMax, sent);
      this.#isRunning = false;
    }
    if (this.#waiting.size > 0) this.run(frameBytesMax, sent);
  }

  /** Sends as far as windows and socket allow; `sent` is called for each frame of content. */
  run(frameBytesMax: number, sent: () => void): void {
    // Messages that leave let their senders add others.
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Who is added again while this runs comes up again at its end.
    for (const stream of this.#waiting) {
      if (this.#output.isCongested) break;
      if (stream.call.outbox.hasBareEnd) this.#sendEnd(stream);
      if (!stream.call.outbox.hasMessage) this.#waiting.delete(stream);
      // Others may have a half-close to send, which needs no room.
      else if (this.#window.bytes > 0) this.#sendFrame(stream, frameBytesMax, sent);
    }
    this.#isRunning = false;
  }

  #sendEnd(stream: Stream): void {
    stream.call.outbox.writeEnd(this.#output.frames, stream.id);
    this.#output.schedule();
  }

  #sendFrame(stream: Stream, frameBytesMax: number, sent: () => void): void {
    const { outbox } = stream.call;
    this.#waiting.delete(stream);
    const room = Math.min(this.#window.bytes, stream.sendWindow.bytes, frameBytesMax);
    // It comes back with the WINDOW_UPDATE that it waits for.
    if (room <= 0) return;
    const used = outbox.write(this.#output.frames, stream.id, room);
    this.#window.use(used);
    stream.sendWindow.use(used);
    sent();
    this.#output.schedule();
    if (outbox.hasMessage || outbox.hasBareEnd) this.#waiting.add(stream);
  }
}
