import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Clock, Random } from '../clock.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { RedisOptions } from './redis-options.js';
import { type ClientSettings, clientSettings, isReplyError } from './redis-settings.js';

/** Instead of a reply: Redis is away, did not answer in time, or refused the command. */
export const unavailable: unique symbol = Symbol('unavailable');
export type Reply<T> = T | typeof unavailable;

/** A Lua script, sent as a whole only to a Redis that does not know it yet. */
export interface RedisScript<T> {
  readonly lua: string;
  readonly sha1: string;
  /** Reads what the script returns: integers are numbers, strings Buffers, nil is null. Throws for anything unexpected. */
  readonly read: (reply: unknown) => T;
}

export function defineScript<T>(lua: string, read: (reply: unknown) => T): RedisScript<T> {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex'), read };
}

/**
 * The gateway's one connection to Redis, opened by the first command. Commands of one turn of the
 * event loop leave in one write. Nothing rejects, and nothing waits for a Redis that is known to be
 * away: a command that is not answered in time breaks the connection, whoever else waits on it is
 * told at once, and until there is another connection every command is `unavailable` on the spot.
 */
export interface RedisStore {
  /** Whether a command has a chance: false while Redis is known to be away. */
  readonly isUp: boolean;
  /** Since when it is away, on the clock's line; undefined while it is not. */
  readonly downSince: number | undefined;
  get(key: string): Promise<Reply<Buffer | undefined>>;
  /** Whether it was set: false only with `onlyNew`, where the key is there already. */
  set(
    key: string,
    value: Uint8Array | string,
    ttlMs: number,
    options?: { onlyNew: boolean },
  ): Promise<Reply<boolean>>;
  /** How many there were. */
  del(keys: readonly string[]): Promise<Reply<number>>;
  run<T>(
    script: RedisScript<T>,
    keys: readonly string[],
    args: readonly (string | number | Uint8Array)[],
  ): Promise<Reply<T>>;
  close(): void;
}

/** What a store is made with. */
export interface RedisHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (text: string, cause?: unknown) => void;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Connects nothing. Reports what cannot be read: a password, a certificate. */
export function createRedisStore(options: RedisOptions, host: RedisHost): RedisStore {
  return new Connection(options, host);
}

const reconnectDelayMsMin = 50;
const reconnectDelayMsMax = 2_000;
/** Those who come first wait so long for the first connection: a process that has just started is slow. */
const firstConnectionMs = 1_000;
/** What goes wrong with every command is said this often. */
const warningPauseMs = 10_000;

interface Pending {
  readonly sentAt: number;
  readonly giveUp: () => void;
}

class Connection implements RedisStore {
  readonly #host: RedisHost;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #settings: ClientSettings;
  /** In the order in which they were sent, which is that of the replies. */
  readonly #pending = new Set<Pending>();
  #state: 'unused' | 'opening' | 'up' | 'down' | 'closed' = 'unused';
  #client: Redis | undefined;
  #opened: Promise<void> | undefined;
  #downSince: number | undefined;
  #cause: unknown;
  #watching = false;
  #corked = false;
  #silentUntil = Number.NEGATIVE_INFINITY;

  constructor(options: RedisOptions, host: RedisHost) {
    this.#host = host;
    this.#prefix = options.keyPrefix ?? 'propylon:';
    this.#timeoutMs = options.timeout ?? 100;
    const pauseMs = (failures: number): number =>
      Math.min(reconnectDelayMsMax, reconnectDelayMsMin * 2 ** (failures - 1)) * (0.5 + host.random() / 2);
    this.#settings = clientSettings(options, pauseMs, host.report);
  }

  get isUp(): boolean {
    return this.#state !== 'down' && this.#state !== 'closed';
  }

  get downSince(): number | undefined {
    return this.#downSince;
  }

  get(key: string): Promise<Reply<Buffer | undefined>> {
    return this.#send(async (client) => (await client.getBuffer(this.#prefix + key)) ?? undefined);
  }

  set(
    key: string,
    value: Uint8Array | string,
    ttlMs: number,
    options?: { onlyNew: boolean },
  ): Promise<Reply<boolean>> {
    const name = this.#prefix + key;
    const ttl = Math.max(1, Math.ceil(ttlMs));
    const bytes =
      typeof value === 'string' ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
    return this.#send(async (client) => {
      const done =
        options?.onlyNew === true
          ? await client.set(name, bytes, 'PX', ttl, 'NX')
          : await client.set(name, bytes, 'PX', ttl);
      return done === 'OK';
    });
  }

  del(keys: readonly string[]): Promise<Reply<number>> {
    return this.#send((client) => client.del(keys.map((key) => this.#prefix + key)));
  }

  run<T>(
    { lua, sha1, read }: RedisScript<T>,
    keys: readonly string[],
    args: readonly (string | number | Uint8Array)[],
  ): Promise<Reply<T>> {
    const rest = [
      keys.length,
      ...keys.map((key) => this.#prefix + key),
      ...args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg) : arg)),
    ];
    return this.#send(async (client) => {
      const known = client.callBuffer('evalsha', [sha1, ...rest]);
      return read(
        await known.catch((error: unknown) => {
          if (!isReplyError(error, 'NOSCRIPT')) throw error;
          return client.callBuffer('eval', [lua, ...rest]);
        }),
      );
    });
  }

  close(): void {
    this.#state = 'closed';
    this.#giveUp();
    this.#client?.disconnect();
  }

  async #send<T>(command: (client: Redis) => Promise<T>): Promise<Reply<T>> {
    if (this.#state === 'unused') this.#opened = this.#open();
    if (this.#state === 'opening') await this.#opened;
    const client = this.#client;
    if (this.#state !== 'up' || client === undefined) return unavailable;
    this.#cork(client);
    return new Promise((resolve) => {
      const pending: Pending = { sentAt: this.#host.clock.now(), giveUp: () => resolve(unavailable) };
      this.#pending.add(pending);
      this.#watch();
      command(client).then(
        (reply) => {
          this.#pending.delete(pending);
          resolve(reply);
        },
        (error: unknown) => {
          this.#pending.delete(pending);
          // A connection that breaks speaks for itself.
          if (isReplyError(error)) this.#complain('Redis refuses a command.', error);
          resolve(unavailable);
        },
      );
    });
  }

  /** Resolves when the first attempt has come to an end, or has taken too long. */
  async #open(): Promise<void> {
    this.#state = 'opening';
    const { Redis } = await import('ioredis');
    if (this.#state !== 'opening') return;
    const client = new Redis(this.#settings);
    this.#client = client;
    await new Promise<void>((resolve) => {
      const late = this.#host.clock.after(Math.max(this.#timeoutMs, firstConnectionMs), () => {
        this.#down();
        resolve();
      });
      client.on('ready', () => {
        late();
        this.#up();
        resolve();
      });
      client.on('close', () => {
        late();
        this.#down();
        resolve();
      });
      client.on('error', (error) => {
        this.#cause = error;
      });
      client.connect().catch((error: unknown) => {
        this.#cause = error;
      });
    });
  }

  #up(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'down') this.#host.warn('Redis is back.');
    this.#state = 'up';
    this.#downSince = undefined;
    this.#cause = undefined;
  }

  #down(): void {
    if (this.#state === 'closed' || this.#state === 'down') return;
    this.#state = 'down';
    this.#downSince = this.#host.clock.now();
    this.#giveUp();
    this.#host.warn('Redis is away.', this.#cause);
  }

  #giveUp(): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const { giveUp } of pending) giveUp();
  }

  /** One timer for all commands: replies come in the order of the commands. */
  #watch(): void {
    const [oldest] = this.#pending;
    if (this.#watching || oldest === undefined) return;
    this.#watching = true;
    const { clock } = this.#host;
    clock.after(Math.max(oldest.sentAt + this.#timeoutMs - clock.now(), 1), () => {
      // Where it was this process that stood still, replies may lie in the socket: they are read first.
      setImmediate(() => {
        this.#watching = false;
        this.#judge();
      });
    });
  }

  #judge(): void {
    const [oldest] = this.#pending;
    const isLate = oldest !== undefined && this.#host.clock.now() - oldest.sentAt >= this.#timeoutMs;
    if (isLate && this.#state === 'up') {
      this.#cause = new Error(`no reply within ${this.#timeoutMs} ms`);
      this.#down();
      this.#client?.disconnect(true);
    } else {
      this.#watch();
    }
  }

  #cork({ stream }: Redis): void {
    if (this.#corked) return;
    this.#corked = true;
    stream.cork();
    setImmediate(() => {
      this.#corked = false;
      stream.uncork();
    });
  }

  #complain(text: string, cause: unknown): void {
    const now = this.#host.clock.now();
    if (now < this.#silentUntil) return;
    this.#silentUntil = now + warningPauseMs;
    this.#host.warn(text, cause);
  }
}
