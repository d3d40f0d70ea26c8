import { decoded } from './decoded.js';
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
  // By how they begin, the lengths that there are, longest first: a text is gone over once, however many are known.
  const lengths = new Map<string, number[]>();
  const note = (secret: string): void => {
    if (secret.length < lengthMin || known.has(secret)) return;
    const stand = placeholder(secret);
    for (const form of formsOf(secret)) {
      known.set(form, stand);
      const start = form.slice(0, lengthMin);
      const before = lengths.get(start) ?? [];
      if (!before.includes(form.length))
        lengths.set(
          start,
          [...before, form.length].sort((a, b) => b - a),
        );
    }
  };
  const at = (text: string, i: number): string | undefined => {
    for (const length of lengths.get(text.slice(i, i + lengthMin)) ?? []) {
      const found = text.slice(i, i + length);
      if (known.has(found)) return found;
    }
    return undefined;
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
      if (known.size === 0) return text;
      let clean = '';
      let copied = 0;
      for (let i = 0; i + lengthMin <= text.length; i++) {
        const found = at(text, i);
        if (found === undefined) continue;
        clean += text.slice(copied, i) + (known.get(found) ?? '');
        copied = i + found.length;
        i = copied - 1;
      }
      return copied === 0 ? text : clean + text.slice(copied);
    },
  };
}

/** How a secret may be spelt elsewhere: escaped for a URL, or in base64 as a field of bytes is. */
function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  // Half a surrogate pair, which JSON may have, cannot be escaped.
  const escaped = encodeURIComponent(bytes.toString());
  return new Set([
    secret,
    escaped,
    escaped.replace(/%../g, (one) => one.toLowerCase()),
    escaped.replaceAll('%20', '+'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]);
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
    if (equals <= 0) return [];
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    return [value, decoded(value)];
  });
}
