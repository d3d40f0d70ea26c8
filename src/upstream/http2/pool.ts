import type { Clock } from '../../clock.js';
import { type BackoffOptions, backoffMs } from '../backoff.js';
import type { Connectivity } from '../transport.js';
import { shuttingDown, unprocessed } from './call-status.js';
import type { CallHost, ClientCall } from './client-call.js';
import { Connection } from './connection.js';
import type { ConnectionEnd, ConnectionOptions, ConnectionOwner } from './connection-owner.js';
import type { DeadlineWheel } from './deadline-wheel.js';
import type { RequestCompression } from './request-compression.js';

export interface PoolOptions extends ConnectionOptions {
  readonly backoff: BackoffOptions;
  /** From 0 to 1: spreads reconnections. */
  readonly random: () => number;
  /** Connections that take calls at a time, while all of them have as many streams as the server allows. */
  readonly connectionsMax: number;
  /** Calls that wait at a time; another fails at once. */
  readonly waitingCallsMax: number;
  /** Of one message, whatever a call allows. */
  readonly responseMessageBytesMax: number;
  readonly compression: RequestCompression;
  readonly wheel: DeadlineWheel;
}

/**
 * The connections to one endpoint, and the calls that wait for them. It has one connection while that has
 * room; calls beyond wait in line and let another be made.
 */
export class Pool implements CallHost, ConnectionOwner {
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  readonly responseMessageBytesMax: number;
  readonly compression: RequestCompression;
  readonly #options: PoolOptions;
  readonly #connections = new Set<Connection>();
  /** Calls without a stream, and since when. */
  readonly #waiting = new Map<ClientCall, number>();
  readonly #watchers = new Set<() => void>();
  #dialling: Connection | undefined;
  #failures = 0;
  /** Connections in a row that went before they were of use. */
  #useless = 0;
  #stopBackoff: (() => void) | undefined;
  #connectivity: Connectivity = 'idle';
  #isClosed = false;
  #keepaliveMs: number;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.wheel = options.wheel;
    this.responseMessageBytesMax = options.responseMessageBytesMax;
    this.compression = options.compression;
    this.#keepaliveMs = options.keepalive.intervalMs;
  }

  get connectivity(): Connectivity {
    return this.#connectivity;
  }

  /** Sockets open or being opened; calls with a stream; calls without. */
  get counts(): {
    readonly connections: number;
    readonly openStreams: number;
    readonly waitingCalls: number;
  } {
    let openStreams = 0;
    for (const connection of this.#connections) openStreams += connection.openStreams;
    return { connections: this.#connections.size, openStreams, waitingCalls: this.#waiting.size };
  }

  watch(changed: () => void): () => void {
    const watcher = (): void => changed();
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  connect(): void {
    if (!this.#isClosed && this.#connectivity === 'idle') this.#dial();
  }

  dispatch(call: ClientCall, now: number) {
    if (this.#isClosed) return call.fail(shuttingDown);
    if (this.#waiting.size === 0) {
      for (const connection of this.#connections) {
        if (connection.hasRoom) return connection.open(call, now);
      }
    }
    const isHopeless = this.#connectivity === 'failed' || this.#waiting.size >= this.#options.waitingCallsMax;
    // Not before the next turn: whoever tries again and again must let the connection come about.
    if (isHopeless) return void setImmediate(() => call.fail(unprocessed));
    this.#waiting.set(call, now);
    this.#dialIfShort();
  }

  forget(call: ClientCall): void {
    this.#waiting.delete(call);
  }

  /** Where calls wait because a peer takes nothing, it may be dead. */
  waitedInVain(call: ClientCall): void {
    const since = this.#waiting.get(call);
    if (since === undefined) return;
    for (const connection of this.#connections) if (connection.isReady) connection.suspect(since);
  }

  ready(connection: Connection): void {
    this.#dialling = undefined;
    if (this.#useless === 0) this.#failures = 0;
    this.#update();
    this.roomier(connection);
  }

  roomier(connection: Connection): void {
    if (this.#waiting.size === 0) return;
    for (const call of this.#waiting.keys()) {
      if (!connection.hasRoom) break;
      this.#waiting.delete(call);
      connection.open(call, this.clock.now());
    }
    this.#dialIfShort();
  }

  draining(connection: Connection): void {
    this.#update();
    // One without calls is about to be gone, and then it is time to see.
    if (connection.openStreams > 0) this.#dialIfShort();
  }

  closed(connection: Connection, end: ConnectionEnd): void {
    this.#connections.delete(connection);
    if (this.#dialling === connection) this.#dialling = undefined;
    if (this.#isClosed) return;
    this.#useless = end === 'useless' ? this.#useless + 1 : 0;
    // A server that lets nobody in is asked once more at once, and then with pauses.
    if (end === 'unreached' || this.#useless > 1) this.#pause();
    this.#update();
    // Whoever waited for this attempt has waited long enough.
    if (this.#connectivity === 'failed') {
      for (const call of [...this.#waiting.keys()]) call.fail(unprocessed);
    }
    this.#dialIfShort();
  }

  tooManyPings(): void {
    this.#keepaliveMs *= 2;
  }

  /** Closes all connections; calls end SHUTTING_DOWN. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopBackoff?.();
    for (const call of [...this.#waiting.keys()]) call.fail(shuttingDown);
    for (const connection of [...this.#connections]) connection.close(shuttingDown);
    this.wheel.close();
    this.#watchers.clear();
  }

  /** Connections that take calls, or will: those that go away may take as long as their last call. */
  get #takingCalls(): number {
    let count = 0;
    for (const connection of this.#connections) if (!connection.isDraining) count += 1;
    return count;
  }

  /** Makes one more connection for those who wait, if there may be one and none is on its way. */
  #dialIfShort(): void {
    if (this.#waiting.size > 0 && this.#dialling === undefined && this.#stopBackoff === undefined)
      this.#dial();
  }

  #dial(): void {
    if (this.#isClosed || this.#takingCalls >= this.#options.connectionsMax) return;
    const { keepalive, ...rest } = this.#options;
    const options = { ...rest, keepalive: { ...keepalive, intervalMs: this.#keepaliveMs } };
    const connection = new Connection(options, this);
    this.#connections.add(connection);
    this.#dialling = connection;
    this.#update();
  }

  #pause(): void {
    this.#failures += 1;
    const { backoff, random } = this.#options;
    this.#stopBackoff = this.clock.after(backoffMs(backoff, this.#failures, random()), () => {
      this.#stopBackoff = undefined;
      this.#update();
      this.#dialIfShort();
    });
  }

  #update(): void {
    let connectivity: Connectivity = 'idle';
    if ([...this.#connections].some((connection) => connection.isReady)) connectivity = 'ready';
    else if (this.#dialling !== undefined) connectivity = 'connecting';
    else if (this.#stopBackoff !== undefined) connectivity = 'failed';
    if (connectivity === this.#connectivity) return;
    this.#connectivity = connectivity;
    for (const watcher of [...this.#watchers]) watcher();
  }
}
