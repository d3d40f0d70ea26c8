import { z } from 'zod';
import { parseDurationMs } from '../duration.js';
import { Code, type CodeName } from '../status/index.js';

const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== undefined, 'must be a duration such as 5s, 250ms or 2m');
const count = z.int().positive();
const percent = z.number().min(0).max(100);
const code = z.enum(Object.keys(Code) as [CodeName, ...CodeName[]]);

const retryOptionsSchema = z.strictObject({
  attempts: z.int().min(2).max(5).optional().describe('Attempts at one call, the first included. Default 3.'),
  codes: z.array(code).min(1).optional().describe('gRPC codes that may pass. Default UNAVAILABLE.'),
  backoff: duration
    .optional()
    .describe('The longest first pause; it doubles, and is drawn by chance. Default 50ms.'),
  backoffMax: duration.optional().describe('Default 1s.'),
  perTryTimeout: duration
    .optional()
    .describe('The longest one attempt at a unary call may take. Default: the deadline.'),
  requestBytesMax: count.optional().describe('Larger requests are not repeated. Default 65536.'),
});

const hedgeOptionsSchema = z.strictObject({
  attempts: z.int().min(2).max(5).optional().describe('Attempts at one call, the first included. Default 2.'),
  delay: duration.optional().describe('Pause before the next attempt. Default 100ms.'),
  codes: z
    .array(code)
    .min(1)
    .optional()
    .describe('gRPC codes of one attempt after which another may still succeed. Default UNAVAILABLE.'),
});

const budgetOptionsSchema = z.strictObject({
  percent: percent.optional().describe('Repeated calls per 100 calls of the last ten seconds. Default 10.'),
  perSecondMin: z.number().min(0).optional().describe('Repeated calls that are always allowed. Default 10.'),
});

const breakerOptionsSchema = z.strictObject({
  failures: count.optional().describe('Failures in a row that suspend calls. Default 20.'),
  openFor: duration.optional().describe('Until a call is let through to see. Default 5s.'),
  connectionsMax: count
    .optional()
    .describe('Connections to one address, when each carries as many calls as the server allows. Default 8.'),
  inFlightMax: count.optional().describe('Calls at a time. Default 1024.'),
  pendingMax: count.optional().describe('Calls that wait for a connection. Default 1024.'),
});

const healthOptionsSchema = z.strictObject({
  service: z
    .string()
    .max(127)
    .optional()
    .describe('The service that is asked for. Default: the server as a whole.'),
});

const outlierOptionsSchema = z.strictObject({
  failures: count.optional().describe('Failures in a row that eject an address. Default 5.'),
  interval: duration.optional().describe('How often success rates are compared. Default 10s.'),
  addressesMin: count.optional().describe('Addresses with enough calls to compare. Default 5.'),
  callsMin: count.optional().describe('Calls of an address in an interval that are enough. Default 100.'),
  deviations: z
    .number()
    .positive()
    .optional()
    .describe('Standard deviations below the mean success rate that eject an address. Default 1.9.'),
  ejectFor: duration
    .optional()
    .describe('The first ejection; each further one takes as much longer. Default 30s.'),
  ejectForMax: duration.optional().describe('Default 5m.'),
  ejectPercentMax: percent
    .optional()
    .describe('Addresses that may be ejected at a time; one always may. Default 50.'),
});

const file = z.string().min(1);

const tlsOptionsSchema = z.strictObject({
  ca: file
    .optional()
    .describe("Who may have signed the backend's certificate: a file in PEM form. Default: Node's list."),
  cert: file.optional().describe('The certificate that the gateway shows (mTLS): a file in PEM form.'),
  key: file.optional().describe('Its key: a file in PEM form.'),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe("The name in the backend's certificate. Default: that of the target."),
});

const name = z.string().min(1);
const matchSchema = z.strictObject({
  header: name.describe('A header field of the client.'),
  value: z.string().optional().describe('Its value. Default: any.'),
});

const splitOptionsSchema = z.strictObject({
  target: name.describe('Where these calls go instead.'),
  percent: percent.optional().describe('So many of the calls that no `when` takes.'),
  when: matchSchema.optional().describe('The calls with this header field.'),
});

const mirrorOptionsSchema = z.strictObject({
  target: name.describe('Where copies go; their answers are discarded.'),
  percent: percent.optional().describe('Default 100.'),
  inFlightMax: count.optional().describe('Copies at a time; calls beyond are not copied. Default 100.'),
  timeout: duration.optional().describe('Default 5s.'),
});

const faultOptionsSchema = z.strictObject({
  when: matchSchema.optional().describe('The calls it is done to. Default: all.'),
  delay: duration.optional(),
  delayPercent: percent.optional().describe('Default 100.'),
  abort: code.optional().describe('The gRPC code that calls end with.'),
  abortPercent: percent.optional().describe('Default 100.'),
});

/** How a backend is called, as propylon.yaml and `createGateway` have it: one object below `backends`. */
export const upstreamOptionsSchema = z.strictObject({
  target: z
    .string()
    .min(1)
    .describe('host:port, host:port,host:port, dns:///name:port, unix:/path or xds:///name.'),
  balancer: z
    .enum(['round_robin', 'least_request', 'ring_hash', 'pick_first'])
    .optional()
    .describe('How calls spread over the addresses of a list or of dns:///. Default round_robin.'),
  hashOn: z
    .strictObject({
      header: z.string().min(1).optional().describe('A header field of the client.'),
      field: z.string().min(1).optional().describe('A field of the request, such as user.id.'),
    })
    .optional()
    .describe('What ring_hash places calls by: calls with the same value go to the same address.'),
  transport: z
    .enum(['auto', 'http2', 'grpc-js'])
    .optional()
    .describe(
      "The HTTP/2 client: the gateway's own, or that of @grpc/grpc-js. Default auto: http2, and grpc-js for xds:///.",
    ),
  compression: z
    .enum(['gzip'])
    .optional()
    .describe(
      'Requests of 1400 bytes or more go to the backend compressed. Default: none. Answers may always be.',
    ),
  tls: tlsOptionsSchema
    .optional()
    .describe('Connects with TLS. Files are read again for new connections. Default: plain text.'),
  split: z
    .array(splitOptionsSchema)
    .min(1)
    .optional()
    .describe('Targets that take some of the calls, for canaries; they are called as `target` is.'),
  splitOn: z
    .strictObject({ header: name.optional(), cookie: name.optional() })
    .optional()
    .describe(
      'What keeps the calls of one client on one side of a split. Default: chance decides each time.',
    ),
  mirror: mirrorOptionsSchema.optional().describe('Sends copies of unary calls to another target.'),
  fault: faultOptionsSchema.optional().describe('Delays and ends calls on purpose, for tests.'),
  serviceConfig: name
    .optional()
    .describe(
      "How the service's owner says it should be called: a gRPC service config in a JSON file, or dns.",
    ),
  retry: retryOptionsSchema
    .optional()
    .describe(
      'Repeats idempotent calls that failed before anything of an answer was seen. Default: none is.',
    ),
  hedge: hedgeOptionsSchema
    .optional()
    .describe('Sends idempotent unary calls again before they are answered. Default: none is.'),
  retryBudget: budgetOptionsSchema.optional().describe('Bounds what retry and hedge add to the load.'),
  health: healthOptionsSchema
    .optional()
    .describe('Asks each address how it is (grpc.health.v1), and leaves out those that do not serve.'),
  outlier: outlierOptionsSchema
    .optional()
    .describe('Leaves out addresses that fail more than others, for a while.'),
  breaker: breakerOptionsSchema
    .optional()
    .describe(
      'Ends calls at once, with 503, while the backend fails or has too many. Default: none are ended.',
    ),
});

export type UpstreamOptions = z.infer<typeof upstreamOptionsSchema>;

export type UpstreamTls = NonNullable<UpstreamOptions['tls']>;
