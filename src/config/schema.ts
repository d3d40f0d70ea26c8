import { z } from 'zod';
import { parseDurationMs } from '../duration.js';
import { addressRanges, gateOptionsShape, policySchema } from '../gate/index.js';
import { defaultLimits, type Limits } from '../limits.js';
import { logOptionsSchema, metricsOptionsSchema, tracingSchema } from '../telemetry/index.js';
import {
  parseTarget,
  parseUpstream,
  type UpstreamOptions,
  upstreamOptionsSchema,
} from '../upstream/index.js';
import { checkOptionsSchema } from './check-options.js';
import { docsSchema } from './docs-options.js';

const port = z.int().min(0).max(65_535);
const names = z.array(z.string().min(1));
const fieldValue = z
  .string()
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII')
  .optional();

/** The address of a backend, checked where it is written, so that a problem has a line. */
function requireTarget(text: string, context: z.RefinementCtx<string>): void {
  const parsed = parseTarget(text);
  if ('problem' in parsed)
    context.addIssue({ code: 'custom', message: `is not a target: ${parsed.problem}` });
}

/** A backend that contradicts itself. */
function requireUpstream(options: UpstreamOptions, context: z.RefinementCtx<UpstreamOptions>): void {
  const parsed = parseUpstream(options);
  if ('problem' in parsed) context.addIssue({ code: 'custom', message: `cannot be used: ${parsed.problem}` });
}

const limitKeys = Object.keys(defaultLimits) as (keyof Limits)[];
const limit = (key: keyof Limits) => z.int().positive().optional().describe(`Default ${defaultLimits[key]}.`);
// Object.fromEntries forgets which keys it was given.
const limitShape = Object.fromEntries(limitKeys.map((key) => [key, limit(key)])) as Record<
  keyof Limits,
  ReturnType<typeof limit>
>;

/** How JSON is written and read, for all methods or some. */
const jsonShape = {
  emitDefaults: z.boolean().optional().describe('Print unset fields with their defaults.'),
  enumsAsNumbers: z.boolean().optional().describe('Print enums as numbers.'),
  protoNames: z.boolean().optional().describe('Print proto field names instead of lowerCamel ones.'),
  ignoreUnknown: z.boolean().optional().describe('Accept and drop unknown fields of a body.'),
};

/** How strictly requests are read, for all methods or some. */
const requestShape = {
  unknownQuery: z
    .enum(['refuse', 'ignore'])
    .optional()
    .describe('Query and form parameters that name no field: 400, or dropped.'),
  repeatedQuery: z
    .enum(['refuse', 'last-wins'])
    .optional()
    .describe(
      'A parameter of a field or map key that takes one value, given again: 400, or the last one counts.',
    ),
  ignoredQuery: names.optional().describe('Names that are dropped where they name no field: utm_source.'),
  unexpectedBody: z
    .enum(['refuse', 'ignore'])
    .optional()
    .describe('A body where the rule declares none: 400, or dropped.'),
  pathConflict: z
    .enum(['refuse', 'path-wins'])
    .optional()
    .describe("A body that gives a field of the path another value: 400, or the path's value counts."),
  emptyPatch: z
    .enum(['accept', 'refuse'])
    .optional()
    .describe('A PATCH that names no field to update: an empty update mask, or 400.'),
};

/** propylon.yaml, version 1. Every key is optional; unknown keys are refused. */
export const configSchema = z.strictObject({
  sources: z
    .strictObject({
      descriptors: names.optional().describe('Descriptor images, from `buf build --as-file-descriptor-set`.'),
      protos: names.optional().describe('Directories of .proto files; each is an import root.'),
      reflect: z
        .array(z.string().min(1).superRefine(requireTarget))
        .optional()
        .describe('Servers asked by gRPC reflection: host:port.'),
    })
    .optional()
    .describe('Where descriptors come from; sources may be combined.'),
  rules: names.optional().describe('google.api.Service files with HTTP rules, which replace annotations.'),
  backends: z
    .record(
      z.string(),
      z.union([z.string().superRefine(requireTarget), upstreamOptionsSchema.superRefine(requireUpstream)]),
    )
    .optional()
    .describe(
      'Selector (pkg.Service, pkg.Service.Method, pkg.*, *) to target (host:port, dns:///name:port, unix:/path), alone or with how it is called.',
    ),
  listen: z
    .strictObject({
      host: z.string().optional().describe('Default 0.0.0.0.'),
      port: port.optional().describe('Default 8080; 0 picks a free one.'),
      adminHost: z.string().optional().describe('Default 127.0.0.1.'),
      adminPort: port.optional().describe('Default 9090; 0 picks a free one.'),
      proxyProtocolFrom: z
        .array(z.string().min(1))
        .superRefine((texts, context) => {
          const ranges = addressRanges(texts);
          for (const problem of 'problems' in ranges ? ranges.problems : [])
            context.addIssue({ code: 'custom', message: `has a wrong value: ${problem}` });
        })
        .optional()
        .describe(
          'Addresses and ranges (CIDR) of proxies whose connections begin with a header of the PROXY protocol, version 1 or 2. Default none.',
        ),
      adminNames: names
        .optional()
        .describe('Names by which the admin listener may be asked, besides localhost and addresses.'),
      adminWrites: z
        .enum(['here', 'anywhere'])
        .optional()
        .describe('From where the admin listener takes what changes something. Default here: this machine.'),
      tls: z
        .strictObject({
          cert: z.string().min(1).describe('Certificate chain in PEM form; renewed files are read again.'),
          key: z.string().min(1),
          clientCa: z.string().min(1).optional().describe("Authorities of clients' certificates."),
          clientCertificate: z
            .enum(['none', 'request', 'require'])
            .optional()
            .describe('Whether clients show certificates. Default require with a clientCa, else none.'),
          minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).optional().describe('Default TLSv1.2.'),
        })
        .refine(
          ({ clientCa, clientCertificate = 'none' }) =>
            clientCa !== undefined || clientCertificate === 'none',
          'asks for certificates of clients, which needs a clientCa',
        )
        .optional()
        .describe('TLS for clients, HTTP/1.1 and HTTP/2.'),
    })
    .optional(),
  workers: z
    .union([z.int().min(1).max(512), z.literal('auto')])
    .optional()
    .describe(
      'Processes that serve, besides one that guides them; auto: one per processor. Default: one process that does both.',
    ),
  conflicts: z
    .enum(['warn', 'refuse'])
    .optional()
    .describe('Two equal bindings: warn (the first wins) or refuse to start.'),
  trailingSlash: z
    .enum(['strict', 'ignore'])
    .optional()
    .describe('ignore drops one trailing slash of a path.'),
  multiSegmentDecoding: z
    .enum(['slash', 'reserved'])
    .optional()
    .describe('Escapes that path variables of several segments keep as sent; reserved is what Envoy does.'),
  requests: z
    .strictObject({
      ...requestShape,
      methods: z
        .record(z.string(), z.strictObject(requestShape))
        .optional()
        .describe('Selector to the same settings for single methods, over those for all.'),
    })
    .optional()
    .describe('How strictly requests are read.'),
  streamFormats: z
    .record(z.string(), z.enum(['ndjson', 'json', 'sse', 'proto']))
    .optional()
    .describe('Selector to the format of response streams where the client names none. Default ndjson.'),
  errors: z
    .enum(['status', 'envelope', 'problem'])
    .optional()
    .describe(
      "The form of errors where the client names none: google.rpc.Status, AIP-193's envelope, RFC 9457.",
    ),
  json: z
    .strictObject({
      ...jsonShape,
      methods: z
        .record(z.string(), z.strictObject(jsonShape))
        .optional()
        .describe('Selector to the same settings for single methods, over those for all.'),
    })
    .optional(),
  codecs: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Functions that transcode, written ahead of time by `propylon codec --out`. Default: compiled on first use.',
    ),
  streamEnvelope: z
    .enum(['none', 'grpc-gateway'])
    .optional()
    .describe('grpc-gateway wraps streamed messages as that gateway does: {"result":M}, {"error":Status}.'),
  streamCleanEnd: z
    .boolean()
    .optional()
    .describe('Whether a stream that has told of an error ends well, instead of being cut. Default false.'),
  sse: z
    .strictObject({
      retryMs: z.int().positive().optional().describe('How long clients wait before they connect again.'),
      eventIds: z
        .record(z.string(), z.string())
        .optional()
        .describe('Selector to the response field that gives events their ids (Last-Event-ID).'),
    })
    .optional()
    .describe('Server-sent events.'),
  webSocketOrigins: z
    .union([names, z.literal('*')])
    .optional()
    .describe("Origins whose pages may open WebSockets, besides the gateway's own; * lets all."),
  securityHeaders: z
    .strictObject({
      contentTypeOptions: fieldValue.describe('X-Content-Type-Options. Default nosniff.'),
      referrerPolicy: fieldValue.describe('Referrer-Policy. Default no-referrer.'),
      contentSecurityPolicy: fieldValue.describe(
        "Content-Security-Policy. Default default-src 'none'; frame-ancestors 'none'.",
      ),
      crossOriginResourcePolicy: fieldValue.describe('Cross-Origin-Resource-Policy. Default same-site.'),
      strictTransportSecurity: fieldValue.describe('Strict-Transport-Security, by https only. Default off.'),
    })
    .optional()
    .describe('What browsers are told with every answer; off leaves a field out.'),
  readiness: z
    .strictObject({
      upstreams: z
        .enum(['none', 'any', 'all'])
        .optional()
        .describe('How many backends must be reached before the gateway is ready. Default none.'),
      timeoutMs: z.int().positive().optional().describe('A backend must answer in this time. Default 1000.'),
    })
    .optional()
    .describe('When /readyz says that requests may be sent.'),
  log: logOptionsSchema.optional().describe('What the process writes to standard error.'),
  audit: z
    .strictObject({
      file: z.string().min(1).optional().describe('Default standard error.'),
      linesMax: z
        .int()
        .positive()
        .optional()
        .describe('Lines in ten seconds; what is beyond is summed up. Default 100.'),
    })
    .optional()
    .describe('Where refusals of the gate are written down, a JSON line each. Default nowhere.'),
  tracing: tracingSchema
    .optional()
    .describe('OpenTelemetry: spans of requests and calls, sent by OTLP; over the variables OTEL_*.'),
  methodOverride: z
    .boolean()
    .optional()
    .describe('Whether a POST with X-HTTP-Method-Override counts as the method it names. Default false.'),
  timeouts: z
    .record(
      z.string(),
      z
        .string()
        .refine((text) => parseDurationMs(text) !== undefined, 'must be a duration such as 5s, 250ms or 2m'),
    )
    .optional()
    .describe('Selector to the longest time a call may take, such as 5s.'),
  metadata: z
    .strictObject({
      request: names.optional().describe('Further header fields that reach backends.'),
      response: names.optional().describe('Further metadata that reaches clients.'),
      trailers: names.optional().describe('Trailing metadata that reaches clients which take trailers.'),
    })
    .optional(),
  limits: z
    .strictObject(limitShape)
    .optional()
    .describe('Bounds on everything a client or backend controls.'),
  policies: z
    .record(z.string(), policySchema)
    .optional()
    .describe('Selector to what the gate does for requests; it wins over what methods declare.'),
  docs: docsSchema
    .optional()
    .describe(
      'The document of the API, /openapi.json and /openapi.yaml, and a page of it. false: neither. Default true.',
    ),
  check: checkOptionsSchema
    .optional()
    .describe('What `propylon check` makes of what it finds; nothing that serves reads it.'),
  metrics: metricsOptionsSchema.optional().describe('What is counted for /metrics of the admin listener.'),
  ...gateOptionsShape,
});

/** A parsed propylon.yaml. */
export type Config = z.infer<typeof configSchema>;

/** The schema for editors (JSON Schema 2020-12). */
export function configJsonSchema(): object {
  return { title: 'propylon.yaml', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}
