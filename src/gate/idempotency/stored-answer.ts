import type { GateAnswer } from '../verdict.js';

/** What a store of bytes holds: of a request under way only its fingerprint. */
export interface StoredRequest {
  readonly fingerprint: string;
  readonly answer?: GateAnswer;
}

/** → JSON, with bytes as `{"$bytes": base64}`; an object of ours that looks like one gets another "$". */
export function writeStored(request: StoredRequest): string {
  return JSON.stringify(request, function (this: unknown, key, value: unknown) {
    // Asked for again, since a Buffer has made JSON of itself by now.
    const own: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value;
    if (own instanceof Uint8Array) return { [bytesKey]: Buffer.from(own).toString('base64') };
    const only = onlyKey(value);
    return only?.startsWith('$') ? { [`$${only}`]: Reflect.get(Object(value), only) } : value;
  });
}

/** Reads what `writeStored` has written. Throws for anything else. */
export function readStored(text: string): StoredRequest {
  const stored: unknown = JSON.parse(text, (_key, value: unknown) => {
    const only = onlyKey(value);
    if (!only?.startsWith('$')) return value;
    const inner: unknown = Reflect.get(Object(value), only);
    return only === bytesKey ? Buffer.from(String(inner), 'base64') : { [only.slice(1)]: inner };
  });
  if (!isStored(stored)) throw new Error('What is stored is no answer of ours.');
  return stored;
}

/** Nobody else writes under the keys of the gateway: what has a fingerprint has the rest. */
function isStored(stored: unknown): stored is StoredRequest {
  return (
    typeof stored === 'object' && stored !== null && typeof Reflect.get(stored, 'fingerprint') === 'string'
  );
}

/** An answer as it is remembered: without the response message, and without what is for the log. */
export function withoutInternals(answer: GateAnswer): GateAnswer {
  if (answer.kind === 'reply') {
    const { binary: _binary, ...rest } = answer;
    return rest;
  }
  const { cause: _cause, ...rest } = answer;
  return rest;
}

const bytesKey = '$bytes';

/** The key of an object that has no other. */
function onlyKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [only, ...others] = Object.keys(value);
  return others.length === 0 ? only : undefined;
}
