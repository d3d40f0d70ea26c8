import { isDeclaredRead, locationOf } from '../../descriptor/index.js';
import type { Finding } from '../finding.js';
import { found, methodName } from './found.js';
import type { Scope, ServedMethod } from './scope.js';

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Who may call what, where it looks like an oversight. */
export function lintAccess({ methods, outline }: Scope): readonly Finding[] {
  return methods.flatMap((served) => [
    ...(outline.isGuarded ? anonymousWrite(served) : []),
    ...scopesOfNobody(served),
  ]);
}

function anonymousWrite({ method, routes }: ServedMethod): readonly Finding[] {
  const writing = routes.find(({ binding }) => !reading.has(binding.httpMethod));
  // What can also be asked by a GET is a read whose question may be too long for a URL.
  const isRead = isDeclaredRead(method) || routes.some(({ binding }) => binding.httpMethod === 'GET');
  const mode = writing?.policy.authentication?.mode;
  if (writing === undefined || isRead || (mode !== 'none' && mode !== 'optional')) return [];
  const { httpMethod, template } = writing.binding;
  const text = `${methodName(method)}, "${httpMethod} ${template.text}", can be called by anybody (authentication: ${mode}).`;
  return [found('UNAUTHENTICATED_WRITE', methodName(method), text, locationOf(method))];
}

function scopesOfNobody({ method, routes: [route] }: ServedMethod): readonly Finding[] {
  const { authentication, authorization } = route?.policy ?? {};
  const scopes = [...(authorization?.scopes ?? []), ...(authorization?.anyScopes ?? [])];
  if (authentication?.mode !== 'none' || scopes.length === 0) return [];
  const text = `${methodName(method)} needs the scopes ${scopes.join(', ')}, and authenticates nobody.`;
  return [found('SCOPES_WITHOUT_AUTHENTICATION', methodName(method), text, locationOf(method))];
}
