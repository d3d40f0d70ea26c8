import type { Policy } from '../gate/index.js';
import type { Outline } from '../surface/index.js';

/** Who may call a method, on one line: "public", "credentials of jwt, scopes a and b, partners". */
export function accessText(
  { authentication, authorization, visibility, addresses }: Policy,
  { isGuarded }: Pick<Outline, 'isGuarded'>,
): string {
  const mode = isGuarded ? (authentication?.mode ?? 'required') : 'none';
  const providers = authentication?.providers?.join(' or ') ?? 'any provider';
  const { scopes = [], anyScopes = [], rule } = authorization ?? {};
  const { allow = [], deny = [] } = addresses ?? {};
  return [
    mode === 'none' ? 'public' : `${mode === 'optional' ? 'optional ' : ''}credentials of ${providers}`,
    ...(scopes.length === 0 ? [] : [`scopes ${scopes.toSorted().join(' and ')}`]),
    ...(anyScopes.length === 0 ? [] : [`scopes ${anyScopes.toSorted().join(' or ')}`]),
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(allow.length === 0 ? [] : [`from ${allow.toSorted().join(' or ')}`]),
    ...(deny.length === 0 ? [] : [`not from ${deny.toSorted().join(' or ')}`]),
    ...(visibility === undefined || visibility === 'public' ? [] : [`seen by ${visibility} callers`]),
  ].join(', ');
}
