import type { Invocation } from '../tracer.js';
import type { SpanAttributes } from './attributes.js';

/** The function of a cloud of which this process is an instance, as far as its platform tells. */
export interface FunctionPlatform {
  /** Of the resource, by the names of OpenTelemetry's semantic conventions: `cloud.platform`, `faas.name`, … */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Whether instances are started before there are requests for them, so that none waits for a start. */
  readonly startsAhead: boolean;
}

/** FaaS spans: what a request's span says besides, of each request once; undefined where there is no function. */
export function invocationAttributes(
  platform: FunctionPlatform | undefined,
): (invocation: Invocation | undefined) => SpanAttributes | undefined {
  if (platform === undefined) return () => undefined;
  let isCold = !platform.startsAhead;
  return ({ id, functionName, arn } = {}) => {
    const attributes: SpanAttributes = { 'faas.trigger': 'http', 'faas.coldstart': isCold };
    isCold = false;
    if (id !== undefined) attributes['faas.invocation.id'] = id;
    if (functionName !== undefined) attributes['faas.name'] = functionName;
    if (arn !== undefined) attributes['aws.lambda.invoked_arn'] = arn;
    return attributes;
  };
}
