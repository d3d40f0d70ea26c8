import type { WallClock } from '../../../clock.js';
import type { Limits } from '../../../limits.js';
import type { Warn } from '../../resources.js';
import type { Algorithm } from './algorithm.js';
import { KeyRing } from './key-ring.js';
import type { FoundKeys, KeySource } from './key-source.js';
import type { VerificationKey } from './verification-key.js';

/** What keys of an issuer are fetched with. */
export interface IssuerKeysHost {
  readonly clock: WallClock;
  readonly limits: Limits;
  readonly warn: Warn;
  /** Name of the provider, for the operator. */
  readonly provider: string;
  /** All keys of the issuer; rejects where they cannot be had, and when the signal says so. */
  readonly fetchKeys: (signal: AbortSignal) => Promise<readonly VerificationKey[]>;
}

/**
 * The keys that an issuer publishes: fetched when they are first needed, and from then on every
 * `issuerRefreshMs` beside the requests, so that a key that is gone is known to be gone. A token with
 * an unknown key makes us look again, once in `issuerCooldownMs`, however many come. While the issuer
 * does not answer, the last keys stay for `issuerKeysKeptMs`; it is asked again after pauses that grow.
 */
export class IssuerKeys implements KeySource {
  readonly #host: IssuerKeysHost;
  readonly #ring = new KeyRing();
  readonly #closing = new AbortController();
  #flight: Promise<void> | undefined;
  /** When the keys came; undefined where there are none. */
  #fetchedAt: number | undefined;
  /** Why the last fetch failed; undefined where it did not. */
  #failure: { readonly cause: unknown } | undefined;
  #failures = 0;
  /** No fetch for a request before this. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #cancelTimer = (): void => {};

  constructor(host: IssuerKeysHost) {
    this.#host = host;
  }

  find(kid: string | undefined, algorithm: Algorithm): FoundKeys | Promise<FoundKeys> {
    this.#dropOld();
    const known = this.#ring.fitting(kid, algorithm);
    if (known.length > 0) return known;
    const { clock, limits } = this.#host;
    if (this.#flight === undefined) {
      if (clock.now() < this.#notBefore) return this.#unknown();
      this.#notBefore = clock.now() + limits.issuerCooldownMs;
    }
    return this.#fetch().then(() => {
      const found = this.#ring.fitting(kid, algorithm);
      return found.length > 0 ? found : this.#unknown();
    });
  }

  close(): void {
    this.#cancelTimer();
    this.#closing.abort();
  }

  /** An issuer that did not answer may have the key by now; one that did has not. */
  #unknown(): FoundKeys {
    return this.#failure === undefined ? [] : { unavailable: this.#failure.cause };
  }

  #fetch(): Promise<void> {
    this.#flight ??= this.#fetchNow().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fetchNow(): Promise<void> {
    const { clock, limits, warn, provider, fetchKeys } = this.#host;
    this.#cancelTimer();
    let nextMs = limits.issuerRefreshMs;
    try {
      const timeout = AbortSignal.timeout(limits.issuerTimeoutMs);
      this.#ring.replace(await fetchKeys(AbortSignal.any([this.#closing.signal, timeout])));
      this.#fetchedAt = clock.now();
      this.#failure = undefined;
      this.#failures = 0;
      if (this.#ring.isEmpty) warn(`The issuer of the provider ${provider} has no key that can be used.`);
    } catch (cause) {
      if (this.#closing.signal.aborted) return;
      if (this.#failure === undefined) warn(`The issuer of the provider ${provider} gives no keys.`, cause);
      this.#failure = { cause };
      nextMs = Math.min(limits.issuerRetryMs * 2 ** this.#failures, limits.issuerRefreshMs);
      this.#failures += 1;
      this.#notBefore = clock.now() + Math.min(nextMs, limits.issuerCooldownMs);
      this.#dropOld();
    }
    if (!this.#closing.signal.aborted) this.#cancelTimer = clock.after(nextMs, () => void this.#fetch());
  }

  /** Keys that nobody has confirmed for too long may have been withdrawn for a reason. */
  #dropOld(): void {
    const { clock, limits } = this.#host;
    if (this.#fetchedAt === undefined || clock.now() - this.#fetchedAt < limits.issuerKeysKeptMs) return;
    this.#ring.replace([]);
    this.#fetchedAt = undefined;
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }
}
