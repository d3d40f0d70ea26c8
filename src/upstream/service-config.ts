import { z } from 'zod';
import { Code, canonicalCode } from '../status/index.js';
import type { HedgePolicy } from './resilience/hedge.js';
import type { RetryPolicy } from './resilience/retry-policy.js';

/**
 * gRPC service config (grpc/grpc, doc/service_config.md and service_config.proto; retries: gRFC A6, health: A17):
 * what the owner of a service says about how it should be called. Unknown fields are ignored, as they are to be.
 */
export interface ServiceConfig {
  /** The first balancer of the list that is known here. */
  readonly balancer: 'round_robin' | 'least_request' | 'pick_first' | undefined;
  readonly health: string | undefined;
  readonly throttle: ThrottlePolicy | undefined;
  /** What is said of one method: of itself, of its service, or of all; the most specific entry counts as a whole. */
  method(path: string): MethodConfig | undefined;
}

export interface MethodConfig {
  readonly timeoutMs: number | undefined;
  readonly waitForReady: boolean;
  readonly requestBytesMax: number | undefined;
  readonly responseBytesMax: number | undefined;
  readonly retry: Omit<RetryPolicy, 'requestBytesMax'> | undefined;
  readonly hedge: HedgePolicy | undefined;
}

/** `retryThrottling`: no call is repeated while more than half of the tokens are spent. */
export interface ThrottlePolicy {
  readonly tokensMax: number;
  readonly tokenRatio: number;
}

/** google.protobuf.Duration in JSON: "1.5s" → 1500. */
const durationMs = z
  .string()
  .regex(/^\d+(?:\.\d{1,9})?s$/, 'must be a duration such as "1.5s"')
  .transform((text) => Number(text.slice(0, -1)) * 1_000);
const positiveMs = durationMs.refine((ms) => ms > 0, 'must be longer than 0s');
/** By name or number, in any case (gRFC A6). */
const statusCode = z
  .union([z.int(), z.string().transform((name) => ({ ...Code })[name.toUpperCase()] ?? -1)])
  .refine((code) => code >= 0 && canonicalCode(code) === code, 'must be a gRPC status code');
/** More attempts than five are taken for five. */
const attempts = z
  .int()
  .min(2)
  .transform((count) => Math.min(count, 5));
/** A 64-bit number in JSON may be a text. */
const bytes = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const retrySchema = z.object({
  maxAttempts: attempts,
  initialBackoff: positiveMs,
  maxBackoff: positiveMs,
  backoffMultiplier: z.number().positive(),
  retryableStatusCodes: z.array(statusCode).min(1),
  perAttemptRecvTimeout: positiveMs.optional(),
});

const hedgingSchema = z.object({
  maxAttempts: attempts,
  hedgingDelay: durationMs.optional(),
  nonFatalStatusCodes: z.array(statusCode).optional(),
});

const methodConfigSchema = z
  .object({
    name: z.array(z.object({ service: z.string().optional(), method: z.string().optional() })),
    timeout: durationMs.optional(),
    waitForReady: z.boolean().optional(),
    maxRequestMessageBytes: bytes.optional(),
    maxResponseMessageBytes: bytes.optional(),
    retryPolicy: retrySchema.optional(),
    hedgingPolicy: hedgingSchema.optional(),
  })
  .refine(({ retryPolicy, hedgingPolicy }) => retryPolicy === undefined || hedgingPolicy === undefined, {
    message: 'has both a retryPolicy and a hedgingPolicy',
  });

const serviceConfigSchema = z.object({
  loadBalancingPolicy: z.string().optional(),
  loadBalancingConfig: z.array(z.record(z.string(), z.unknown())).optional(),
  methodConfig: z.array(methodConfigSchema).optional(),
  retryThrottling: z
    .object({ maxTokens: z.number().positive().max(1_000), tokenRatio: z.number().positive() })
    .optional(),
  healthCheckConfig: z.object({ serviceName: z.string().optional() }).optional(),
});

/** Reads a service config. Returns a problem, for people, for what is not one. */
export function parseServiceConfig(text: string): ServiceConfig | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = serviceConfigSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'malformed'}` };
  }
  const { data } = parsed;
  const methods = new Map<string, MethodConfig>();
  for (const config of data.methodConfig ?? []) {
    for (const { service = '', method = '' } of config.name) {
      if (service === '' && method !== '') return { problem: `the method ${method} has no service` };
      const name = `${service}/${method}`;
      if (methods.has(name)) return { problem: `${service === '' ? 'the default' : name} is named twice` };
      methods.set(name, methodConfigOf(config));
    }
  }
  const { retryThrottling } = data;
  return {
    balancer: balancerOf(data.loadBalancingConfig ?? [], data.loadBalancingPolicy),
    health: data.healthCheckConfig?.serviceName,
    throttle: retryThrottling && {
      tokensMax: retryThrottling.maxTokens,
      // Thousandths count, and no more (gRFC A6).
      tokenRatio: Math.trunc(retryThrottling.tokenRatio * 1_000) / 1_000,
    },
    method(path) {
      const [, service = '', method = ''] = path.split('/');
      return methods.get(`${service}/${method}`) ?? methods.get(`${service}/`) ?? methods.get('/');
    },
  };
}

function methodConfigOf(config: z.infer<typeof methodConfigSchema>): MethodConfig {
  const { retryPolicy, hedgingPolicy } = config;
  return {
    timeoutMs: config.timeout,
    waitForReady: config.waitForReady ?? false,
    requestBytesMax: config.maxRequestMessageBytes,
    responseBytesMax: config.maxResponseMessageBytes,
    retry: retryPolicy && {
      attemptsMax: retryPolicy.maxAttempts,
      codes: new Set(retryPolicy.retryableStatusCodes),
      backoffMs: retryPolicy.initialBackoff,
      backoffMsMax: retryPolicy.maxBackoff,
      backoffMultiplier: retryPolicy.backoffMultiplier,
      perTryTimeoutMs: retryPolicy.perAttemptRecvTimeout,
    },
    hedge: hedgingPolicy && {
      attemptsMax: hedgingPolicy.maxAttempts,
      delayMs: hedgingPolicy.hedgingDelay ?? 0,
      codes: new Set(hedgingPolicy.nonFatalStatusCodes ?? []),
    },
  };
}

function balancerOf(
  configs: readonly Readonly<Record<string, unknown>>[],
  policy: string | undefined,
): ServiceConfig['balancer'] {
  const names = configs.flatMap((config) => Object.keys(config));
  for (const name of names.length > 0 ? names : [policy?.toLowerCase()]) {
    if (name === 'round_robin' || name === 'pick_first') return name;
    if (name === 'least_request_experimental' || name === 'least_request') return 'least_request';
  }
  return undefined;
}
