import { createHash } from 'node:crypto';
import type { GateView } from '../view.js';
import { addressKey } from './address-key.js';

/** Texts of a client's choice take no more room than this. */
const keyLengthMax = 128;

/** What requests of all clients are counted by together. */
export const keyOfAll = '*';

export function keyOfAddress(view: GateView): string {
  return `a${addressKey(view.clientAddress)}`;
}

/** The principal, or nobody's address. */
export function keyOfPrincipal(view: GateView): string {
  return view.principal === undefined ? keyOfAddress(view) : keyOfText('p', view.principal.id);
}

/** A text behind a letter that says what it is, or a digest of it where it is long. */
export function keyOfText(kind: string, text: string): string {
  if (text.length < keyLengthMax) return kind + text;
  return `${kind}#${createHash('sha256').update(text).digest('base64url')}`;
}
