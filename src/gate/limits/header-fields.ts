import type { Hit, Limit } from './counter.js';

type Field = readonly [name: string, value: string];

/** RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-09): the same for all requests of a method. */
export function policyField(limits: readonly Limit[]): Field {
  const items = limits.map(({ name, rate }) => {
    // A window is whole seconds: a shorter one is said as so many requests in a second.
    const seconds = Math.max(1, Math.ceil(rate.perMs / 1_000));
    const quota = Math.max(1, Math.floor((rate.requests * seconds * 1_000) / rate.perMs));
    return `${quoted(name)};q=${quota};w=${seconds}`;
  });
  return ['ratelimit-policy', items.join(', ')];
}

/** RateLimit: what is left, and seconds until all of it is; undefined where nobody can say. */
export function rateLimitField(hits: readonly Hit[]): Field | undefined {
  let items = '';
  for (const { limit, remaining, resetMs } of hits) {
    if (remaining === undefined) continue;
    const item = `${quoted(limit.name)};r=${remaining};t=${Math.ceil(resetMs / 1_000)}`;
    items = items === '' ? item : `${items}, ${item}`;
  }
  return items === '' ? undefined : ['ratelimit', items];
}

/** A String of structured fields (RFC 9651 §3.3.3); names are printable ASCII, which is checked at load. */
function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
