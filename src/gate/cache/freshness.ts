import { fieldValues, type HeaderFields } from '../../headers.js';
import type { Policy } from '../policy/schema.js';
import { type Directives, millisecondsOf, readDirectives } from './directives.js';

export type CachePolicy = NonNullable<Policy['cache']>;

/** How long a stored answer is good, in milliseconds since it was given. */
export interface Lifetime {
  /** Until then it is given as it is. */
  readonly freshMs: number;
  /** Until then it is given while a new one is fetched (RFC 5861 §3); `freshMs` for never. */
  readonly revalidateMs: number;
  /** Until then it is given where the backend fails (RFC 5861 §4); `freshMs` for never. */
  readonly errorMs: number;
  /** Caches behind us must not use it longer. */
  readonly mustRevalidate: boolean;
}

/**
 * How long the answer of a backend may be stored: as the policy says, or less where the backend's
 * Cache-Control says less. Undefined for not at all.
 */
export function lifetimeOf(policy: CachePolicy, headers: HeaderFields): Lifetime | undefined {
  const directives = readDirectives(fieldValues(headers, 'cache-control'));
  const isShared = policy.scope === 'shared';
  if (directives.has('no-store') || directives.has('no-cache')) return undefined;
  if (isShared && directives.has('private')) return undefined;
  // An answer with a cookie was made for one client.
  if (headers.some(([name]) => name === 'set-cookie')) return undefined;
  const { ttl = 0, staleWhileRevalidate = 0, staleIfError = 0 } = policy;
  const shared = isShared ? millisecondsOf(directives, 's-maxage') : undefined;
  const freshMs = Math.min(ttl, shared ?? millisecondsOf(directives, 'max-age') ?? ttl);
  if (freshMs <= 0) return undefined;
  const mustRevalidate = isNeverStale(directives, isShared);
  const beyond = (own: number, name: string): number =>
    freshMs + (mustRevalidate ? 0 : Math.min(own, millisecondsOf(directives, name) ?? own));
  return {
    freshMs,
    revalidateMs: beyond(staleWhileRevalidate, 'stale-while-revalidate'),
    errorMs: beyond(staleIfError, 'stale-if-error'),
    mustRevalidate,
  };
}

/** RFC 9111 §5.2.2.2, §5.2.2.8 and §5.2.2.10: s-maxage says it too. */
function isNeverStale(directives: Directives, isShared: boolean): boolean {
  return (
    directives.has('must-revalidate') ||
    (isShared && (directives.has('proxy-revalidate') || directives.has('s-maxage')))
  );
}
