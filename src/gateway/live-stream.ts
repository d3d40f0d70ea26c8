import { Code, reasons, StatusError } from '../status/index.js';
import type { StreamPhase } from '../telemetry/index.js';
import type { StreamCall } from '../upstream/index.js';
import type { PreparedCall } from './call.js';
import { type Failure, failureOf, failureOfOutcome } from './errors.js';
import type { Run } from './run.js';

const phaseBits: Readonly<Record<StreamPhase, number>> = {
  'stream.first_message_in': 1,
  'stream.half_close': 2,
  'stream.first_message_out': 4,
  'stream.end': 8,
};

/**
 * A streaming call under watch: ended with an error of ours when nothing moves for `streamIdleTimeoutMs`,
 * when the caller's credentials expire or when the gateway shuts down. `release` must be called in the end.
 */
export class LiveStream {
  readonly call: StreamCall;
  readonly #run: Run;
  readonly #forget: () => void;
  readonly #onRelease: (() => void)[] = [];
  #stopped: StatusError | undefined;
  #movedAt: number;
  #cancelTimer: () => void = () => {};
  #cancelEnd: () => void = () => {};
  #released = false;
  #phases = 0;

  /** `reconnects`: whether the client connects again by itself when it is sent away. */
  constructor(run: Run, { transport, call }: PreparedCall, reconnects: boolean) {
    this.#run = run;
    this.call = transport.stream(call);
    this.#forget = run.streams.add((error) => this.stop(error), reconnects);
    this.#movedAt = run.clock.now();
    this.#watch(run.limits.streamIdleTimeoutMs);
    const { endsAt } = run.view;
    if (endsAt !== undefined) {
      this.#cancelEnd = run.clock.after(endsAt - run.clock.now(), () =>
        this.stop(new StatusError(Code.UNAUTHENTICATED, 'TOKEN_EXPIRED', reasons.TOKEN_EXPIRED)),
      );
    }
  }

  /** Something moved: a message either way, or a chunk of the request body. */
  touch(): void {
    this.#movedAt = this.#run.clock.now();
  }

  /** As StreamCall.next. */
  async next(): Promise<Uint8Array | undefined> {
    this.touch();
    const message = await this.call.next();
    this.touch();
    this.#phase(message === undefined ? 'stream.end' : 'stream.first_message_out');
    return message;
  }

  /** As StreamCall.send. */
  async send(message: Uint8Array): Promise<void> {
    this.touch();
    this.#phase('stream.first_message_in');
    await this.call.send(message);
    this.touch();
  }

  /** As StreamCall.end. */
  end(): void {
    this.#phase('stream.half_close');
    this.call.end();
  }

  /** Ends the call with an error of ours; `next` gives undefined then, and `failure` this error. */
  stop(error: StatusError): void {
    this.#stopped ??= error;
    this.call.cancel();
  }

  /** Why the call ended, or undefined for OK. For after `next` gave undefined. */
  async failure(): Promise<Failure | undefined> {
    if (this.#stopped !== undefined) return failureOf(this.#stopped, this.#run.requestId);
    const outcome = await this.call.outcome;
    return outcome.status.code === Code.OK ? undefined : failureOfOutcome(outcome, this.#run.names);
  }

  /** Something else to do at `release`. */
  onRelease(act: () => void): void {
    this.#onRelease.push(act);
  }

  /** Cancels what is left of the call, its timer and its registration. Idempotent. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#cancelTimer();
    this.#cancelEnd();
    this.#forget();
    this.call.cancel();
    for (const act of this.#onRelease) act();
  }

  /** Tells the trace, the first time. */
  #phase(phase: StreamPhase): void {
    const { span } = this.#run;
    if (span === undefined || (this.#phases & phaseBits[phase]) !== 0) return;
    this.#phases |= phaseBits[phase];
    span.event(phase);
  }

  /** One timer that looks when the stream last moved, instead of a new one for each message. */
  #watch(delayMs: number): void {
    this.#cancelTimer = this.#run.clock.after(delayMs, () => {
      const restMs = this.#movedAt + this.#run.limits.streamIdleTimeoutMs - this.#run.clock.now();
      if (restMs > 0) this.#watch(restMs);
      else this.stop(new StatusError(Code.DEADLINE_EXCEEDED, 'STREAM_IDLE', reasons.STREAM_IDLE));
    });
  }
}
