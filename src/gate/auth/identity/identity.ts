import type { MetadataEntry } from '../../../status/index.js';
import type { GateContext } from '../../context.js';
import type { Principal } from '../../principal.js';
import type { GateStep } from '../../step.js';
import type { AuthHost } from '../create.js';
import { defaultIdentityMetadata, identityMetadata } from './metadata.js';
import type { IdentityOptions } from './options.js';
import { createIdentityTokens, type IdentityTokens } from './tokens.js';

/** What backends learn of who calls. */
export interface Identity {
  /** Metadata that nobody but the gateway sets: lower-case names, client header fields of which never go on. */
  readonly reserved: ReadonlySet<string>;
  /** Metadata about a caller. */
  of(principal: Principal): readonly MetadataEntry[] | Promise<readonly MetadataEntry[]>;
  /** Undefined where the gateway signs nothing. */
  readonly tokens: IdentityTokens | undefined;
}

const defaultTokenName = 'x-propylon-jwt';

/** Made once. */
export function createIdentity(options: IdentityOptions | undefined, host: AuthHost): Identity {
  const { metadata = defaultIdentityMetadata, authorization = 'forward', jwt } = options ?? {};
  const plain = identityMetadata(metadata);
  const known = new WeakMap<Principal, readonly MetadataEntry[]>();
  const plainOf = (principal: Principal): readonly MetadataEntry[] => {
    const entries = known.get(principal) ?? plain(principal);
    known.set(principal, entries);
    return entries;
  };
  const tokens = jwt && createIdentityTokens(jwt, host);
  const name = jwt?.metadata ?? defaultTokenName;
  const reserved = new Set([
    ...Object.keys(defaultIdentityMetadata),
    ...Object.keys(metadata),
    ...(authorization === 'drop' ? ['authorization'] : []),
    name,
  ]);
  if (tokens === undefined) return { reserved, of: plainOf, tokens: undefined };
  const entryOf = (token: string): MetadataEntry => [
    name,
    name === 'authorization' ? `Bearer ${token}` : token,
  ];
  return {
    reserved,
    tokens,
    of(principal) {
      const token = tokens.of(principal);
      const entries = plainOf(principal);
      return typeof token === 'string'
        ? [...entries, entryOf(token)]
        : token.then((late) => [...entries, entryOf(late)]);
    },
  };
}

/**
 * Tells the backend who calls. The last step before the message: what others have left under its names is
 * dropped, on public methods too where headers are rewritten.
 */
export function identity({ resources, isGuarded, policy }: GateContext): readonly GateStep[] {
  const isPublic = policy.authentication?.mode === 'none';
  if (!isGuarded || (isPublic && policy.transform?.requestHeaders === undefined)) return [];
  const { reserved, of } = resources.identity;
  return [
    {
      name: 'identity',
      admit({ metadata, principal }) {
        for (let at = metadata.length - 1; at >= 0; at--) {
          const [name] = metadata[at] ?? [''];
          if (reserved.has(name)) metadata.splice(at, 1);
        }
        if (principal === undefined) return undefined;
        const entries = of(principal);
        if (!(entries instanceof Promise)) {
          metadata.push(...entries);
          return undefined;
        }
        return entries.then((late) => {
          metadata.push(...late);
          return undefined;
        });
      },
    },
  ];
}
