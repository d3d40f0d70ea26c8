import { locationOf } from '../../descriptor/index.js';
import type { Diagnostic } from '../../diagnostic/index.js';
import type { GateContext } from '../context.js';

/**
 * Something that a policy cannot mean for its method: `path` is that of the value ("transform.requestFields"),
 * `problem` goes on from it: "names a field that …".
 */
export function policyProblem(
  { method, origins }: Pick<GateContext, 'method' | 'origins'>,
  path: string,
  problem: string,
  hint: string,
): Diagnostic {
  const origin = origins.get(path);
  const said = origin === undefined ? path : `${path}, said by ${origin},`;
  return {
    severity: 'error',
    code: 'POLICY_INVALID',
    text: `The policy of ${method.parent.typeName}.${method.name} cannot hold: ${said} ${problem}.`,
    locations: [locationOf(method)],
    hint,
  };
}
