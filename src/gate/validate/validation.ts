import { reflect } from '@bufbuild/protobuf/reflect';
import { type DecodedMessage, locationOf } from '../../descriptor/index.js';
import { Code, type FieldViolation, reasons } from '../../status/index.js';
import type { GateContext } from '../context.js';
import type { RequestMessage } from '../request-message.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import { pathText } from './client-path.js';
import type { RuleViolation } from './input-rules.js';
import { itemsIn } from './items.js';
import { namesOf, requiredCheck } from './required.js';
import { unaskedValues } from './unasked.js';
import { type IsJudged, updateScope } from './update-scope.js';

/**
 * Rules of buf.validate and REQUIRED of google.api.field_behavior: all that is wrong with a message at
 * once, by the client's names. Of an update only what it updates is judged, of the later messages of a
 * stream only what their body can hold.
 */
export function validationSteps(context: GateContext): readonly GateStep[] {
  const { policy, method, inputRules, clientName, resources } = context;
  const { rules = true, fieldBehavior = true } = policy.validation ?? {};
  const type = method.input;
  const hasRules = rules && inputRules.hasRules(type);
  const hasRequired = fieldBehavior && inputRules.hasRequired(type);
  if (!hasRules && !hasRequired) return [];
  const problem = hasRules ? inputRules.problemOf(type) : undefined;
  if (problem !== undefined) {
    context.report({
      severity: 'error',
      code: 'POLICY_INVALID',
      text: `The buf.validate rules of ${type.typeName} do not compile: ${problem}`,
      locations: [locationOf(type), locationOf(method)],
    });
    return [];
  }
  const required = hasRequired ? requiredCheck(type, clientName) : undefined;
  const isUnasked = unaskedValues(context);
  const scope = updateScope(context);
  const isInBody = inBody(context);
  const { violationsMax, validationStepsMax } = resources.limits;
  // Of @bufbuild/protovalidate nothing bounds what its CEL costs; what is one loop costs what the message does.
  const depth = hasRules ? inputRules.loopDepth(type) : 0;
  const itemsMax = depth < 2 ? Number.POSITIVE_INFINITY : validationStepsMax ** (1 / depth);

  const judge = (message: RequestMessage, decoded: DecodedMessage): readonly FieldViolation[] => {
    const broken = hasRules ? inputRules.violations(type, decoded) : [];
    if (broken.length === 0 && required === undefined) return [];
    const request = reflect(type, decoded);
    const isUpdated = scope?.(request) ?? always;
    const isJudged: IsJudged = message.isFirst ? isUpdated : (path) => isInBody(path) && isUpdated(path);
    const found: FieldViolation[] = [];
    required?.(request, isJudged, found);
    const known = new Set(found.map(({ field }) => field));
    for (const violation of broken) {
      if (isUnasked?.(request, violation.path) === true) continue;
      const field = pathText(violation.path, clientName);
      const isSaid = violation.ruleId === 'required' && known.has(field);
      if (!isSaid && isJudged(namesOf(violation.path))) found.push(fieldViolation(field, violation));
    }
    return found.slice(0, violationsMax);
  };
  const inspect = (_: unknown, message: RequestMessage): Refusal | undefined => {
    let decoded: DecodedMessage;
    try {
      decoded = message.decoded;
    } catch (cause) {
      return refusal(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', 'The body is not a protobuf message.', {
        cause,
      });
    }
    if (itemsMax < message.binary.length && itemsIn(reflect(type, decoded), itemsMax) > itemsMax)
      return refusal(Code.INVALID_ARGUMENT, 'FIELD_INVALID', 'The request has too many items for its rules.');
    let violations: readonly FieldViolation[];
    try {
      violations = judge(message, decoded);
    } catch (cause) {
      // What a rule cannot say of a message, nobody has allowed.
      return refusal(Code.INTERNAL, 'INTERNAL', reasons.INTERNAL, { cause });
    }
    if (violations.length === 0) return undefined;
    const isLacking = violations.every(({ reason }) => reason === 'REQUIRED');
    const reason = isLacking ? 'FIELD_REQUIRED' : 'FIELD_INVALID';
    return refusal(Code.INVALID_ARGUMENT, reason, summary(violations), { violations });
  };
  return [{ name: 'validation', inspect, everyMessage: true }];
}

const always: IsJudged = () => true;

/** Whether a later message of a stream could say otherwise: what the URL binds is in the first one only. */
function inBody({ body, variables }: GateContext): IsJudged {
  return (path) => {
    if (body !== '*') return path[0] === body;
    return variables.length === 0 || (path.length > 0 && !variables.includes(path.join('.')));
  };
}

function fieldViolation(field: string, { message, ruleId }: RuleViolation): FieldViolation {
  const description = message === '' ? `breaks the rule ${ruleId}` : message;
  // google.rpc.BadRequest: at most 63 of [A-Z0-9_].
  const reason = ruleId
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 63);
  return { field, description, ...(reason === '' ? {} : { reason }) };
}

function summary([first, ...others]: readonly FieldViolation[]): string {
  const field = first?.field ?? '';
  const said = `${field === '' ? 'The request' : `Field "${field}"`}: ${first?.description ?? ''}`;
  return others.length === 0 ? `${said}.` : `${said}, and ${others.length} more.`;
}
