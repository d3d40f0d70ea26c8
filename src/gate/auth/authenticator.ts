import type { Audience } from '../audience.js';
import type { Principal } from '../principal.js';
import type { GateView } from '../view.js';

/** What came of credentials. */
export type Authentication =
  | { readonly kind: 'principal'; readonly principal: Principal }
  /** Credentials of this kind that are not good: the request is refused, whatever else it carries. */
  | {
      readonly kind: 'invalid';
      /** RFC 6750 §3.1, RFC 9449 §7.1. */
      readonly error: 'invalid_request' | 'invalid_token' | 'invalid_dpop_proof' | 'use_dpop_nonce';
      /** Default CREDENTIALS_INVALID. */
      readonly reason?: 'TOKEN_EXPIRED';
      /** For the client; says nothing that helps to forge. */
      readonly description: string;
      /** Further fields of the answer: DPoP-Nonce. */
      readonly headers?: readonly (readonly [name: string, value: string])[];
      /** For the log. */
      readonly cause?: unknown;
    }
  /** Nobody can say: the issuer does not answer and nothing is remembered. 503, so that clients try again. */
  | { readonly kind: 'unavailable'; readonly cause?: unknown };

/** What `rehearse` says where an issuer would have to be asked. */
export const unasked = 'The issuer would be asked about the token, and is not in a rehearsal.';

/** Verifies the credentials of one provider. Made at start, kept over reloads. */
export interface Authenticator {
  /** Name of the provider in the configuration. */
  readonly name: string;
  /** What its principals are: the first of two providers of one kind that knows the caller is the one that counts. */
  readonly kind: Principal['kind'];
  /** The audience of its principals: what `visibility` is compared with. */
  readonly audience: Audience;
  /** Challenge of this provider for WWW-Authenticate (RFC 9110 §11.6.1), without error parameters: `Bearer realm="x"`. */
  readonly challenge: string;
  /** Undefined where the request has no credentials of this kind, or has a token that is plainly of another issuer. Neither throws nor rejects. */
  authenticate(view: GateView): Authentication | undefined | Promise<Authentication | undefined>;
  /**
   * The same for a request that is not to be made: uses no proof of possession up, and asks no issuer about a token,
   * but says that it would (`unasked`). Keys of issuers are fetched all the same.
   */
  rehearse(view: GateView): Authentication | undefined | Promise<Authentication | undefined>;
  close(): void | Promise<void>;
}
