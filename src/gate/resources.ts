import type { Random, WallClock } from '../clock.js';
import type { Diagnostic } from '../diagnostic/index.js';
import type { Limits } from '../limits.js';
import { createTrustedProxies, type TrustedProxies } from './address/trusted-proxies.js';
import { apiKeyNames } from './auth/api-key/api-keys.js';
import type { Authenticator } from './auth/authenticator.js';
import { type AuthHost, createAuthenticators } from './auth/create.js';
import { createIdentity, type Identity } from './auth/identity/identity.js';
import { type AnswerCache, createAnswerCache } from './cache/answer-cache.js';
import { createAnswerStore } from './idempotency/create.js';
import type { AnswerStore } from './idempotency/store.js';
import { Concurrency } from './limits/concurrency.js';
import { createRateLimits } from './limits/create.js';
import { LoopDelay } from './limits/loop-delay.js';
import type { RateLimits } from './limits/rate-limits.js';
import type { GateOptions } from './options.js';
import { createRedisStore, type RedisStore } from './redis.js';

/** What the gates of all methods share and what survives a reload: made once, by configuration. */
export interface GateResources {
  readonly options: GateOptions;
  readonly clock: WallClock;
  readonly random: Random;
  readonly limits: Limits;
  readonly warn: Warn;
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
}

/**
 * Opens no connection before a step of a method needs it. What is wrong with the options is among the
 * `diagnostics`; only addresses of proxies that are none are thrown, as DiagnosticsError.
 */
export function createGateResources(options: GateOptions, host: GateHost): GateResources {
  const proxies = createTrustedProxies(options.trustedProxies, options.requestIdsFrom);
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const redis = options.redis && createRedisStore(options.redis, { ...host, report });
  const authHost: AuthHost = { ...host, report };
  const authenticators = createAuthenticators(options.authentication, authHost);
  const identity = createIdentity(options.identity, authHost);
  const apiKeys = apiKeyNames(options.authentication);
  return {
    ...host,
    options,
    authenticators,
    hasProviders: authenticators.length > 0,
    proxies,
    keyInQuery: apiKeys.inQuery,
    identity,
    ownNames: new Set([...identity.reserved, ...apiKeys.headers]),
    redis,
    diagnostics,
    rateLimits: createRateLimits(options, { ...host, report }, redis),
    concurrency: new Concurrency(),
    loopDelay: new LoopDelay(host.clock),
    cache: createAnswerCache(options.cache ?? {}, { ...host, redis, report }),
    answers: createAnswerStore(options.idempotency, host, redis),
    close: async () => {
      redis?.close();
      identity.tokens?.close();
      await Promise.all(authenticators.map((authenticator) => authenticator.close()));
    },
  };
}
