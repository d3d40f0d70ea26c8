/** No window may be larger (RFC 9113 §6.9.1). */
export const windowBytesMax = 0x7fff_ffff;

/** What each window is before anything is said (RFC 9113 §6.9.2). */
export const windowBytesInitial = 65_535;

/** What the peer lets us send, on one stream or the connection; below zero when it has taken back what it gave. */
export class SendWindow {
  #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Uses up room for what is sent. */
  use(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** WINDOW_UPDATE, or a change of the peer's initial size; false when the window would be larger than any may be. */
  add(bytes: number): boolean {
    if (this.#bytes + bytes > windowBytesMax) return false;
    this.#bytes += bytes;
    return true;
  }
}

/** What we let the peer send. Room is given back in pieces of half the window, so that few frames say so. */
export class ReceiveWindow {
  readonly #size: number;
  /** What the peer may still send. */
  #room: number;
  /** Read, and not yet given back. */
  #owed = 0;

  /** `size`: what has been announced to the peer for this window. */
  constructor(size: number) {
    this.#size = size;
    this.#room = size;
  }

  /** Counts what arrived; false when the peer has sent more than it may. */
  take(bytes: number): boolean {
    this.#room -= bytes;
    return this.#room >= 0;
  }

  /** Notes that bytes have been read. */
  release(bytes: number): void {
    this.#owed += bytes;
  }

  /** The increment to announce now, or 0 while it is not worth a frame. */
  grant(): number {
    if (this.#owed * 2 < this.#size) return 0;
    const increment = this.#owed;
    this.#owed = 0;
    this.#room += increment;
    return increment;
  }
}
