import { type Algorithm, isAlgorithm } from './algorithm.js';

/** What a header may say (RFC 8725 §3.1, §3.11). */
export interface HeaderRules {
  readonly algorithms: readonly Algorithm[];
  /** The one type that counts; undefined for access tokens and tokens that do not say what they are. */
  readonly typ: 'at+jwt' | 'JWT' | undefined;
}

/** What is needed of a good header. Of keys that it brings along or points to (jwk, jku, x5c, x5u) nothing is. */
export interface CheckedHeader {
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
}

/** A header that is refused, with words for the client. */
export interface RefusedHeader {
  readonly problem: string;
}

/** The header of a JWT, as far as it says how the signature is to be verified. */
export function checkHeader(
  header: Readonly<Record<string, unknown>>,
  { algorithms, typ }: HeaderRules,
): CheckedHeader | RefusedHeader {
  const { alg, kid } = header;
  if (!isAlgorithm(alg) || !algorithms.includes(alg))
    return { problem: "The token's algorithm is not accepted" };
  // RFC 7515 §4.1.11: we understand no extension, so whatever is critical cannot be ignored.
  if (header['crit'] !== undefined) return { problem: 'The token needs an extension that is not known here' };
  if (['zip', 'enc', 'b64'].some((name) => header[name] !== undefined))
    return { problem: 'The token is encrypted, compressed or not encoded' };
  if (header['cty'] !== undefined && mediaType(header['cty']) === 'jwt')
    return { problem: 'The token holds another token' };
  const isOfType =
    header['typ'] === undefined ? typ === undefined : typesOf(typ).includes(mediaType(header['typ']) ?? '');
  if (!isOfType) return { problem: 'The token is of another type (typ)' };
  if (kid !== undefined && typeof kid !== 'string')
    return { problem: 'The token names its key in another form' };
  return { algorithm: alg, kid };
}

/** In lower case. */
function typesOf(typ: HeaderRules['typ']): readonly string[] {
  return typ === undefined ? ['jwt', 'at+jwt'] : [typ.toLowerCase()];
}

/** RFC 7515 §4.1.9: without case, and with "application/" left out. */
function mediaType(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase().replace(/^application\//, '') : undefined;
}
