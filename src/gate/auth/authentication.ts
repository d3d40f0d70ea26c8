import type { WallClock } from '../../clock.js';
import { locationOf } from '../../descriptor/index.js';
import { fieldValues } from '../../headers.js';
import { Code, reasons } from '../../status/index.js';
import type { Count, Meter } from '../../telemetry/index.js';
import type { GateContext } from '../context.js';
import type { Principal } from '../principal.js';
import type { GateResources } from '../resources.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';
import type { Authentication, Authenticator } from './authenticator.js';
import { authorizationOf } from './authorization.js';
import { challengeFields } from './challenge.js';

/** When a client may ask again after an issuer did not answer. */
const retryAfterSeconds = 5;

/**
 * Who the caller is. Where anything is guarded at all, whoever is not said to be public must be
 * somebody: credentials are required unless the policy says otherwise.
 *
 * One request has one caller. Credentials of two kinds (a token and an API key) are refused, since
 * whoever reads the log or the policy would take it for the other one; a certificate, which belongs to
 * the connection, counts where the request says nothing itself.
 */
export function authentication(context: GateContext): readonly GateStep[] {
  if (!context.isGuarded) return [];
  const { mode = 'required' } = context.policy.authentication ?? {};
  const authenticators = chosen(context);
  if (mode === 'none') return [];
  const judge = new Judge(authenticators, mode === 'required', context);
  return [{ name: 'authentication', admit: (view) => judge.next(view, 0, nothing) }];
}

/** Who somebody is who asks for what belongs to no method: credentials of any provider count, and none are needed. */
export function knownCaller(resources: GateResources): GateStep {
  const judge = new Judge(resources.authenticators, false, { resources, isUnary: true });
  return { name: 'authentication', admit: (view) => judge.next(view, 0, nothing) };
}

/** The providers that the policy names, in the order of the configuration; unknown ones are reported. */
function chosen({ method, policy, origins, resources, report }: GateContext): readonly Authenticator[] {
  const { authenticators } = resources;
  const named = policy.authentication?.providers;
  if (named === undefined) return authenticators;
  const known = authenticators.map(({ name }) => name);
  const origin = origins.get('authentication.providers') ?? 'its policy';
  const invalid = (problem: string, hint: string): void => {
    const text = `${method.parent.typeName}.${method.name} takes credentials of ${problem}.`;
    report({ severity: 'error', code: 'POLICY_INVALID', text, locations: [locationOf(method)], hint });
  };
  if (named.length === 0) invalid(`no provider at all (${origin})`, 'Leave out the list: then all count.');
  for (const name of named.filter((wanted) => !known.includes(wanted))) {
    invalid(
      `the provider "${name}" (${origin}), which is not configured`,
      known.length === 0
        ? 'Configure it in propylon.yaml, under authentication.providers.'
        : `Configured under authentication.providers: ${known.join(', ')}.`,
    );
  }
  return authenticators.filter(({ name }) => named.includes(name));
}

/** What providers have said of one request. */
interface Found {
  /** By the token or key of the request. */
  readonly own?: Principal;
  /** By the certificate of the connection. */
  readonly certificate?: Principal;
}

const nothing: Found = Object.freeze({});

const unknown = {
  kind: 'invalid',
  error: 'invalid_token',
  description: 'The credentials are of no provider that counts here',
} as const;

class Judge {
  readonly #authenticators: readonly Authenticator[];
  readonly #missing: Refusal | undefined;
  /** For tokens that no provider has taken; undefined where none takes tokens, and Authorization is the backend's affair. */
  readonly #unknown: Refusal | undefined;
  readonly #conflict: Refusal;

  /** Of calls that may outlive the credentials they began with. */
  readonly #streamClock: WallClock | undefined;
  readonly #meter: Meter;
  /** By provider. */
  readonly #successes: ReadonlyMap<string, Count>;

  constructor(
    authenticators: readonly Authenticator[],
    isRequired: boolean,
    context: Pick<GateContext, 'resources' | 'isUnary'>,
  ) {
    this.#authenticators = authenticators;
    this.#meter = context.resources.meter;
    this.#successes = new Map(
      authenticators.map(({ name }) => [name, this.#meter.counter('authentications', name, 'success', '')]),
    );
    this.#streamClock = context.isUnary ? undefined : context.resources.clock;
    const headers = challengeFields(authenticators);
    this.#missing = isRequired
      ? refusal(Code.UNAUTHENTICATED, 'CREDENTIALS_MISSING', reasons.CREDENTIALS_MISSING, { headers })
      : undefined;
    const first = authenticators.find(({ kind }) => isOfAuthorization(kind));
    this.#unknown = first && this.#invalid(first, unknown);
    this.#conflict = refusal(Code.INVALID_ARGUMENT, 'CREDENTIALS_CONFLICT', reasons.CREDENTIALS_CONFLICT);
  }

  /** Asks the providers from the `at`-th on; leaves the stack only for one that must. */
  next(view: GateView, from: number, before: Found): Refusal | undefined | Promise<Refusal | undefined> {
    // RFC 6750 §2: one method of transmitting a token in a request. Of two fields every reader takes another.
    if (from === 0 && fieldValues(view.request.headers, 'authorization').length > 1)
      return this.#failed('', this.#conflict);
    let found = before;
    for (let at = from; at < this.#authenticators.length; at++) {
      const authenticator = this.#authenticators[at];
      if (authenticator === undefined) break;
      if (isKnown(found, authenticator)) continue;
      const said = authenticator.authenticate(view);
      if (said === undefined) continue;
      if (said instanceof Promise) {
        return said.then((late) => {
          const after = late === undefined ? found : this.#taken(found, authenticator, late);
          return 'kind' in after ? after : this.next(view, at + 1, after);
        });
      }
      const after = this.#taken(found, authenticator, said);
      if ('kind' in after) return after;
      found = after;
    }
    return this.#end(view, found);
  }

  #taken(found: Found, authenticator: Authenticator, said: Authentication): Found | Refusal {
    const { name } = authenticator;
    if (said.kind === 'invalid') return this.#failed(name, this.#invalid(authenticator, said));
    if (said.kind === 'unavailable') return this.#failed(name, unavailable(said.cause));
    const { principal } = said;
    if (principal.kind === 'certificate') return { ...found, certificate: principal };
    return found.own === undefined ? { ...found, own: principal } : this.#failed('', this.#conflict);
  }

  #end(view: GateView, found: Found): Refusal | undefined {
    if (this.#unknown !== undefined && isUnread(view, found)) return this.#failed('', this.#unknown);
    const principal = found.own ?? found.certificate;
    if (principal === undefined) {
      if (this.#missing !== undefined) return this.#failed('', this.#missing);
      this.#meter.counter('authentications', '', 'anonymous', '').add();
      return undefined;
    }
    this.#successes.get(principal.provider)?.add();
    view.principal = principal;
    if (principal.expiresAt !== undefined && this.#streamClock !== undefined)
      view.endsAt = this.#streamClock.now() + principal.expiresAt - this.#streamClock.wall();
    return undefined;
  }

  #failed(provider: string, refused: Refusal): Refusal {
    this.#meter.counter('authentications', provider, 'failure', refused.reason).add();
    return refused;
  }

  #invalid(authenticator: Authenticator, said: Authentication & { readonly kind: 'invalid' }): Refusal {
    const { error, description, reason = 'CREDENTIALS_INVALID', headers = [], cause } = said;
    const about = { authenticator, error: { error, description } };
    // RFC 6750 §3.1: a request that is wrong in itself is a 400, with a challenge all the same.
    const code = error === 'invalid_request' ? Code.INVALID_ARGUMENT : Code.UNAUTHENTICATED;
    return refusal(code, reason, `${description}.`, {
      headers: [...challengeFields(this.#authenticators, about), ...headers],
      cause,
    });
  }
}

/** Whether a provider of the same kind has spoken already: one token is one caller, whoever else might know it too. */
function isKnown({ own, certificate }: Found, { kind }: Authenticator): boolean {
  if (kind === 'certificate') return certificate !== undefined;
  return own !== undefined && isOfAuthorization(own.kind) && isOfAuthorization(kind);
}

/** Whether there is an Authorization that has not told who the caller is; a key in one has, whatever its scheme. */
function isUnread({ request }: GateView, { own }: Found): boolean {
  if (own !== undefined && isOfAuthorization(own.kind)) return false;
  const scheme = authorizationOf(request.headers)?.scheme;
  return scheme !== undefined && (own === undefined || scheme === 'bearer' || scheme === 'dpop');
}

function isOfAuthorization(kind: Principal['kind']): boolean {
  return kind === 'jwt' || kind === 'token';
}

function unavailable(cause: unknown): Refusal {
  return refusal(Code.UNAVAILABLE, 'AUTHENTICATION_UNAVAILABLE', reasons.AUTHENTICATION_UNAVAILABLE, {
    headers: [['retry-after', String(retryAfterSeconds)]],
    cause,
  });
}
