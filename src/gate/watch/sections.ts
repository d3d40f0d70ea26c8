/** What a policy says that a step goes by: paths of its values, or of all that begin with one. */
const sections: Readonly<Record<string, readonly string[]>> = {
  cors: ['cors'],
  addresses: ['addresses'],
  overload: ['priority'],
  'rate limits by address': ['rateLimits'],
  authentication: ['authentication'],
  visibility: ['visibility'],
  scopes: ['authorization.scopes', 'authorization.anyScopes'],
  'output-only': ['validation.fieldBehavior'],
  'transformed fields': ['transform.requestFields'],
  rule: ['authorization.rule', 'authorization.message'],
  'rate limits': ['rateLimits'],
  concurrency: ['concurrency'],
  deprecation: ['deprecation'],
  'transformed headers': ['transform.requestHeaders', 'transform.responseHeaders'],
  identity: [],
  'rate limits by field': ['rateLimits'],
  'request ids': ['idempotency.requestId'],
  idempotency: ['idempotency'],
  cache: ['cache'],
  'entity tags': ['preconditions'],
  validation: ['validation'],
  operations: ['success.operations'],
  success: ['success'],
};

/** The values of a policy, by path, that a step of that name was made of. */
export function isOfStep(step: string, path: string): boolean {
  return (sections[step] ?? []).some((section) => path === section || path.startsWith(`${section}.`));
}
