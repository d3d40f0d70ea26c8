import { addresses } from './address/step.js';
import { authentication } from './auth/authentication.js';
import { identity } from './auth/identity/identity.js';
import { ruleSteps } from './authz/rule.js';
import { scopeSteps } from './authz/scopes.js';
import { visibilitySteps } from './authz/visibility.js';
import { caching } from './cache/caching.js';
import type { GateContext } from './context.js';
import { cors } from './cors/step.js';
import { idempotency } from './idempotency/idempotency.js';
import { concurrencyLimit } from './limits/concurrency.js';
import { overload } from './limits/overload.js';
import { addressLimits, callerLimits, fieldLimits } from './limits/steps.js';
import { deprecation } from './standard/deprecation.js';
import { entityTags } from './standard/entity-tags.js';
import { operations } from './standard/operations.js';
import { requestIds } from './standard/request-ids.js';
import { success } from './standard/success.js';
import type { GateStep } from './step.js';
import { transformedFields } from './transform/fields.js';
import { transformedHeaders } from './transform/headers.js';
import { outputOnlySteps } from './validate/output-only.js';
import { validationSteps } from './validate/validation.js';

/** Makes the steps of one kind for a binding; none where its policy asks for none. */
export type StepBuilder = (context: GateContext) => readonly GateStep[];

/**
 * Every step there is, in the order in which requests meet them. Within a phase the order is that of
 * this list; around the call, what stands first is outermost:
 *
 * cross-origin headers, addresses, overload, limits by address, authentication, visibility, scopes,
 * limits by principal and header, concurrency, deprecation, transformed headers, identity; with the message:
 * ignored output-only fields, transformed fields, the authorization rule, limits by field, request
 * ids, idempotency, cache, entity tags, validation; around the call besides: operations, success.
 *
 * What refuses nothing comes first, so that pages can read why they were refused. Counting an address
 * is cheaper than verifying a forged token, so addresses come before that. What a caller may do is
 * decided before anything is counted against the caller. Answers are remembered behind every check of
 * permission, and before rules of validation: only what was valid was stored.
 */
export const order: readonly StepBuilder[] = [
  cors,
  addresses,
  overload,
  addressLimits,
  authentication,
  visibilitySteps,
  scopeSteps,
  outputOnlySteps,
  transformedFields,
  ruleSteps,
  callerLimits,
  concurrencyLimit,
  deprecation,
  transformedHeaders,
  identity,
  fieldLimits,
  requestIds,
  idempotency,
  caching,
  entityTags,
  validationSteps,
  operations,
  success,
];
