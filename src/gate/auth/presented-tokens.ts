import { hash } from 'node:crypto';
import type { HeaderFields } from '../../headers.js';
import type { GateView } from '../view.js';
import { authorizationOf, isToken68 } from './authorization.js';

/** A token as a client shows it (RFC 6750 §2.1). */
export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
  /** SHA-256, in base64: a name for the token by which nobody else can use it. */
  readonly digest: string;
}

/** A token that cannot be one. */
export interface MalformedToken {
  readonly problem: string;
}

/** Reads the token of a request once for all providers that look at it. */
export class PresentedTokens {
  readonly #bytesMax: number;
  /** Those of the request that was read last: providers are asked one after the other. */
  #headers: HeaderFields | undefined;
  #last: PresentedToken | MalformedToken | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Undefined where the request has no token. */
  of({ request: { headers } }: GateView): PresentedToken | MalformedToken | undefined {
    if (this.#headers !== headers) {
      this.#headers = headers;
      this.#last = this.#read(headers);
    }
    return this.#last;
  }

  #read(headers: HeaderFields): PresentedToken | MalformedToken | undefined {
    const authorization = authorizationOf(headers);
    if (authorization === undefined) return undefined;
    const { scheme, credentials: token } = authorization;
    if (scheme !== 'bearer' && scheme !== 'dpop') return undefined;
    if (token.length > this.#bytesMax) return { problem: 'The token is larger than the limit' };
    if (!isToken68(token)) return { problem: 'The token is malformed' };
    return { scheme, token, digest: hash('sha256', token, 'base64') };
  }
}
