import type { Clock } from '../../clock.js';
import { Code, type Metadata, type Outcome } from '../../status/index.js';
import { type LocalStatus, localOutcome, serverEarlyMs } from '../local-outcome.js';
import type { Call } from '../transport.js';
import { cancelled, deadlineExceeded, unprocessed } from './call-status.js';
import type { DeadlineWheel, Timed, WheelLink } from './deadline-wheel.js';
import { ErrorCode } from './error-code.js';
import { Outbox } from './outbox.js';
import type { RequestCompression } from './request-compression.js';
import type { Stream } from './stream.js';

/** What a call tells whoever made it; `end` comes last and once. */
export interface CallEvents {
  headers(metadata: Metadata): void;
  /** One response message, in memory of its own. */
  message(binary: Buffer): void;
  end(outcome: Outcome): void;
  /** Whether the server may go on sending. */
  readonly wantsMore: boolean;
}

/** What carries calls. */
export interface CallHost {
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  /** Of one message; a call may allow less. */
  readonly responseMessageBytesMax: number;
  readonly compression: RequestCompression;
  /** Gives a call a stream, now or later; or ends it. `now` is the clock's, read but now. */
  dispatch(call: ClientCall, now: number): void;
  /** A call that was waiting for a stream has ended. */
  forget(call: ClientCall): void;
  /** A call's deadline has passed before it had a stream. */
  waitedInVain(call: ClientCall): void;
}

/** One call, through all of its attempts: its request, its deadline and its end. */
export class ClientCall implements Timed {
  readonly call: Call;
  readonly events: CallEvents;
  readonly outbox: Outbox;
  readonly deadline: number;
  wheelNext: WheelLink | undefined = undefined;
  wheelPrevious: WheelLink | undefined = undefined;
  /** The attempt under way. */
  stream: Stream | undefined = undefined;
  readonly #host: CallHost;
  #headers: Metadata | undefined;
  #isEnded = false;
  #isRepeated = false;

  constructor(host: CallHost, call: Call, events: CallEvents) {
    this.#host = host;
    this.call = call;
    this.events = events;
    this.outbox = new Outbox(host.compression.isOn ? host.compression : undefined);
    this.deadline = call.deadline ?? Number.POSITIVE_INFINITY;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get responseMessageBytesMax(): number {
    return Math.min(this.call.responseMessageBytesMax, this.#host.responseMessageBytesMax);
  }

  /** What a server says of a deadline now is said of this one. */
  get #isAlmostLate(): boolean {
    return this.#host.clock.now() >= this.deadline - serverEarlyMs;
  }

  /** Sends the call on its way; may end it before it returns. */
  start() {
    const { signal } = this.call;
    if (signal.aborted) return this.stop(cancelled);
    const now = this.#host.clock.now();
    if (now >= this.deadline) return this.stop(deadlineExceeded);
    signal.addEventListener('abort', this);
    if (this.deadline !== Number.POSITIVE_INFINITY) this.#host.wheel.add(this);
    this.#host.dispatch(this, now);
  }

  /** Adds a message; `left` is called when it has left, or never will. */
  send(message: Uint8Array, left?: () => void) {
    if (this.#isEnded) return left?.();
    this.outbox.push(message, left);
    this.stream?.pump();
  }

  /** Half-closes. */
  sendEnd(): void {
    if (this.#isEnded) return;
    this.outbox.end();
    this.stream?.pump();
  }

  /** Ends the call with a status of ours, also for the server. */
  stop(status: LocalStatus, errorCode: ErrorCode = ErrorCode.CANCEL): void {
    if (this.#isEnded) return;
    const { stream } = this;
    this.fail(status);
    stream?.abandon(errorCode);
  }

  /** AbortSignal's event. */
  handleEvent(): void {
    this.stop(cancelled);
  }

  expire(): void {
    if (this.stream === undefined) this.#host.waitedInVain(this);
    else this.stream.suspect();
    this.stop(deadlineExceeded);
  }

  /** The stream's: what the server says that it reads. */
  heardEncodings(acceptEncoding: string): void {
    this.#host.compression.heard(acceptEncoding);
  }

  /** The stream's: response headers have come, and with them the one attempt that counts. */
  answered(metadata: Metadata): void {
    this.#headers = metadata;
    this.outbox.commit();
    this.events.headers(metadata);
  }

  /** The stream's: the server says that it did not process the call, or nothing of it was sent. */
  refused() {
    if (this.#isEnded) return;
    this.stream = undefined;
    if (this.#isRepeated || this.#headers !== undefined || !this.outbox.rewind())
      return this.fail(unprocessed);
    this.#isRepeated = true;
    this.#host.dispatch(this, this.#host.clock.now());
  }

  /** The call ends with a status of ours; headers that have come stay. */
  fail(status: LocalStatus): void {
    // Servers keep deadlines too, and may be the first to show that one has passed.
    const isDeadline = status.code === Code.CANCELLED && status !== cancelled && this.#isAlmostLate;
    this.#finish(localOutcome(isDeadline ? deadlineExceeded : status, this.#headers));
  }

  /** The call ends with what the server says of it. */
  conclude(outcome: Outcome): void {
    const isDeadline = outcome.status.code === Code.DEADLINE_EXCEEDED && this.#isAlmostLate;
    if (isDeadline) this.fail(deadlineExceeded);
    else this.#finish(outcome);
  }

  #finish(outcome: Outcome): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.stream === undefined) this.#host.forget(this);
    this.stream = undefined;
    this.#host.wheel.remove(this);
    this.call.signal.removeEventListener('abort', this);
    this.outbox.close();
    this.events.end(outcome);
  }
}
