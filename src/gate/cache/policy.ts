import { isDeclaredRead, locationOf } from '../../descriptor/index.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import type { GateContext } from '../context.js';

/** What makes it impossible to store the answers of a binding. */
export function problemsOf(context: GateContext): readonly Diagnostic[] {
  const { method, httpMethod, isUnary, policy, origins } = context;
  const name = `${method.parent.typeName}.${method.name}`;
  const origin = origins.get('cache.ttl') ?? 'its policy';
  const problem = (text: string, hint: string): Diagnostic => ({
    severity: 'error',
    code: 'POLICY_INVALID',
    text: `${name} cannot have a cache (${origin}): ${text}.`,
    locations: [locationOf(method)],
    hint,
  });
  const names = policy.cache?.vary ?? [];
  return [
    ...(isUnary ? [] : [problem('it streams', 'Only methods with one answer can have one.')]),
    ...(httpMethod === 'GET' || isDeclaredRead(method)
      ? []
      : [
          problem(
            `it is bound to ${httpMethod}, and does not say that it only reads`,
            'Declare it with option idempotency_level = NO_SIDE_EFFECTS, or leave out cache.',
          ),
        ]),
    ...names
      .filter((field) => !/^[!#$%&'+.^_`|~0-9A-Za-z-]+$/.test(field))
      .map((field) =>
        problem(
          `"${field}" in vary is no header field`,
          'Name the header fields that the answer depends on.',
        ),
      ),
  ];
}

/** Whether anybody may call the method: then its answers are no secret to the caches of others. */
export function openToAll({ isGuarded, policy }: GateContext): boolean {
  const { authentication, authorization, visibility = 'public', addresses } = policy;
  const isOpen = !isGuarded || authentication?.mode === 'none';
  return isOpen && visibility === 'public' && (authorization ?? addresses) === undefined;
}
