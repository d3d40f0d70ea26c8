import { hash } from 'node:crypto';
import { fieldValues } from '../../headers.js';
import type { Metadata, MetadataEntry } from '../../status/index.js';
import { traceFieldNames } from '../../trace-fields.js';
import type { GateContext } from '../context.js';
import { isKnownByAuthorization, type Principal } from '../principal.js';
import type { GateView } from '../view.js';

/** How a request is known again. */
export interface KeyRules {
  /** A digest, or undefined for a request whose answer is not to be stored. `message` is the request message. */
  keyOf(view: GateView, message: Uint8Array): string | undefined;
  /** Metadata that the backend must not get with a call whose answer is stored. */
  omitOf(view: GateView): ReadonlySet<string>;
  /** Header fields of requests that the answer to this one depends on, for the caches of others. */
  variedBy(view: GateView): readonly string[];
}

const none: ReadonlySet<string> = new Set();

/** Metadata of one call: nothing that an answer could be made of. */
const ofOneCall = new Set(['x-request-id', ...traceFieldNames]);

/**
 * What is of one client, and would make entries of its own for each if it were part of the key: the
 * backend does not get it, so that no answer can depend on it.
 */
const ofOneClient = [
  'baggage',
  'idempotency-key',
  'if-modified-since',
  'if-none-match',
  'last-event-id',
  'x-forwarded-for',
  'x-forwarded-user-agent',
];

/** Conditions that a stored answer cannot be held against. */
const conditions = new Set(['if-match', 'if-unmodified-since']);

/** Claims that are another one in each token of one and the same right. */
const ofOneToken = new Set(['exp', 'iat', 'jti', 'nbf']);

/**
 * Two requests have one key exactly where the backend would be asked the same, by the same caller
 * where answers are private, and the answer would have the same form. Whatever of a request reaches
 * the backend is therefore part of the key, or is kept from it: nothing else can be made to decide
 * on an answer that others get.
 */
export function keyRules(context: GateContext): KeyRules {
  const { policy, method, canonical, answerForm, resources, decidingHeaders } = context;
  const { vary = [], scope = 'private' } = policy.cache ?? {};
  const isShared = scope === 'shared';
  const { cacheRequestBytesMax } = resources.limits;
  // By these the answer may be that of another backend, which is not told of them.
  const varying = [...new Set([...vary.map((name) => name.toLowerCase()), ...decidingHeaders])];
  const anonymous = new Set(ofOneClient);
  // Where nobody has looked at credentials, an answer for everybody is one that needs none.
  const ownAuthorization = resources.identity.reserved.has('authorization');
  const withoutCredentials = new Set([
    ...ofOneClient,
    ...(isShared && !ownAuthorization ? ['authorization'] : []),
  ]);
  const caller = isShared ? () => '' : callerText();
  const digest = digester();
  let base: string | undefined;

  const omitOf = ({ principal }: GateView): ReadonlySet<string> =>
    isKnownByAuthorization(principal) ? anonymous : withoutCredentials;

  // What was verified of the caller stands for these.
  const { reserved } = resources.identity;
  const ofTokens = new Set(['authorization', ...reserved]);
  const knownOf = ({ principal }: GateView): ReadonlySet<string> =>
    principal === undefined ? none : isKnownByAuthorization(principal) ? ofTokens : reserved;
  const keyedOf = (view: GateView): readonly string[] | undefined =>
    keyed(view.callMetadata, omitOf(view), knownOf(view));

  return {
    omitOf,
    keyOf(view, message) {
      if (message.length > cacheRequestBytesMax) return undefined;
      const metadata = keyedOf(view);
      if (metadata === undefined) return undefined;
      base ??= hash(
        'sha256',
        framed(
          answerForm(),
          `${method.parent.typeName}.${method.name}`,
          JSON.stringify(policy),
          JSON.stringify(callersOf(context)),
        ),
        'base64url',
      );
      const { headers } = view.request;
      const text = framed(
        base,
        view.form,
        caller(view.principal),
        ...varying.map((name) => framed(...fieldValues(headers, name))),
        ...metadata,
      );
      return digest(text, canonical(message));
    },
    variedBy(view) {
      const names = (keyedOf(view) ?? []).filter(
        (name, at) => at % 2 === 0 && view.request.headers.some(([sent]) => sent === name),
      );
      return [...new Set([...varying, 'accept-language', ...(isShared ? [] : ['authorization']), ...names])];
    },
  };
}

/**
 * Who callers are and what backends learn of them, as it is configured: the same name may be somebody else's
 * under another configuration.
 */
function callersOf({ isGuarded, policy, resources }: GateContext): readonly unknown[] {
  if (!isGuarded || policy.authentication?.mode === 'none') return [];
  const { authentication, identity } = resources.options;
  return [authentication, identity];
}

/** Metadata as names and values by turns, in the order of names; undefined where it has a condition. */
function keyed(
  metadata: Metadata,
  omitted: ReadonlySet<string>,
  known: ReadonlySet<string>,
): readonly string[] | undefined {
  const entries: MetadataEntry[] = [];
  let isSorted = true;
  for (const entry of metadata) {
    const [name] = entry;
    if (conditions.has(name)) return undefined;
    if (ofOneCall.has(name) || omitted.has(name) || known.has(name)) continue;
    isSorted &&= (entries.at(-1)?.[0] ?? '') <= name;
    entries.push(entry);
  }
  // Values of one name keep their order.
  if (!isSorted) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const texts: string[] = [];
  for (const [name, value] of entries)
    texts.push(name, typeof value === 'string' ? value : Buffer.from(value).toString('base64'));
  return texts;
}

/**
 * The caller with all that was verified: two tokens of one principal may let two clients see
 * different things.
 */
function callerText(): (principal: Principal | undefined) => string {
  const known = new WeakMap<Principal, string>();
  return (principal) => {
    if (principal === undefined) return '';
    const remembered = known.get(principal);
    if (remembered !== undefined) return remembered;
    const { id, scopes, claims } = principal;
    const lasting = Object.entries(claims).filter(([name]) => !ofOneToken.has(name));
    const text = framed(id, ...[...scopes].sort(), JSON.stringify(lasting));
    known.set(principal, text);
    return text;
  };
}

/** Texts as one, which no other texts make. */
function framed(...parts: readonly string[]): string {
  let text = `${parts.length};`;
  for (const part of parts) text += `${part.length}:${part}`;
  return text;
}

/** Makes digests; most of what they are made of fits into a piece of memory that is used again and again. */
function digester(): (text: string, message: Uint8Array) => string {
  const scratch = Buffer.alloc(4_096);
  return (text, message) => {
    // UTF-8 has at most three bytes for a unit of UTF-16.
    const sizeMax = 4 + 3 * text.length + message.length;
    const bytes = sizeMax <= scratch.length ? scratch : Buffer.alloc(sizeMax);
    const length = bytes.write(text, 4);
    bytes.writeUInt32BE(length, 0);
    bytes.set(message, 4 + length);
    return hash('sha256', bytes.subarray(0, 4 + length + message.length), 'base64url');
  };
}
