import { z } from 'zod';
import {
  type GateOptionsInput,
  gateOptionsShape,
  type PolicyInput,
  policySchema,
} from '../../src/gate/index.js';
import type { GatewayOptions } from '../../src/index.js';

/** Policies by selector, and settings of the gate, as propylon.yaml has them. Throws where the file would be refused. */
export function gateSettings(
  policies: Readonly<Record<string, PolicyInput>>,
  options: GateOptionsInput = {},
): Pick<GatewayOptions, 'policies' | 'gate'> {
  return {
    policies: Object.entries(policies).map(([selector, policy]) => ({
      selector,
      policy: policySchema.parse(policy),
    })),
    gate: z.strictObject(gateOptionsShape).parse(options),
  };
}
