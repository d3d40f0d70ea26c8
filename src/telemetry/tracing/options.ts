import { z } from 'zod';
import { parseDurationMs } from '../../duration.js';
import { type FormatName, formats } from './propagation.js';
import { samplerNames } from './sampler.js';

/** Names of a list that OTEL_PROPAGATORS may hold. `baggage` passes through in any case, and may be there. */
export const propagatorNames = [...(Object.keys(formats) as FormatName[]), 'baggage'] as const;

export const otlpProtocols = ['grpc', 'http/protobuf'] as const;

const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== undefined, 'must be a duration such as 1s or 250ms');

/** `tracing` in propylon.yaml; its being there switches tracing on. */
export const tracingSchema = z.strictObject({
  enabled: z.boolean().optional().describe('Default true.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://collector:4317' })
    .optional()
    .describe(
      'The collector; over HTTP, /v1/traces is added. Default http://localhost:4317, or 4318 over HTTP.',
    ),
  protocol: z.enum(otlpProtocols).optional().describe('Of OTLP. Default http/protobuf.'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Fields that go with each export, such as the key of a service.'),
  serviceName: z.string().min(1).optional().describe('service.name. Default propylon.'),
  propagators: z
    .array(z.enum(propagatorNames))
    .min(1)
    .optional()
    .describe(
      'How traces come in and go on to backends; of several in a request the last counts. Default tracecontext.',
    ),
  parentsFrom: z
    .enum(['clients', 'trustedProxies', 'nobody'])
    .optional()
    .describe(
      'Whose traces are continued, and whose sampling counts; others begin a new one that links to theirs. Default clients.',
    ),
  sampler: z.enum(samplerNames).optional().describe('Default parentbased_traceidratio.'),
  ratio: z.number().min(0).max(1).optional().describe('The share of traces that is sampled. Default 0.1.'),
  keepErrors: z
    .boolean()
    .optional()
    .describe('Whether requests that fail with 5xx are kept where they were not sampled. Default true.'),
  keepSlowerThan: z
    .union([z.literal('off'), duration])
    .optional()
    .describe('Requests that take longer are kept likewise. Default 1s.'),
  principal: z.boolean().optional().describe('Whether spans name the caller (enduser.id). Default false.'),
});

export type TracingOptions = Readonly<z.infer<typeof tracingSchema>>;
