import type { Socket } from 'node:net';
import type { LocalStatus } from '../local-outcome.js';
import { brokenConnection, garbage, headersTooLarge, ourFault, unavailable } from './call-status.js';
import type { ClientCall } from './client-call.js';
import type { ConnectionOptions, ConnectionOwner } from './connection-owner.js';
import { ConnectionError, ErrorCode } from './error-code.js';
import { FloodGuard } from './flood-guard.js';
import { ReceiveWindow } from './flow-control.js';
import { type FrameHandler, FrameReader } from './frame-reader.js';
import { Keepalive } from './keepalive.js';
import { Output } from './output.js';
import { connectionWindowBytes, streamWindowBytes, writePreface } from './preface.js';
import { ResponseHeadReader } from './response-head-reader.js';
import { SendQueue } from './send-queue.js';
import { applySettings, initialPeerSettings } from './settings.js';
import { Stream, type StreamHost } from './stream.js';
import { StreamTable } from './stream-table.js';

/** How often a connection is looked at: for death, idleness, and SETTINGS that nobody acknowledged. */
const checkMs = 5_000;
const settingsTimeoutMs = 10_000;

/** Of one DATA frame, whatever the server allows: others wait for its end, and the socket holds it whole. */
const contentFrameBytesMax = 64 * 1024;

/** The time that a last GOAWAY gets to leave. */
const lingerMs = 1_000;

/**
 * One connection, from dialling to its end (RFC 9113):
 *
 *     connecting → ready → draining → closed
 *
 * `ready` with the server's SETTINGS; `draining` after its GOAWAY, after the last stream id or when it has
 * been idle; `closed` from any of them. Frames of one turn of the event loop leave in one write.
 */
export class Connection implements FrameHandler, StreamHost {
  #state: 'connecting' | 'ready' | 'draining' | 'closed' = 'connecting';
  readonly #options: ConnectionOptions;
  readonly #owner: ConnectionOwner;
  readonly #output = new Output(() => this.#flushed());
  readonly #reader: FrameReader;
  readonly #responses: ResponseHeadReader;
  readonly #flood: FloodGuard;
  readonly #keepalive: Keepalive;
  readonly #abort = new AbortController();
  readonly #streams = new StreamTable();
  readonly #queue = new SendQueue(this.#output);
  readonly #receiveWindow = new ReceiveWindow(connectionWindowBytes);
  /** What may come of streams that have ended, with some to spare. */
  #crossingBytesLeft = connectionWindowBytes;
  #peer = initialPeerSettings;
  #socket: Socket | undefined;
  /** The newest stream of which anything has been given to the socket. */
  #flushedId = 0;
  #lastStreamOfPeer = Number.POSITIVE_INFINITY;
  #wasIdle = false;
  #settingsSentAt: number | undefined;
  #stopTimer: () => void;
  readonly #contentSent = (): void => this.#flood.earn();

  /** Begins to connect at once. */
  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#reader = new FrameReader(this, options.headerListBytesMax);
    this.#responses = new ResponseHeadReader(options.headerListBytesMax);
    this.#flood = new FloodGuard(options.clock);
    this.#keepalive = new Keepalive(options.keepalive, options.clock.now());
    // Before anything that the server may say as soon as there is a socket.
    writePreface(this.#output.frames, options.headerListBytesMax);
    this.#stopTimer = options.clock.after(options.connectTimeoutMs, () => this.#end(unavailable));
    options
      .openSocket((bytes, length) => this.#receive(bytes, length), this.#abort.signal)
      .then(
        (socket) => this.#opened(socket),
        () => this.#end(unavailable),
      );
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Whether it takes no more calls and lets those it has come to their end. */
  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Whether one more call can be opened now. */
  get hasRoom(): boolean {
    return (
      this.#state === 'ready' &&
      this.#streams.size < this.#peer.concurrentStreamsMax &&
      !this.#output.isCongested
    );
  }

  /** Opens a stream for a call; only while there is room. `now` is the clock's. */
  open(call: ClientCall, now: number) {
    const { heads, streamIdMax } = this.#options;
    const timeoutMs = call.deadline === Number.POSITIVE_INFINITY ? undefined : call.deadline - now;
    const { path, metadata } = call.call;
    const isFirst = this.#streams.nextId === 1;
    const end = heads.encode(path, metadata, timeoutMs, call.outbox.isCompressing, isFirst);
    if (end === undefined) return call.fail(ourFault);
    if (heads.listBytes > this.#peer.headerListBytesMax) return call.fail(headersTooLarge);
    const id = this.#streams.nextId;
    const stream = new Stream(this, id, call, this.#peer.windowBytes, streamWindowBytes, now);
    this.#streams.add(stream);
    call.stream = stream;
    this.#output.frames.headers(id, heads.block, end, this.#peer.frameBytesMax);
    this.#output.schedule();
    this.want(stream);
    if (this.#streams.nextId > streamIdMax) this.#drain();
  }

  /** Closes at once; calls on it end with `status`. */
  close(status: LocalStatus): void {
    this.#fail(ErrorCode.NO_ERROR, status);
  }

  // What streams ask for.

  want(stream: Stream): void {
    this.#queue.serve(stream, Math.min(this.#peer.frameBytesMax, contentFrameBytesMax), this.#contentSent);
  }

  grant(stream: Stream, increment: number): void {
    this.#output.frames.windowUpdate(stream.id, increment);
    this.#output.schedule();
  }

  release(stream: Stream, errorCode: ErrorCode | undefined): void {
    this.#streams.delete(stream);
    this.#queue.delete(stream);
    if (this.#state === 'closed') return;
    if (errorCode !== undefined) {
      this.#output.frames.reset(stream.id, errorCode);
      this.#flood.reset();
      this.#crossingBytesLeft += streamWindowBytes;
      this.#output.schedule();
    }
    if (this.#state === 'draining') this.#closeWhenDone();
    else this.#owner.roomier(this);
  }

  suspect(since: number): void {
    if (this.#keepalive.suspect(since, this.#options.clock.now()) === 'ping') this.#ping();
  }

  // What the peer sends.

  data(id: number, bytes: Buffer, start: number, end: number, frameBytes: number, isLast: boolean) {
    if (!this.#receiveWindow.take(frameBytes)) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'more than the connection window');
    }
    this.#receiveWindow.release(frameBytes);
    const increment = this.#receiveWindow.grant();
    if (increment > 0) {
      this.#output.frames.windowUpdate(0, increment);
      this.#output.schedule();
    }
    this.#keepalive.forgiven();
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#crossingContent(id, frameBytes, start === end);
    if (start === end && !isLast) this.#flood.spend();
    else this.#flood.earn();
    if (isLast) this.#streams.ended(id);
    stream.receiveData(bytes, start, end, frameBytes, isLast);
  }

  headers(id: number, block: Buffer, start: number, end: number, isLast: boolean) {
    const fields = this.#responses.read(block, start, end);
    this.#keepalive.forgiven();
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#crossingContent(id, 0, true);
    // Informational responses may come without end.
    if (fields.httpStatus !== undefined && fields.httpStatus < 200) this.#flood.spend();
    else this.#flood.earn();
    if (isLast) this.#streams.ended(id);
    stream.receiveHeaders(fields, isLast);
  }

  reset(id: number, errorCode: number) {
    const stream = this.#streams.get(id);
    if (stream !== undefined) return stream.receiveReset(errorCode);
    this.#crossing(id);
  }

  settings(bytes: Buffer, start: number, end: number) {
    const before = this.#peer.windowBytes;
    this.#peer = applySettings(this.#peer, bytes, start, end);
    this.#requireReader();
    this.#output.frames.settingsAck();
    this.#output.schedule();
    if (this.#state === 'connecting') return this.#becomeReady();
    this.#flood.spend();
    const change = this.#peer.windowBytes - before;
    for (const stream of this.#streams.all()) {
      if (!stream.sendWindow.add(change)) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'INITIAL_WINDOW_SIZE overflows a window');
      }
      if (change > 0) this.#queue.add(stream);
    }
    this.#send();
    this.#owner.roomier(this);
  }

  settingsAck(): void {
    this.#flood.spend();
    this.#settingsSentAt = undefined;
  }

  ping(bytes: Buffer, start: number, isAck: boolean): void {
    this.#flood.spend();
    if (isAck) return;
    this.#requireReader();
    this.#output.frames.ping(bytes, start, true);
    this.#output.schedule();
  }

  goAway(lastStream: number, errorCode: number, debugData: Buffer): void {
    if (lastStream > this.#lastStreamOfPeer) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, 'GOAWAY takes back what it refused');
    }
    this.#flood.spend();
    this.#lastStreamOfPeer = lastStream;
    if (errorCode === ErrorCode.ENHANCE_YOUR_CALM && debugData.toString('latin1') === 'too_many_pings') {
      this.#owner.tooManyPings();
    }
    this.#drain();
    for (const stream of this.#streams.all()) {
      if (stream.id > lastStream) stream.refuse();
    }
  }

  windowUpdate(id: number, increment: number) {
    if (id === 0) {
      this.#flood.spend();
      if (!this.#queue.widen(increment)) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'the connection window overflows');
      }
      return this.#send();
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#crossing(id);
    this.#flood.spend();
    if (!stream.sendWindow.add(increment)) return stream.fail(garbage, ErrorCode.FLOW_CONTROL_ERROR);
    this.want(stream);
  }

  streamError(id: number, errorCode: ErrorCode) {
    const stream = this.#streams.get(id);
    if (stream !== undefined) return stream.fail(garbage, errorCode);
    this.#crossing(id);
  }

  ignored(): void {
    this.#flood.spend();
  }

  // The connection's own life.

  #opened(socket: Socket): void {
    if (this.#state === 'closed') return void socket.destroy();
    this.#socket = socket;
    this.#output.attach(socket);
    socket.on('end', () => this.#end(unavailable));
    socket.on('close', () => this.#end(unavailable));
    this.#settingsSentAt = this.#options.clock.now();
    this.#output.flush();
  }

  #becomeReady(): void {
    this.#stopTimer();
    this.#state = 'ready';
    this.#scheduleCheck();
    this.#owner.ready(this);
  }

  #receive(bytes: Buffer, length: number): void {
    if (this.#state === 'closed') return;
    this.#keepalive.read(this.#options.clock.now());
    try {
      this.#reader.push(bytes, length);
    } catch (error) {
      // Whatever a server can send, it must not end the process.
      const errorCode = error instanceof ConnectionError ? error.errorCode : ErrorCode.INTERNAL_ERROR;
      this.#fail(errorCode, this.#state === 'connecting' ? unavailable : brokenConnection);
    }
  }

  #scheduleCheck(): void {
    this.#stopTimer = this.#options.clock.after(checkMs, () => this.#check());
  }

  #check() {
    const now = this.#options.clock.now();
    const verdict = this.#keepalive.check(now, this.#streams.size);
    if (verdict === 'dead') return this.#fail(ErrorCode.NO_ERROR, unavailable);
    if (verdict === 'ping') this.#ping();
    if (verdict === 'idle') {
      this.#wasIdle = true;
      this.#drain();
    }
    if (this.#settingsSentAt !== undefined && now - this.#settingsSentAt >= settingsTimeoutMs) {
      return this.#fail(ErrorCode.SETTINGS_TIMEOUT, brokenConnection);
    }
    if (this.#state !== 'closed') this.#scheduleCheck();
  }

  #ping(): void {
    this.#output.frames.ping(Buffer.alloc(8), 0, false);
    this.#output.schedule();
  }

  #drain(): void {
    if (this.#state !== 'ready') return;
    this.#state = 'draining';
    this.#owner.draining(this);
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#streams.size === 0) this.#fail(ErrorCode.NO_ERROR, unavailable);
  }

  /** Says goodbye and closes. */
  #fail(errorCode: ErrorCode, status: LocalStatus): void {
    if (this.#state === 'closed') return;
    if (this.#socket !== undefined) {
      this.#output.frames.goAway(errorCode);
      this.#output.flush();
    }
    this.#end(status);
  }

  #end(status: LocalStatus): void {
    if (this.#state === 'closed') return;
    const wasUsed = this.#wasIdle || this.#streams.nextId > 1;
    const end = this.#state === 'connecting' ? 'unreached' : wasUsed ? 'used' : 'useless';
    this.#state = 'closed';
    this.#stopTimer();
    this.#reader.stop();
    this.#abort.abort();
    this.#closeSocket();
    for (const stream of this.#streams.all()) {
      if (stream.id > this.#flushedId) stream.refuse();
      else stream.fail(status, undefined);
    }
    this.#owner.closed(this, end);
  }

  #closeSocket(): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    const stopTimer = this.#options.clock.after(lingerMs, () => socket.destroy());
    socket.once('close', stopTimer);
    socket.destroySoon();
  }

  /** A frame that says something of a stream that has ended. */
  #crossing(id: number): void {
    this.#streams.requireOpened(id);
    this.#flood.cross();
  }

  /** HEADERS or DATA for one; of content there may be as much as the windows of streams that we have reset. */
  #crossingContent(id: number, frameBytes: number, isEmpty: boolean): void {
    this.#streams.requireOpenForPeer(id);
    this.#crossingBytesLeft -= frameBytes;
    if (this.#crossingBytesLeft < 0) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'content of streams that have ended');
    }
    if (isEmpty) this.#flood.cross();
  }

  /** Throws ConnectionError where a peer that reads nothing asks for more answers, however useful it is besides. */
  #requireReader(): void {
    if (this.#output.isOverfull) throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, 'answers unread');
  }

  #send(): void {
    this.#queue.run(Math.min(this.#peer.frameBytesMax, contentFrameBytesMax), this.#contentSent);
  }

  #flushed(): void {
    if (this.#state === 'closed') return;
    this.#flushedId = this.#streams.nextId - 2;
    if (this.#output.isCongested) return;
    this.#send();
    if (this.#state === 'ready') this.#owner.roomier(this);
  }
}
