import { locationOf } from '../../descriptor/index.js';
import { Code, reasons } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { Principal } from '../principal.js';
import type { GateStep } from '../step.js';
import { refusal } from '../verdict.js';

/** RFC 6749 §3.3: what a scope may be made of; the challenge quotes it. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Callers have every scope of `authorization.scopes` and one of `authorization.anyScopes`. */
export function scopeSteps({ policy, method, report }: GateContext): readonly GateStep[] {
  const { scopes: all = [], anyScopes: any = [] } = policy.authorization ?? {};
  if (all.length === 0 && any.length === 0) return [];
  const invalid = (problem: string, hint: string): void =>
    report({
      severity: 'error',
      code: 'POLICY_INVALID',
      text: `${method.parent.typeName}.${method.name} ${problem}`,
      locations: [locationOf(method)],
      hint,
    });
  if (policy.authentication?.mode === 'none') {
    invalid('needs scopes, but authenticates nobody.', 'Leave out authentication.mode: none, or the scopes.');
  }
  for (const scope of [...all, ...any].filter((scope) => !scopeToken.test(scope))) {
    invalid(`needs the scope ${JSON.stringify(scope)}, which no token can have.`, 'RFC 6749 §3.3');
  }
  const needed = [...new Set([...all, ...any])].join(' ');
  const has = ({ scopes }: Principal): boolean =>
    all.every((scope) => scopes.has(scope)) && (any.length === 0 || any.some((scope) => scopes.has(scope)));
  const nobody = refusal(Code.UNAUTHENTICATED, 'CREDENTIALS_MISSING', reasons.CREDENTIALS_MISSING, {
    headers: [['www-authenticate', `Bearer scope="${needed}"`]],
  });
  const lacking = refusal(Code.PERMISSION_DENIED, 'SCOPE_MISSING', reasons.SCOPE_MISSING, {
    headers: [['www-authenticate', `Bearer error="insufficient_scope", scope="${needed}"`]],
    info: {
      ...(all.length > 0 ? { scopes: all.join(' ') } : {}),
      ...(any.length > 0 ? { anyScopes: any.join(' ') } : {}),
    },
  });
  const admit: GateStep['admit'] = ({ principal }) => {
    if (principal === undefined) return nobody;
    return has(principal) ? undefined : lacking;
  };
  return [{ name: 'scopes', admit }];
}
