import type { CelInput } from '@bufbuild/cel';
import { reflect } from '@bufbuild/protobuf/reflect';
import { locationOf } from '../../descriptor/index.js';
import { Code, reasons } from '../../status/index.js';
import { type Condition, compileCondition } from '../cel/compile.js';
import { dyn, listOf, mapOf, type StaticType, scalar } from '../cel/static-type.js';
import type { GateContext } from '../context.js';
import type { Principal } from '../principal.js';
import type { GateStep } from '../step.js';
import { type Refusal, refusal } from '../verdict.js';
import type { GateView } from '../view.js';

type Values = Readonly<Record<string, CelInput>>;

/**
 * `authorization.rule`: a CEL expression that must be true of a request. One that speaks of the message is asked
 * with it, and of every message of a client stream; another before the body is read. What it cannot say, it has
 * not allowed.
 */
export function ruleSteps(context: GateContext): readonly GateStep[] {
  const { policy, method, registry, resources, variables, origins } = context;
  const { rule, message = reasons.RULE_DENIED } = policy.authorization ?? {};
  if (rule === undefined) return [];
  const report = (problem: string, hint?: string): void =>
    context.report({
      severity: 'error',
      code: 'POLICY_INVALID',
      text: `The rule of ${method.parent.typeName}.${method.name} (${origins.get('authorization.rule') ?? ''}) ${problem}.`,
      locations: [locationOf(method)],
      ...(hint === undefined ? {} : { hint }),
    });
  const compiled = compileCondition(rule, {
    variables: vocabularyOf(context),
    registry: registry.types,
    container: method.parent.file.proto.package,
    costMax: resources.limits.ruleCostMax,
  });
  if ('problem' in compiled) {
    report(compiled.problem, compiled.hint);
    return [];
  }
  const { used } = compiled;
  if (policy.authentication?.mode === 'none' && (used.has('auth') || used.has('principal'))) {
    report('speaks of the caller, whom nobody authenticates', 'Leave out authentication.mode: none.');
    return [];
  }
  const denied = refusal(Code.PERMISSION_DENIED, 'RULE_DENIED', message);
  const decide = (condition: Condition, values: Values, bytes: number): Refusal | undefined => {
    const said = condition.holds(values, bytes);
    if (said === true) return undefined;
    return said === false ? denied : { ...denied, cause: said };
  };
  const callers = callerValues();
  const valuesOf = (view: GateView): Values => ({
    ...callers(view.principal),
    ...(used.has('path') ? { path: pathOf(variables, view.captures) } : {}),
    ...(used.has('source') ? { source: { address: view.clientAddress } } : {}),
  });
  if (!used.has('request')) return [{ name: 'rule', admit: (view) => decide(compiled, valuesOf(view), 0) }];
  const type = method.input;
  const inspect: GateStep['inspect'] = (view, request) => {
    let decoded: CelInput;
    try {
      decoded = reflect(type, request.decoded);
    } catch (cause) {
      return refusal(Code.INVALID_ARGUMENT, 'BODY_MALFORMED', 'The body is not a protobuf message.', {
        cause,
      });
    }
    return decide(compiled, { ...valuesOf(view), request: decoded }, request.binary.length);
  };
  return [{ name: 'rule', inspect, everyMessage: true, evenOfNone: true }];
}

function vocabularyOf({ method, variables }: GateContext): ReadonlyMap<string, StaticType> {
  const string = scalar('string');
  const record = (name: string, fields: Readonly<Record<string, StaticType>>): StaticType => ({
    kind: 'record',
    name,
    fields: new Map(Object.entries(fields)),
  });
  return new Map<string, StaticType>([
    ['request', { kind: 'message', desc: method.input }],
    ['path', record('path', Object.fromEntries(variables.map((name) => [name, string])))],
    ['auth', mapOf(string, dyn)],
    [
      'principal',
      record('principal', {
        id: string,
        provider: string,
        subject: string,
        kind: string,
        audience: string,
        scopes: listOf(string),
      }),
    ],
    ['source', record('source', { address: string })],
  ]);
}

/** Values of callers, kept for as long as the callers are. Nobody is null, and has no claims. */
function callerValues(): (principal: Principal | undefined) => Values {
  const known = new WeakMap<Principal, Values>();
  const nobody: Values = { auth: new Map(), principal: null };
  return (principal) => {
    if (principal === undefined) return nobody;
    const before = known.get(principal);
    if (before !== undefined) return before;
    const { id, provider, subject, kind, audience, scopes, claims } = principal;
    const values: Values = {
      auth: celOf(claims),
      principal: new Map<string, CelInput>(
        Object.entries({ id, provider, subject, kind, audience, scopes: [...scopes] }),
      ),
    };
    known.set(principal, values);
    return values;
  };
}

/** JSON as CEL has it; what is no JSON is null. */
function celOf(value: unknown): CelInput {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(celOf);
  if (value instanceof Set) return [...value].map(celOf);
  if (typeof value !== 'object' || value === null) return null;
  return new Map(Object.entries(value).map(([name, held]): [string, CelInput] => [name, celOf(held)]));
}

function pathOf(variables: readonly string[], captures: readonly string[]): Map<string, CelInput> {
  return new Map(variables.map((name, at): [string, CelInput] => [name, captures[at] ?? '']));
}
