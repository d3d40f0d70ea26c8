import { z } from 'zod';
import { fieldValues } from '../../../headers.js';
import { type Principal, principalId } from '../../principal.js';
import type { GateView } from '../../view.js';
import type { Authentication, Authenticator } from '../authenticator.js';
import { quoted } from '../challenge.js';
import type { AuthShared } from '../create.js';
import type { AuthenticationOptions } from '../options.js';
import { providerAudience } from '../provider-audience.js';
import { watchFile } from '../watched-file.js';
import { digestOfKey, type KeyEntry, type Keys, readKeyFile } from './key-file.js';

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header field')
  .refine(
    (name) => !['authorization', 'cookie', 'host', 'content-type'].includes(name.toLowerCase()),
    'is a header field that means something else',
  );

/** A provider of `type: apiKey`. */
export const apiKeyProviderSchema = z.strictObject({
  type: z.literal('apiKey'),
  audience: providerAudience,
  keysFile: z
    .string()
    .min(1)
    .describe('Keys by their digests, as `propylon key new` prints them; read again when it changes.'),
  header: headerName.optional().describe('The header field of keys. Default: X-Api-Key and X-Goog-Api-Key.'),
  query: z
    .boolean()
    .optional()
    .describe('Whether keys may also be in the query, as $key or key: URLs end up in logs. Default false.'),
});

export type ApiKeyProvider = z.output<typeof apiKeyProviderSchema>;

/** Longer than any key; nobody makes us digest a whole head. */
const keyLengthMax = 512;

/** Every way in which a key is no key looks the same from outside. */
const unknownKey: Authentication = {
  kind: 'invalid',
  error: 'invalid_token',
  description: 'The API key is not valid',
};
const severalKeys: Authentication = {
  kind: 'invalid',
  error: 'invalid_request',
  description: 'The request has more than one API key',
};

/** Keys of a file, which is read again when it changes. */
export function createApiKeys(
  name: string,
  options: ApiKeyProvider,
  { host, realm }: Pick<AuthShared, 'host' | 'realm'>,
): Authenticator {
  let keys: ReadonlyMap<string, PreparedKey> = new Map();
  const close = watchFile(options.keysFile, host, (content) => {
    const read = readKeyFile(content.toString('utf8'));
    if ('problem' in read) return read.problem;
    keys = prepared(name, options, read);
    return undefined;
  });
  const headers = headersOf(options);
  const authenticate = (view: GateView): Authentication | undefined => {
    const found = keysOf(view, headers, options.query === true);
    const [key] = found;
    if (key === undefined) return undefined;
    if (found.length > 1) return severalKeys;
    return key.length > keyLengthMax ? unknownKey : judged(keys, key, host.clock.wall());
  };
  return {
    name,
    kind: 'api-key',
    audience: options.audience ?? 'public',
    // No registered scheme, but a 401 needs a challenge (RFC 9110 §15.5.2).
    challenge: `ApiKey realm=${quoted(realm)}, header="${headers[0]}"`,
    authenticate,
    rehearse: authenticate,
    close,
  };
}

/** Where API keys may be, of all providers: header fields in lower case, and whether the query. */
export function apiKeyNames(options: AuthenticationOptions | undefined): {
  readonly headers: readonly string[];
  readonly inQuery: boolean;
} {
  const providers = Object.values(options?.providers ?? {}).filter((provider) => provider.type === 'apiKey');
  return {
    headers: providers.flatMap(headersOf),
    inQuery: providers.some(({ query }) => query === true),
  };
}

function headersOf({ header }: ApiKeyProvider): readonly string[] {
  return header === undefined ? ['x-api-key', 'x-goog-api-key'] : [header.toLowerCase()];
}

interface PreparedKey extends KeyEntry {
  readonly authentication: Authentication;
}

function prepared(provider: string, options: ApiKeyProvider, keys: Keys): ReadonlyMap<string, PreparedKey> {
  const entries = [...keys].map(([digest, entry]): [string, PreparedKey] => {
    const { subject, scopes, labels, id, expiresAt } = entry;
    const principal: Principal = Object.freeze({
      id: principalId(provider, subject),
      provider,
      kind: 'api-key',
      audience: entry.audience ?? options.audience ?? 'public',
      subject,
      scopes: new Set(scopes),
      claims: Object.freeze({ sub: subject, key: id, labels }),
      expiresAt,
    });
    return [digest, { ...entry, authentication: { kind: 'principal', principal } }];
  });
  return new Map(entries);
}

function judged(keys: ReadonlyMap<string, PreparedKey>, key: string, now: number): Authentication {
  const entry = keys.get(digestOfKey(key));
  if (entry === undefined || entry.disabled) return unknownKey;
  return entry.expiresAt !== undefined && entry.expiresAt <= now ? unknownKey : entry.authentication;
}

function keysOf(view: GateView, headers: readonly string[], query: boolean): readonly string[] {
  const { request } = view;
  const given = headers.flatMap((header) => fieldValues(request.headers, header));
  const parameter = query ? view.keyParameter : undefined;
  return parameter === undefined ? given : [...given, parameter];
}
