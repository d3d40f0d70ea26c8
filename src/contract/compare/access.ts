import { audiences, lostAddress, type Policy } from '../../gate/index.js';
import type { Outline } from '../../surface/index.js';
import type { Comparison } from './messages.js';
import { type RoutePair, routeText } from './routes.js';

/** Who may call a method. */
export function compareAccess(pair: RoutePair, { before, after, report }: Comparison): void {
  const [was, is] = [pair.before.policy, pair.after.policy];
  const subject = routeText(pair.before.binding);
  const at = pair.after.binding.location;
  const [mode, modeNow] = [modeOf(was, before), modeOf(is, after)];
  if (mode !== 'required' && modeNow === 'required') {
    const isForAll = !before.isGuarded && is.authentication?.mode === undefined;
    const text = isForAll
      ? `Nobody had declared a policy: now methods that say nothing of authentication want credentials, as ${subject} does.`
      : `${subject} could be called without credentials, and now cannot.`;
    report('AUTHENTICATION_REQUIRED', isForAll ? 'authentication' : subject, text, at);
  }
  if (mode !== 'none' && modeNow !== 'none') {
    const providers = providersOf(is, after);
    const gone = providers && providersOf(was, before)?.filter((name) => !providers.includes(name));
    if (gone !== undefined && gone.length > 0) {
      const text = `${subject} took credentials of ${gone.join(', ')}, and now of ${providers?.join(', ')} only.`;
      report('AUTHENTICATION_PROVIDER_REMOVED', subject, text, at);
    }
  }
  const scopes = addedScopes(was.authorization ?? {}, is.authorization ?? {});
  if (scopes !== undefined) report('SCOPE_ADDED', subject, `${subject} now wants ${scopes}.`, at);
  const [rule, ruleNow] = [was.authorization?.rule, is.authorization?.rule];
  if (ruleNow !== undefined && rule !== ruleNow) {
    if (rule === undefined)
      report('AUTHORIZATION_RULE_ADDED', subject, `${subject} has a rule now: \`${ruleNow}\`.`, at);
    else
      report(
        'AUTHORIZATION_RULE_CHANGED',
        subject,
        `The rule of ${subject} was \`${rule}\`, and is \`${ruleNow}\`.`,
        at,
      );
  }
  const [seen, seenNow] = [was.visibility ?? 'public', is.visibility ?? 'public'];
  if (audiences.indexOf(seenNow) > audiences.indexOf(seen))
    report('VISIBILITY_REDUCED', subject, `${subject} was ${seen}, and is ${seenNow}.`, at);
  const address = lostAddress(was.addresses ?? {}, is.addresses ?? {});
  if (address !== undefined) {
    const text = `${subject} could be called from ${address}, and no longer can: it has ${addressesText(is)}.`;
    report('ADDRESSES_NARROWED', subject, text, at);
  }
}

function modeOf({ authentication }: Policy, { isGuarded }: Outline): 'required' | 'optional' | 'none' {
  return isGuarded ? (authentication?.mode ?? 'required') : 'none';
}

/** Those whose credentials count; undefined where nobody has said. */
function providersOf(
  { authentication: own }: Policy,
  { authentication }: Outline,
): readonly string[] | undefined {
  return own?.providers ?? (authentication && Object.keys(authentication.providers));
}

type Authorization = NonNullable<Policy['authorization']>;

function addedScopes(was: Authorization, is: Authorization): string | undefined {
  const { scopes: before = [], anyScopes: anyBefore = [] } = was;
  const { scopes = [], anyScopes = [] } = is;
  const added = scopes.filter((scope) => !before.includes(scope));
  const gone = anyBefore.filter((scope) => !anyScopes.includes(scope) && !scopes.includes(scope));
  const isAnyNew = anyScopes.length > 0 && !anyScopes.some((scope) => before.includes(scope));
  const parts = [
    ...(added.length === 0 ? [] : [`the scope ${added.join(' and ')}`]),
    ...(isAnyNew && (anyBefore.length === 0 || gone.length > 0)
      ? [
          `one of the scopes ${anyScopes.join(', ')}${gone.length === 0 ? '' : `, no longer ${gone.join(', ')}`}`,
        ]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', and ');
}

function addressesText({ addresses: { allow, deny } = {} }: Policy): string {
  const parts = Object.entries({ allow, deny }).flatMap(([name, ranges]) =>
    ranges === undefined ? [] : [`${name} ${ranges.length === 0 ? 'none' : ranges.join(', ')}`],
  );
  return parts.join(' and ');
}
