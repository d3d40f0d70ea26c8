import { z } from 'zod';
import { audiences } from '../audience.js';
import { duration } from '../duration.js';

const names = z.array(z.string().min(1));
const count = z.int().min(1).max(0xffffffff);
const date = z.iso.date('must be a date such as 2026-01-31');

const change = z
  .strictObject({
    name: z.string().min(1).describe('A header field, or the path of a request field.'),
    set: z.string().optional().describe('It gets this value, whatever it had.'),
    default: z.string().optional().describe('It gets this value where it has none.'),
    rename: z
      .string()
      .min(1)
      .optional()
      .describe('It is called so from then on; the value of a field moves to one of the same type.'),
    drop: z.boolean().optional().describe('It is dropped.'),
  })
  .refine(
    ({ set, default: otherwise, rename, drop }) =>
      [set, otherwise, rename, drop].filter((action) => action !== undefined).length === 1,
    'needs one of set, default, rename and drop',
  );

const rateLimit = z.strictObject({
  group: z.string().min(1).optional().describe('Methods that name one group share the limit.'),
  requests: count.describe('Requests in the time of `per`.'),
  per: duration.optional().describe('Default 1s.'),
  burst: count.optional().describe('Requests that may come at once. Default: `requests`.'),
  by: z
    .enum(['principal', 'address', 'header', 'field', 'all'])
    .optional()
    .describe('What requests are counted by. Default: the principal; where there is none, the address.'),
  header: z.string().min(1).optional().describe('The header field, for `by: header`.'),
  field: z.string().min(1).optional().describe('The path of a request field, for `by: field`.'),
  cost: count.optional().describe('What one request counts for. Default 1.'),
});

/**
 * A layer of policy as it is written, in propylon.yaml or, by ProtoJSON's names, in
 * propylon/v1/annotations.proto: one truth for both. Durations come out as milliseconds.
 */
export const policySchema = z.strictObject({
  authentication: z
    .strictObject({
      mode: z
        .enum(['required', 'optional', 'none'])
        .optional()
        .describe('none: public; optional: nobody may come, bad credentials may not. Default required.'),
      providers: names.optional().describe('Providers whose credentials count. Default: all.'),
    })
    .optional()
    .describe('Who the caller must be.'),
  authorization: z
    .strictObject({
      scopes: names.optional().describe('Scopes that the caller must have, every one.'),
      anyScopes: names.optional().describe('Scopes of which the caller must have one.'),
      rule: z.string().min(1).optional().describe('A CEL expression that must be true.'),
      message: z.string().min(1).optional().describe('What a client is told whom the rule refuses.'),
    })
    .optional()
    .describe('What the caller must be allowed to do.'),
  visibility: z
    .enum(audiences)
    .optional()
    .describe('The audience that may see that the method exists. Default public.'),
  rateLimits: z.array(rateLimit).optional().describe('How often; every limit must let a request through.'),
  concurrency: z
    .strictObject({ max: count.optional().describe('Requests of the method that may be under way.') })
    .optional(),
  priority: z
    .enum(['low', 'normal', 'high'])
    .optional()
    .describe('What is refused first when the gateway has too much to do. Default normal.'),
  addresses: z
    .strictObject({
      allow: names.optional().describe('Only these addresses and ranges. Default: all.'),
      deny: names.optional().describe('Not these, even where `allow` has them.'),
    })
    .optional()
    .describe('Which addresses may call.'),
  timeout: duration.optional().describe('The longest time a call may take.'),
  requestBytesMax: count.optional().describe('Largest request body; never more than the limit for all.'),
  validation: z
    .strictObject({
      rules: z.boolean().optional().describe('Whether rules of buf.validate are enforced. Default true.'),
      fieldBehavior: z
        .boolean()
        .optional()
        .describe('Whether REQUIRED is checked and OUTPUT_ONLY ignored on input. Default true.'),
    })
    .optional(),
  preconditions: z
    .enum(['gateway', 'backend'])
    .optional()
    .describe(
      'Who checks If-Match and If-None-Match of writes. Default gateway: with the etag of the request (AIP-154).',
    ),
  cache: z
    .strictObject({
      ttl: duration.optional().describe('How long an answer is fresh; 0s for not at all.'),
      staleWhileRevalidate: duration.optional().describe('How long beyond it, while a new one is fetched.'),
      staleIfError: duration.optional().describe('How long beyond it, where the backend fails.'),
      scope: z.enum(['private', 'shared']).optional().describe("Whose answers. Default: the principal's."),
      vary: names.optional().describe('Request header fields that the answer depends on.'),
      tags: names.optional().describe('Names by which stored answers may be dropped.'),
    })
    .optional(),
  idempotency: z
    .strictObject({
      mode: z.enum(['off', 'optional', 'required']).optional().describe('What is made of Idempotency-Key.'),
      remember: duration.optional().describe('How long an answer is remembered. Default 24h.'),
      requestId: z.boolean().optional().describe('Whether an empty request_id is filled. Default true.'),
    })
    .optional(),
  deprecation: z
    .strictObject({
      since: date.optional().describe('Since when the method is deprecated.'),
      sunset: date.optional().describe('When it will go.'),
      link: z.url().optional().describe('A page that says what to do instead.'),
    })
    .optional(),
  cors: z
    .strictObject({
      origins: names.optional().describe('Origins whose pages may call; * for all, without credentials.'),
      credentials: z.boolean().optional().describe('Whether pages may send cookies and the like.'),
      requestHeaders: names.optional().describe('Further header fields that pages may send.'),
      responseHeaders: names.optional().describe('Further header fields that pages may read.'),
      maxAge: duration.optional().describe('How long a browser remembers the answer to a preflight.'),
    })
    .optional(),
  transform: z
    .strictObject({
      requestHeaders: z.array(change).optional().describe('Before they become metadata.'),
      responseHeaders: z.array(change).optional(),
      requestFields: z.array(change).optional().describe('Fields by their proto names: book.etag.'),
    })
    .optional()
    .describe('What is changed of requests and answers.'),
  success: z
    .strictObject({
      status: z.union([200, 201, 202, 204].map((status) => z.literal(status))).optional(),
      locationField: z.string().min(1).optional().describe('The response field whose value is Location.'),
      locationPrefix: z.string().min(1).optional().describe('The path before it: /v1/.'),
      operations: z
        .boolean()
        .optional()
        .describe('Whether a google.longrunning.Operation under way becomes 202. Default true.'),
    })
    .optional(),
});

/** One layer of policy, and what all layers together come to: durations in milliseconds. */
export type Policy = z.output<typeof policySchema>;
/** A layer as it is written. */
export type PolicyInput = z.input<typeof policySchema>;
