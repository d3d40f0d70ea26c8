import type { GateAnswer } from '../verdict.js';

/** What a store of bytes holds: of a request under way only its fingerprint. */
export interface StoredRequest {
  readonly fingerprint: string;
  readonly answer?: GateAnswer;
}

/** → JSON, with bytes in base64. */
export function writeStored(request: StoredRequest): string {
  return JSON.stringify(request, function (this: unknown, key, value: unknown) {
    // Asked for again, since a Buffer has made JSON of itself by now.
    const own: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value;
    return own instanceof Uint8Array ? { base64: Buffer.from(own).toString('base64') } : value;
  });
}

/** Reads what `writeStored` has written. Throws for anything else. */
export function readStored(text: string): StoredRequest {
  const stored: unknown = JSON.parse(text, (_key, value: unknown) => bytesOf(value) ?? value);
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

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined;
  const base64: unknown = Reflect.get(value, 'base64');
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}
