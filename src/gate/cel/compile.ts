import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelType,
  celEnv,
  isCelError,
  plan,
  run,
} from '@bufbuild/cel';
import type { Registry } from '../../descriptor/index.js';
import { checkExpression, ExpressionError } from './check.js';
import { loopFunctions, withMeteredLoops } from './loops.js';
import { CostError, Meter, metered } from './meter.js';
import { type Expression, parseExpression } from './parse.js';
import { nameOf, type StaticType } from './static-type.js';

/** An expression that is true or false of something. */
export interface Condition {
  /** The variables that it speaks of. */
  readonly used: ReadonlySet<string>;
  /**
   * What it says, or why it cannot say. `inputBytes` is the size of what it speaks of. Never throws, and costs no more
   * than it may.
   */
  holds(values: Readonly<Record<string, CelInput>>, inputBytes: number): boolean | Error;
}

/** What a condition is compiled for. */
export interface ConditionOptions {
  readonly variables: ReadonlyMap<string, StaticType>;
  readonly registry: Registry;
  /** The package in which names of types and enum values are looked for first. */
  readonly container: string;
  /** Units that one evaluation may cost; see Meter. */
  readonly costMax: number;
}

/** Compiles a CEL expression, or says what is wrong with it. */
export function compileCondition(
  text: string,
  options: ConditionOptions,
): Condition | { readonly problem: string; readonly hint?: string | undefined } {
  const { variables, registry, container, costMax } = options;
  const parsed = parseExpression(text);
  if ('problem' in parsed) return { problem: `does not parse: ${parsed.problem}` };
  const functions: CelFunc[] = [...celEnv({ registry }).funcs];
  try {
    const checked = checkExpression(parsed.expression, { variables, functions, registry, container });
    const { type, used, patterns } = checked;
    if (type.kind !== 'dyn' && !(type.kind === 'scalar' && type.name === 'bool'))
      return { problem: `is of type ${nameOf(type)}, not true or false` };
    checkPatterns(patterns);
    const { expression, estimate } = withMeteredLoops(parsed.expression, checked);
    if (estimate > costMax)
      return {
        problem: `costs ${Math.round(estimate)} where each list has 16 items; ${costMax} is the limit`,
        hint: 'Nest fewer loops.',
      };
    return { used, holds: evaluator(expression, functions, options) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { problem: error.message, hint: error.hint };
  }
}

function evaluator(
  expression: Expression,
  functions: readonly CelFunc[],
  { variables, registry, container, costMax }: ConditionOptions,
): Condition['holds'] {
  const meter = new Meter();
  let inputBytes = 0;
  const env = celEnv({
    namespace: container,
    registry,
    funcs: [...functions.map((func) => metered(func, meter)), ...loopFunctions(meter, () => inputBytes)],
    variables: Object.fromEntries(
      [...variables.keys()].map((name): [string, CelType] => [name, CelScalar.DYN]),
    ),
  });
  const evaluate = plan(env, expression);
  return (values, bytes) => {
    inputBytes = bytes;
    meter.begin(costMax);
    const result = evaluate(values);
    // An expression may have gone on after the error.
    if (meter.isSpent) return new CostError('The rule costs too much for this request.');
    if (isCelError(result)) return result;
    return typeof result === 'boolean'
      ? result
      : new Error('The rule is neither true nor false of this request.');
  };
}

/** Every pattern is RE2's. Throws ExpressionError. */
function checkPatterns(patterns: Iterable<string>): void {
  for (const pattern of patterns) {
    const tried = run('"".matches(pattern)', { pattern });
    if (isCelError(tried)) throw new ExpressionError(`has a pattern that is none: ${tried.message}`);
  }
}
