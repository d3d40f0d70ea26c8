import type { Metadata, Outcome } from '../../status/index.js';
import { type LocalStatus, noMetadata } from '../local-outcome.js';
import { garbage, statusOfHttp, statusOfReset, tooLarge } from './call-status.js';
import type { ClientCall } from './client-call.js';
import { ErrorCode } from './error-code.js';
import { ReceiveWindow, SendWindow } from './flow-control.js';
import { MessageReader, type MessageSink } from './grpc-message.js';
import type { ResponseFields } from './response-fields.js';

/** What a stream asks of its connection. */
export interface StreamHost {
  /** The stream has something to send: it is written as windows and socket allow. */
  want(stream: Stream): void;
  /** Lets the server send `increment` bytes more on the stream. */
  grant(stream: Stream, increment: number): void;
  /** The stream has ended; with an error code unless both sides have ended it properly. */
  release(stream: Stream, errorCode: ErrorCode | undefined): void;
  /** A call waited in vain since then: is the connection alive? */
  suspect(since: number): void;
}

/** One attempt of a call: the states of RFC 9113 §5.1 as far as a client that half-closes sees them. */
export class Stream implements MessageSink {
  readonly id: number;
  readonly call: ClientCall;
  readonly sendWindow: SendWindow;
  /** When it was opened, on the clock. */
  readonly openedAt: number;
  readonly #host: StreamHost;
  readonly #receiveWindow: ReceiveWindow;
  #reader: MessageReader | undefined;
  #headers: Metadata = noMetadata;
  #contentLeft = Number.POSITIVE_INFINITY;
  #isReleased = false;

  constructor(
    host: StreamHost,
    id: number,
    call: ClientCall,
    sendBytes: number,
    receiveBytes: number,
    openedAt: number,
  ) {
    this.#host = host;
    this.id = id;
    this.call = call;
    this.sendWindow = new SendWindow(sendBytes);
    this.#receiveWindow = new ReceiveWindow(receiveBytes);
    this.openedAt = openedAt;
  }

  /** Sends what waits, as far as there is room. */
  pump(): void {
    if (!this.#isReleased) this.#host.want(this);
  }

  /** Tells the server that it may go on, if the call wants more and it is worth a frame. */
  grant(): void {
    if (this.#isReleased || !this.call.events.wantsMore) return;
    const increment = this.#receiveWindow.grant();
    if (increment > 0) this.#host.grant(this, increment);
  }

  suspect(): void {
    this.#host.suspect(this.openedAt);
  }

  /** Nobody waits for the stream any more. */
  abandon(errorCode: ErrorCode): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#host.release(this, errorCode);
  }

  /** HEADERS: informational ones, the response's, or trailers (RFC 9113 §8.1, §8.1.1). */
  receiveHeaders(fields: ResponseFields, isLast: boolean) {
    const { httpStatus, acceptEncoding } = fields;
    if (acceptEncoding !== undefined) this.call.heardEncodings(acceptEncoding);
    if (fields.isMalformed) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
    if (this.#reader !== undefined) {
      if (httpStatus !== undefined || !isLast) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
      return this.#trailers(fields, false);
    }
    if (httpStatus === undefined) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
    if (httpStatus < 200) {
      // 101 has no meaning in HTTP/2 (RFC 9113 §8.6).
      if (isLast || httpStatus === 101) this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (isLast) {
      if ((fields.contentLength ?? 0) > 0) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
      if (fields.contentType === 'other') return this.#end(statusOfHttp(httpStatus), undefined);
      return this.#trailers(fields, true, httpStatus);
    }
    // A page of some proxy: nobody's metadata, and nothing to be read as messages.
    if (fields.contentType !== 'grpc' || httpStatus !== 200) {
      return this.#end(statusOfHttp(httpStatus), ErrorCode.CANCEL);
    }
    this.#headers = fields.metadata;
    this.#contentLeft = fields.contentLength ?? Number.POSITIVE_INFINITY;
    this.#reader = new MessageReader(this, this.call.responseMessageBytesMax, fields.encoding);
    this.call.answered(fields.metadata);
  }

  /** DATA. `frameBytes` includes padding. */
  receiveData(bytes: Buffer, start: number, end: number, frameBytes: number, isLast: boolean) {
    if (!this.#receiveWindow.take(frameBytes)) return this.#end(garbage, ErrorCode.FLOW_CONTROL_ERROR);
    const reader = this.#reader;
    if (reader === undefined) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
    this.#contentLeft -= end - start;
    if (this.#contentLeft < 0) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
    this.#receiveWindow.release(frameBytes);
    reader.push(bytes, start, end);
    if (this.#isReleased) return;
    // gRPC ends with trailers.
    if (isLast) return this.#end(garbage, undefined);
    this.grant();
  }

  /** RST_STREAM. */
  receiveReset(errorCode: number): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#host.release(this, undefined);
    if (errorCode === ErrorCode.REFUSED_STREAM && this.#reader === undefined) this.call.refused();
    else this.call.fail(statusOfReset(errorCode));
  }

  /** The server has not processed the stream, or nothing of it was sent. */
  refuse(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#host.release(this, undefined);
    this.call.refused();
  }

  /** The connection ends the stream: with an error code when the server has to hear of it. */
  fail(status: LocalStatus, errorCode: ErrorCode | undefined): void {
    this.#end(status, errorCode);
  }

  message(binary: Buffer): void {
    if (!this.#isReleased) this.call.events.message(binary);
  }

  unreadable(problem: 'too large' | 'malformed'): void {
    this.#end(problem === 'too large' ? tooLarge : garbage, ErrorCode.CANCEL);
  }

  #trailers(fields: ResponseFields, isOnly: boolean, httpStatus = 200) {
    const { status, retryPushbackMs } = fields;
    // A length that was announced and not met makes the answer malformed (RFC 9113 §8.1.1).
    const isShort = this.#contentLeft > 0 && this.#contentLeft !== Number.POSITIVE_INFINITY;
    if (isShort) return this.#end(garbage, ErrorCode.PROTOCOL_ERROR);
    if (status === undefined) return this.#end(statusOfHttp(httpStatus), undefined);
    if (status.code === 0 && this.#reader?.isBetweenMessages === false) return this.#end(garbage, undefined);
    const outcome: Outcome = { status, metadata: this.#headers, trailers: fields.metadata };
    this.#release(undefined);
    if (!isOnly && retryPushbackMs === undefined) return this.call.conclude(outcome);
    this.call.conclude({
      ...outcome,
      ...(isOnly ? { unanswered: true } : {}),
      ...(retryPushbackMs === undefined ? {} : { retryPushbackMs }),
    });
  }

  #end(status: LocalStatus, errorCode: ErrorCode | undefined): void {
    if (this.#isReleased) return;
    this.#release(errorCode);
    this.call.fail(status);
  }

  /** Where the server has ended its side and we have not, it hears that nothing more will come. */
  #release(errorCode: ErrorCode | undefined): void {
    this.#isReleased = true;
    const isOpen = !this.call.outbox.isEndSent;
    this.#host.release(this, errorCode ?? (isOpen ? ErrorCode.NO_ERROR : undefined));
  }
}
