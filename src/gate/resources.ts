import type { Random, WallClock } from '../clock.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { Limits } from '../limits.js';
import { SharedPart } from '../shared-part.js';
import { type Meter, nullMeter } from '../telemetry/index.js';
import { createTrustedProxies, type TrustedProxies } from './address/trusted-proxies.js';
import { apiKeyNames } from './auth/api-key/api-keys.js';
import type { Authenticator } from './auth/authenticator.js';
import {
  type AuthHost,
  type AuthShared,
  authLimitsOf,
  createAuthenticator,
  createAuthShared,
} from './auth/create.js';
import { createIdentity, type Identity } from './auth/identity/identity.js';
import { type AnswerCache, createAnswerCache } from './cache/answer-cache.js';
import { createAnswerStore } from './idempotency/create.js';
import type { AnswerStore } from './idempotency/store.js';
import { type Concurrency, createConcurrency } from './limits/concurrency.js';
import { createRateLimits } from './limits/create.js';
import { LoopDelay } from './limits/loop-delay.js';
import type { RateLimits } from './limits/rate-limits.js';
import type { GateOptions } from './options.js';
import { createRedisStore, type RedisStore } from './redis.js';
import type { SharedMemory } from './shared/question.js';

/** What the gates of all methods share and what survives a reload: made once, by configuration. */
export interface GateResources {
  readonly options: GateOptions;
  readonly clock: WallClock;
  readonly random: Random;
  readonly limits: Limits;
  readonly warn: Warn;
  /** Told of decisions. */
  readonly meter: Meter;
  /** Of all providers, in the order of the configuration. */
  readonly authenticators: readonly Authenticator[];
  /** Whether anybody could be authenticated. */
  readonly hasProviders: boolean;
  /** What a fleet shares; undefined where no Redis is configured. */
  readonly redis?: RedisStore | undefined;
  /** Stored answers. */
  readonly cache: AnswerCache;
  /** Whether API keys may be in the query: then `$key` is a system parameter. */
  readonly keyInQuery: boolean;
  /** What backends learn of who calls. */
  readonly identity: Identity;
  /** Request header fields, in lower case, that no backend gets as clients sent them: credentials that end here, and the identity. */
  readonly ownNames: ReadonlySet<string>;
  /** Answers to requests with an Idempotency-Key. */
  readonly answers: AnswerStore;
  /** What is wrong with what the options name: files that are not there, keys that are none. */
  readonly diagnostics: readonly Diagnostic[];
  readonly proxies: TrustedProxies;
  readonly rateLimits: Pick<RateLimits, keyof RateLimits>;
  readonly concurrency: Pick<Concurrency, keyof Concurrency>;
  /** Of this process. */
  readonly loopDelay: LoopDelay;
  /**
   * Those of other options: whatever of them has the same configuration is the same, with all that it remembers. What
   * both have is closed when both are. Throws as `createGateResources` does.
   */
  renew(options: GateOptions, host: GateHost): GateResources;
  /** The policies of a load are in force: what is counted for limits of loads before it, and of no other, is forgotten. */
  settle(load: object): void;
  close(): Promise<void>;
}

/** Tells the operator what went wrong outside of any request: a file that cannot be read again, a store that is away. */
export type Warn = (text: string, cause?: unknown) => void;

/** What resources are made with. */
export interface GateHost {
  readonly clock: WallClock;
  readonly random: Random;
  readonly limits: Limits;
  readonly warn: Warn;
  /** Default: nobody counts. */
  readonly meter?: Meter | undefined;
  /** Of several processes that are one gateway; undefined where there is one. */
  readonly memory?: SharedMemory | undefined;
}

/** What of the resources has a state, and is shared with those that come of them. */
interface Parts {
  readonly redis: SharedPart<RedisStore | undefined>;
  readonly auth: SharedPart<AuthShared>;
  /** By the names of their providers. */
  readonly authenticators: ReadonlyMap<string, SharedPart<Authenticator>>;
  readonly identity: SharedPart<Identity>;
  readonly rateLimits: SharedPart<RateLimits>;
  readonly cache: SharedPart<AnswerCache>;
  readonly answers: SharedPart<AnswerStore>;
  readonly concurrency: SharedPart<Concurrency>;
  readonly loopDelay: SharedPart<LoopDelay>;
}

/**
 * Opens no connection before a step of a method needs it. What is wrong with the options is among the
 * `diagnostics`; only what no resources can be made of is thrown, as DiagnosticsError.
 */
export function createGateResources(options: GateOptions, host: GateHost): GateResources {
  return resourcesOf(options, host, undefined);
}

function resourcesOf(options: GateOptions, host: GateHost, before: Parts | undefined): GateResources {
  const proxies = createTrustedProxies(options.trustedProxies, options.requestIdsFrom);
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const held: SharedPart<unknown>[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(held.splice(0).map((part) => part.release()));
  };
  let parts: Parts;
  try {
    parts = partsOf(options, { ...host, report }, before, (part) => {
      held.push(part);
      return part;
    });
  } catch (error) {
    void close();
    throw error;
  }
  const authenticators = [...parts.authenticators.values()].map(({ value }) => value);
  const identity = parts.identity.value;
  const rateLimits = parts.rateLimits.value;
  const apiKeys = apiKeyNames(options.authentication);
  return {
    ...host,
    meter: host.meter ?? nullMeter,
    options,
    authenticators,
    hasProviders: authenticators.length > 0,
    proxies,
    keyInQuery: apiKeys.inQuery,
    identity,
    ownNames: new Set([...identity.reserved, ...apiKeys.headers]),
    redis: parts.redis.value,
    diagnostics,
    rateLimits,
    concurrency: parts.concurrency.value,
    loopDelay: parts.loopDelay.value,
    cache: parts.cache.value,
    answers: parts.answers.value,
    renew: (next, nextHost) => resourcesOf(next, nextHost, parts),
    settle: (load) => rateLimits.settle(load),
    close,
  };
}

// Not written where parts are made: a function made there holds what is there, which is the parts before, and theirs.
const closeStore = (store: RedisStore | undefined): unknown => store?.close();
const closeAuthenticator = (authenticator: Authenticator): unknown => authenticator.close();
const closeIdentity = ({ tokens }: Identity): unknown => tokens?.close();

/** Each part with the configuration that makes it what it is. */
function partsOf(
  options: GateOptions,
  host: AuthHost,
  before: Parts | undefined,
  hold: <P extends SharedPart<unknown>>(part: P) => P,
): Parts {
  const { authentication, identity, cache, idempotency } = options;
  const { limits } = host;
  const redis = hold(
    SharedPart.of(
      before?.redis,
      options.redis,
      () => options.redis && createRedisStore(options.redis, host),
      closeStore,
    ),
  );
  const { providers = {}, ...shared } = authentication ?? {};
  const authLimits = authLimitsOf(limits);
  const auth = hold(SharedPart.of(before?.auth, [shared, authLimits], () => createAuthShared(shared, host)));
  const authenticators = Object.entries(providers).map(([name, provider]) => {
    const config = [provider, shared, authLimits];
    const make = (): Authenticator => createAuthenticator(name, provider, { ...auth.value, host });
    const part = SharedPart.of(before?.authenticators.get(name), config, make, closeAuthenticator);
    return [name, hold(part)] as const;
  });
  return {
    redis,
    auth,
    authenticators: new Map(authenticators),
    identity: hold(
      SharedPart.of(
        before?.identity,
        [identity, limits.fileReloadMs],
        () => createIdentity(identity, host),
        closeIdentity,
      ),
    ),
    rateLimits: hold(
      SharedPart.of(before?.rateLimits, [options.rateLimits, options.redis, limits.rateLimitKeysMax], () =>
        createRateLimits(options, host, redis.value),
      ),
    ),
    cache: hold(
      SharedPart.of(before?.cache, [cache, options.redis], () =>
        createAnswerCache(cache ?? {}, { ...host, redis: redis.value }),
      ),
    ),
    answers: hold(
      SharedPart.of(before?.answers, [idempotency, options.redis, limits.idempotencyBytesMax], () =>
        createAnswerStore(idempotency, host, redis.value),
      ),
    ),
    concurrency: hold(SharedPart.of(before?.concurrency, undefined, () => createConcurrency(host.memory))),
    loopDelay: hold(SharedPart.of(before?.loopDelay, undefined, () => new LoopDelay(host.clock))),
  };
}
