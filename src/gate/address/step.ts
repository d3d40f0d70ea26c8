import { Code } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { GateStep } from '../step.js';
import { refusal } from '../verdict.js';
import { addressKey } from './address.js';
import { type AddressRanges, addressRanges } from './ranges.js';

const denied = refusal(
  Code.PERMISSION_DENIED,
  'ADDRESS_DENIED',
  'Requests from this address are not let through.',
);

/** The policy `addresses`. A client without an address is in no list, and is refused by either. */
export function addresses(context: GateContext): readonly GateStep[] {
  const { allow, deny } = context.policy.addresses ?? {};
  if (allow === undefined && deny === undefined) return [];
  const isAllowed = compiled(context, 'allow', allow) ?? (() => true);
  const isDenied = compiled(context, 'deny', deny) ?? (() => false);
  return [
    {
      name: 'addresses',
      admit({ clientAddress }) {
        const key = addressKey(clientAddress);
        return key !== undefined && isAllowed(key) && !isDenied(key) ? undefined : denied;
      },
    },
  ];
}

function compiled(
  { method, origins, report }: GateContext,
  list: 'allow' | 'deny',
  texts: readonly string[] | undefined,
): AddressRanges | undefined {
  if (texts === undefined) return undefined;
  const made = addressRanges(texts);
  if ('ranges' in made) return made.ranges;
  for (const problem of made.problems) {
    report({
      severity: 'error',
      code: 'POLICY_INVALID',
      text: `The policy of ${method.parent.typeName}.${method.name} has a wrong value in addresses.${list}: ${problem} (${origins.get(`addresses.${list}`)}).`,
      locations: [],
      hint: 'Write an address, a range such as 10.0.0.0/8 or 2001:db8::/32, loopback or private.',
    });
  }
  return undefined;
}
