/** What a token says about who may send it: its claim `cnf` (RFC 7800). */
export interface Confirmation {
  /** Thumbprint of the key that signs the proofs of DPoP (RFC 9449 §6.1). */
  readonly jkt: string | undefined;
  /** Thumbprint of the client certificate (RFC 8705 §3.1). */
  readonly x5tS256: string | undefined;
}

/** Undefined for a token that whoever has it may send; "unknown" where it is bound to something that nobody here can check. */
export function confirmationOf(
  claims: Readonly<Record<string, unknown>>,
): Confirmation | 'unknown' | undefined {
  const { cnf } = claims;
  if (cnf === undefined) return undefined;
  if (typeof cnf !== 'object' || cnf === null) return 'unknown';
  const members = new Map<string, unknown>(Object.entries(cnf));
  const text = (name: string): string | undefined => {
    const value = members.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const found = { jkt: text('jkt'), x5tS256: text('x5t#S256') };
  const isUnderstood =
    (found.jkt !== undefined || found.x5tS256 !== undefined) &&
    members.has('jkt') === (found.jkt !== undefined) &&
    members.has('x5t#S256') === (found.x5tS256 !== undefined);
  return isUnderstood ? found : 'unknown';
}
