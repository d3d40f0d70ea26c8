import type { GateContext } from '../context.js';
import type { MessageField } from '../message-field.js';
import { policyProblem } from '../policy/problem.js';
import type { GateStep } from '../step.js';
import type { GateReply } from '../verdict.js';

/** What a policy says of OK: its HTTP status, and Location out of a field of the answer. */
export function success(context: GateContext): readonly GateStep[] {
  const { policy, isUnary, method, report } = context;
  const { status, locationField, locationPrefix } = policy.success ?? {};
  if (status === undefined && locationField === undefined && locationPrefix === undefined) return [];
  if (!isUnary) {
    const path = status === undefined ? 'success' : 'success.status';
    const hint = 'Say it for unary methods only.';
    report(policyProblem(context, path, 'is for methods with one answer, and this one streams', hint));
    return [];
  }
  let field: MessageField | undefined;
  if (locationField !== undefined) {
    const found = context.responseField(locationField);
    if ('problem' in found || !found.isString) {
      const problem =
        'problem' in found ? `names no field: ${found.problem}` : 'names a field that is no string';
      const hint = `Name a string of ${method.output.typeName}, such as name.`;
      report(policyProblem(context, 'success.locationField', problem, hint));
      return [];
    }
    field = found;
  }
  if (locationPrefix !== undefined && !/^(?:\/|https?:\/\/)[\x21-\x7e]*$/.test(locationPrefix)) {
    const hint = 'Write the path that is before the value, such as /v1/.';
    report(policyProblem(context, 'success.locationPrefix', 'is no path and no address', hint));
    return [];
  }
  if (status === undefined && field === undefined) return [];
  return [
    {
      name: 'success',
      async around(_view, _message, next) {
        const answer = await next();
        if (answer.kind === 'failure') return answer;
        const located = field === undefined ? answer : withLocation(answer, field, locationPrefix ?? '/');
        return { ...located, httpStatus: status ?? answer.httpStatus };
      },
    },
  ];
}

/** A backend that says Location itself, in metadata, knows better. */
function withLocation(reply: GateReply, field: MessageField, prefix: string): GateReply {
  if (reply.binary === undefined || reply.headers.some(([name]) => name === 'location')) return reply;
  const value = field.text(reply.binary);
  if (value === undefined) return reply;
  return { ...reply, headers: [...reply.headers, ['location', locationPath(prefix, value)]] };
}

/** "/v1/", "shelves/a b" → "/v1/shelves/a%20b" */
export function locationPath(prefix: string, resource: string): string {
  return prefix + resource.split('/').map(encodeURIComponent).join('/');
}
