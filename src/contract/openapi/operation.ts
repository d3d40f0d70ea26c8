import { commentOf, type Registry, type Resources } from '../../descriptor/index.js';
import type { Policy } from '../../gate/index.js';
import type { Limits } from '../../limits.js';
import type { OutlinedRoute } from '../../surface/index.js';
import { compact, type JsonObject } from '../json.js';
import { described, readComment } from '../schema/comment.js';
import { formOf } from '../schema/form.js';
import { gnosticOf, overlaid } from '../schema/gnostic.js';
import type { Schemas } from '../schema/schemas.js';
import { requestBody } from './body.js';
import { type ErrorOccasion, errorResponses } from './errors.js';
import { pathParameter, queryParameters } from './parameters.js';
import { type OpenApiPath, slotsOf } from './path.js';
import { isRawAnswer, isStreamed, successResponses } from './responses.js';
import { type SecuritySchemes, scopeSentence, securityOf } from './security.js';
import { systemParameterRefs } from './system-parameters.js';

/** What the operations of one document share. */
export interface OperationContext {
  readonly types: Registry;
  readonly schemas: Schemas;
  readonly resources: Resources;
  readonly limits: Limits;
  readonly securitySchemes: SecuritySchemes;
  readonly isGuarded: boolean;
}

/** What is known of an operation from its place in the document. */
export interface OperationPlace {
  readonly operationId: string;
  readonly tag: string;
  readonly path: OpenApiPath;
  /** The names of its slots, in their order. */
  readonly names: readonly string[];
}

/** One binding as an operation. */
export function operation(
  route: OutlinedRoute,
  place: OperationPlace,
  context: OperationContext,
): JsonObject {
  const { binding, policy, json } = route;
  const { method } = binding;
  const { schemas, limits, isGuarded, securitySchemes } = context;
  const form = formOf(json);
  const { summary, description } = readComment(commentOf(method));
  const body = requestBody(binding, schemas, form);
  const security = securityOf(policy, securitySchemes, isGuarded);
  const parameters = [
    ...slotsOf(place.path).map((slot, index) =>
      pathParameter(slot, place.names[index] ?? slot.name, schemas, form),
    ),
    ...queryParameters(binding, schemas, form, limits),
    ...headerParameters(policy),
    ...(isRawAnswer(binding) ? [] : systemParameterRefs(isStreamed(binding))),
  ];
  const occasions = new Set<ErrorOccasion>([
    'always',
    ...(body === undefined ? [] : ['body' as const]),
    ...(security === undefined ? [] : ['guarded' as const]),
    ...(policy.rateLimits === undefined && policy.concurrency === undefined ? [] : ['limited' as const]),
  ]);
  const made = compact({
    tags: [place.tag],
    operationId: place.operationId,
    summary,
    description: described(
      description?.replace(/\.$/, '') === summary ? undefined : description,
      streamSentence[method.methodKind],
      security === undefined ? undefined : scopeSentence(policy),
      limitSentence(policy),
      deprecationSentence(policy),
    ),
    deprecated:
      method.deprecated || method.parent.deprecated || policy.deprecation?.since !== undefined || undefined,
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: body,
    responses: { ...successResponses(route, schemas, form), ...errorResponses(occasions) },
    security: security ?? (isGuarded ? [] : undefined),
    'x-grpc-method': `${method.parent.typeName}.${method.name}`,
  });
  return overlaid(made, gnosticOf(context.types, method, 'Operation'));
}

const streamSentence: Readonly<Record<string, string>> = {
  server_streaming: 'Answers with a stream of messages: lines, elements of an array, or events.',
  client_streaming: 'Takes a stream of messages: lines, or elements of an array.',
  bidi_streaming: 'Takes a stream of messages and answers with one; a WebSocket carries both ways.',
};

function limitSentence({ rateLimits = [] }: Policy): string | undefined {
  const limits = rateLimits.map(({ requests, per = 1000 }) => `${requests} requests in ${per / 1000} s`);
  return limits.length === 0 ? undefined : `Limits: ${limits.join('; ')}.`;
}

function deprecationSentence({ deprecation }: Policy): string | undefined {
  const { since, sunset, link } = deprecation ?? {};
  const parts = [
    ...(since === undefined ? [] : [`Deprecated since ${since}.`]),
    ...(sunset === undefined ? [] : [`Will go on ${sunset}.`]),
    ...(link === undefined ? [] : [`Instead: <${link}>.`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' ');
}

function headerParameters({ idempotency }: Policy): JsonObject[] {
  const mode = idempotency?.mode ?? (idempotency?.remember === undefined ? 'off' : 'optional');
  if (mode === 'off') return [];
  return [
    compact({
      name: 'Idempotency-Key',
      in: 'header',
      description: 'The same value for each attempt of one request: it is done once, and answered alike.',
      required: mode === 'required' || undefined,
      schema: { type: 'string', minLength: 1 },
    }),
  ];
}
