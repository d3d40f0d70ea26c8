import { compactVerify } from 'jose';
import { type Principal, principalId } from '../../principal.js';
import type { GateView } from '../../view.js';
import type { Authentication, Authenticator } from '../authenticator.js';
import type { CheckBinding } from '../binding/binding.js';
import type { AuthShared } from '../create.js';
import { RememberedTokens } from '../remembered-tokens.js';
import { claimAt, stepsOf } from './claim-path.js';
import { type ClaimRules, checkClaims } from './claims.js';
import { algorithmsOf, createKeySource } from './create-key-source.js';
import { type CheckedHeader, checkHeader, type HeaderRules } from './header.js';
import type { FoundKeys, KeySource } from './key-source.js';
import type { JwtProviderOptions } from './options.js';
import { scopeReader } from './scopes.js';
import { readToken } from './unverified-token.js';
import type { VerificationKey } from './verification-key.js';

const clockToleranceMsDefault = 30_000;

/** A token without the name of its key is tried with so many: each try costs as much as a signature. */
const triesMax = 4;

/** Bad signatures are remembered apart from good ones, so that a flood of them forgets nobody. */
const forgedMax = 1_000;
const forgedMs = 60_000;

/** Verifies the JSON Web Tokens of one issuer, each of them once. */
export function createJwtAuthenticator(
  name: string,
  options: JwtProviderOptions,
  shared: AuthShared,
): Authenticator {
  return new JwtAuthenticator(name, options, shared);
}

/** A token that has passed everything but the verification of its signature. */
interface Candidate {
  readonly token: string;
  readonly digest: string;
  readonly header: CheckedHeader;
  readonly principal: Principal;
  readonly untilMs: number;
}

class JwtAuthenticator implements Authenticator {
  readonly name: string;
  readonly kind = 'jwt';
  readonly audience: Authenticator['audience'];
  readonly challenge: string;
  readonly #shared: AuthShared;
  readonly #checkBinding: CheckBinding;
  readonly #rehearseBinding: CheckBinding;
  /** Undefined where the configuration says why it is not checked. */
  readonly #issuer: string | undefined;
  readonly #leaveIssuer: () => void;
  readonly #headerRules: HeaderRules;
  readonly #claimRules: ClaimRules;
  readonly #subject: readonly string[];
  readonly #scopesOf: ReturnType<typeof scopeReader>;
  readonly #keys: KeySource;
  readonly #verified: RememberedTokens;
  readonly #forged: RememberedTokens;
  /** Tokens under verification: those who come with the same one meanwhile wait for it. */
  readonly #flights = new Map<string, Promise<Authentication>>();

  constructor(name: string, options: JwtProviderOptions, shared: AuthShared) {
    const { issuer, aud, azp, typ, maxAge, clockTolerance, subject = 'sub' } = options;
    const { limits } = shared.host;
    this.name = name;
    this.audience = options.audience ?? 'public';
    this.challenge = shared.bindings.challenge(options, shared.realm);
    this.#checkBinding = shared.bindings.check(options);
    this.#rehearseBinding = shared.bindings.rehearse(options);
    this.#shared = shared;
    this.#issuer = typeof issuer === 'string' ? issuer : undefined;
    this.#leaveIssuer = this.#issuer === undefined ? () => undefined : shared.issuers.add(this.#issuer);
    this.#headerRules = { algorithms: algorithmsOf(options), typ };
    this.#claimRules = {
      aud: Array.isArray(aud) ? aud : undefined,
      azp,
      clockToleranceMs: clockTolerance ?? clockToleranceMsDefault,
      maxAgeMs: maxAge,
      isAccessToken: typ === 'at+jwt',
    };
    this.#subject = stepsOf(subject);
    this.#scopesOf = scopeReader(options);
    this.#keys = createKeySource(name, options, shared.host);
    this.#verified = new RememberedTokens(limits.rememberedTokensMax, limits.rememberedTokenBytesMax);
    this.#forged = new RememberedTokens(forgedMax, forgedMax * limits.tokenBytesMax);
  }

  authenticate(view: GateView): Authentication | undefined | Promise<Authentication | undefined> {
    return this.#authenticated(view, this.#checkBinding);
  }

  rehearse(view: GateView): Authentication | undefined | Promise<Authentication | undefined> {
    return this.#authenticated(view, this.#rehearseBinding);
  }

  close(): void {
    this.#leaveIssuer();
    this.#keys.close();
  }

  #authenticated(
    view: GateView,
    checkBinding: CheckBinding,
  ): Authentication | undefined | Promise<Authentication | undefined> {
    const presented = this.#shared.tokens.of(view);
    if (presented === undefined) return undefined;
    if ('problem' in presented) return invalid(presented.problem);
    const { token, digest } = presented;
    const wallMs = this.#shared.host.clock.wall();
    const said =
      this.#verified.get(digest, wallMs) ?? this.#forged.get(digest, wallMs) ?? this.#judge(token, digest);
    if (said === undefined) return undefined;
    return said instanceof Promise
      ? said.then((late) => checkBinding(view, presented, late))
      : checkBinding(view, presented, said);
  }

  /** What can be said without the key comes first: verifying is the dear part. */
  #judge(token: string, digest: string): Authentication | undefined | Promise<Authentication> {
    const flight = this.#flights.get(digest);
    if (flight !== undefined) return flight;
    const issuer = this.#issuer === undefined ? undefined : this.#shared.issuers.of(digest);
    if (issuer !== this.#issuer && issuer !== undefined) return undefined;
    const unverified = readToken(token);
    if (unverified === undefined) return undefined;
    const { claims } = unverified;
    if (this.#issuer !== undefined && claims['iss'] !== this.#issuer) {
      this.#shared.issuers.note(digest, claims['iss']);
      return undefined;
    }
    const header = checkHeader(unverified.header, this.#headerRules);
    if ('problem' in header) return invalid(header.problem);
    const checked = checkClaims(claims, this.#claimRules, this.#shared.host.clock.wall());
    if ('problem' in checked) {
      const isShared = this.#issuer !== undefined && this.#shared.issuers.isShared(this.#issuer);
      return checked.isForAnother === true && isShared ? undefined : invalid(checked.problem, checked.reason);
    }
    const subject = claimAt(claims, this.#subject);
    if (typeof subject !== 'string' || subject === '') return invalid('The token does not say whose it is');
    const { untilMs } = checked;
    const principal: Principal = {
      id: principalId(this.name, subject),
      provider: this.name,
      kind: 'jwt',
      audience: this.audience,
      subject,
      scopes: this.#scopesOf(claims),
      claims,
      expiresAt: untilMs,
    };
    return this.#verify({ token, digest, header, principal, untilMs });
  }

  #verify(candidate: Candidate): Authentication | Promise<Authentication> {
    const { kid, algorithm } = candidate.header;
    const found = this.#keys.find(kid, algorithm);
    if (!(found instanceof Promise) && 'length' in found && found.length === 0) return unknownKey;
    const flight = this.#verifyWith(candidate, found).finally(() => this.#flights.delete(candidate.digest));
    this.#flights.set(candidate.digest, flight);
    return flight;
  }

  async #verifyWith(candidate: Candidate, finding: FoundKeys | Promise<FoundKeys>): Promise<Authentication> {
    const found = await finding;
    if ('unavailable' in found) return { kind: 'unavailable', cause: found.unavailable };
    if (found.length === 0) return unknownKey;
    const { token, digest, header, principal, untilMs } = candidate;
    const keys = found.slice(0, triesMax);
    for (const key of keys) {
      if (!(await isSignedWith(key, token, header))) continue;
      const authentication = { kind: 'principal', principal } as const;
      this.#verified.set(digest, token.length, { authentication, untilMs, key });
      return authentication;
    }
    const forged = invalid("The token's signature is not valid");
    const [key] = keys;
    // Only while the key stays what it is; a token without the name of its key may be another's tomorrow.
    if (keys.length === 1 && header.kid !== undefined && key?.kid !== undefined) {
      const forgottenAt = this.#shared.host.clock.wall() + forgedMs;
      this.#forged.set(digest, token.length, { authentication: forged, untilMs: forgottenAt, key });
    }
    return forged;
  }
}

async function isSignedWith(
  key: VerificationKey,
  token: string,
  { algorithm }: CheckedHeader,
): Promise<boolean> {
  try {
    await compactVerify(token, key.key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

function invalid(
  description: string,
  reason?: 'TOKEN_EXPIRED',
): Authentication & { readonly kind: 'invalid' } {
  return {
    kind: 'invalid',
    error: 'invalid_token',
    description,
    ...(reason === undefined ? {} : { reason }),
  };
}

const unknownKey = Object.freeze(invalid('The token is signed with a key that its issuer does not have'));
