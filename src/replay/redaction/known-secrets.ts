import type { Placeholder } from './placeholder.js';

/** Shorter ones would be found in what has nothing to do with them. */
const lengthMin = 6;

/** The secrets of one exchange: they are hidden wherever else in it they turn up, as in an answer that repeats a token. */
export interface KnownSecrets {
  readonly size: number;
  /** Notes a secret, and the credentials in it; gives what stands for it. */
  hidden(secret: string): string;
  /** A text without those that are known. */
  without(text: string): string;
}

export function createKnownSecrets(placeholder: Placeholder): KnownSecrets {
  const known = new Map<string, string>();
  const note = (secret: string): void => {
    if (secret.length < lengthMin) return;
    const stand = placeholder(secret);
    known.set(secret, stand);
    known.set(encodeURIComponent(secret), stand);
  };
  return {
    get size() {
      return known.size;
    },
    hidden(secret) {
      note(secret);
      for (const part of partsOf(secret)) note(part);
      return placeholder(secret);
    },
    without(text) {
      let clean = text;
      for (const [secret, stand] of known)
        if (clean.includes(secret)) clean = clean.replaceAll(secret, stand);
      return clean;
    },
  };
}

/** The token of "Bearer …", user:password and password of "Basic …", the values of cookies. */
function partsOf(secret: string): string[] {
  const [, scheme = '', token] = /^([a-z-]+) +(\S+)$/i.exec(secret) ?? [];
  if (token !== undefined) {
    if (scheme.toLowerCase() !== 'basic') return [token];
    const pair = Buffer.from(token, 'base64').toString();
    return [token, pair, pair.slice(pair.indexOf(':') + 1)];
  }
  return secret.split(/[;,]\s*/).flatMap((part) => {
    const equals = part.indexOf('=');
    return equals > 0 ? [part.slice(equals + 1)] : [];
  });
}
