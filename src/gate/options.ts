import { z } from 'zod';
import { trustedProxiesProblems } from './address/trusted-proxies.js';
import { identityOptionsSchema } from './auth/identity/options.js';
import { authenticationOptionsSchema } from './auth/options.js';
import { visibilityLabels } from './authz/options.js';
import { cacheOptionsSchema } from './cache/options.js';
import { idempotencyOptionsSchema } from './idempotency/options.js';
import { overloadOptionsSchema, rateLimitOptionsSchema } from './limits/options.js';
import { redisOptionsSchema } from './redis-options.js';

/** Settings of the gate that are not of single methods: top-level keys of propylon.yaml. */
export const gateOptionsShape = {
  trustedProxies: z
    .array(z.string().min(1))
    .superRefine((options, context) => {
      for (const problem of trustedProxiesProblems(options))
        context.addIssue({ code: 'custom', message: `has a wrong value: ${problem}` });
    })
    .optional()
    .describe(
      'Addresses and ranges (CIDR) of proxies whose X-Forwarded-For, -Proto and -Host count; loopback, private, unix. Default none.',
    ),
  requestIdsFrom: z
    .enum(['clients', 'trustedProxies'])
    .optional()
    .describe('Whose X-Request-Id is kept; others get a new one. Default clients.'),
  redis: redisOptionsSchema.optional().describe('The Redis that a fleet of gateways shares. Default none.'),
  visibilityLabels,
  authentication: authenticationOptionsSchema
    .optional()
    .describe('Who callers may be, and how they show it.'),
  rateLimits: rateLimitOptionsSchema.optional().describe('Where requests are counted for rate limits.'),
  overload: overloadOptionsSchema
    .optional()
    .describe('Refuses requests while the process has too much to do. Default: none is.'),
  cache: cacheOptionsSchema.optional().describe('Where answers are stored.'),
  identity: identityOptionsSchema.optional().describe('What backends learn of who calls.'),
  idempotency: idempotencyOptionsSchema
    .optional()
    .describe('Where answers to requests with an Idempotency-Key are remembered.'),
};

const gateOptionsSchema = z.strictObject(gateOptionsShape);

/** The gate's settings among others. */
export function gateOptionsOf(settings: GateOptions): GateOptions {
  const own = Object.entries(settings).filter(([name]) => name in gateOptionsShape);
  return Object.fromEntries(own);
}

export type GateOptions = z.output<typeof gateOptionsSchema>;
/** The settings as they are written. */
export type GateOptionsInput = z.input<typeof gateOptionsSchema>;
