import { type CelFunc, type CelList, CelScalar, celFunc, celList, listType } from '@bufbuild/cel';
import type { Checked } from './check.js';
import type { Meter } from './meter.js';
import { type Expression, parseExpression } from './parse.js';

/** Each turn of a loop calls it, with what a turn costs and whether it converts part of the request. */
const tick = '__tick__';
/** An empty list that grows. */
const empty = '__empty__';
const push = '__push__';

/** Functions that loops made by `withMeteredLoops` call. `inputBytes`: size of what is evaluated on. */
export function loopFunctions(meter: Meter, inputBytes: () => number): CelFunc[] {
  const { BOOL, DYN, INT } = CelScalar;
  const growing = new WeakMap<CelList, unknown[]>();
  const ticking = celFunc(tick, [INT, BOOL], BOOL, () => true);
  return [
    // A throw inside of a function's own body would be an error that expressions can swallow.
    Object.assign(ticking, {
      call: (_: number, __: unknown, [weight, converts]: readonly unknown[]) => {
        meter.spend(Number(weight) + (converts === true ? inputBytes() / 16 : 0));
        return true;
      },
    }),
    celFunc(empty, [], listType(DYN), () => {
      const items: [] = [];
      const list = celList(items);
      growing.set(list, items);
      return list;
    }),
    celFunc(push, [listType(DYN), DYN], listType(DYN), (list, item) => {
      growing.get(list)?.push(item);
      return list;
    }),
  ];
}

/** What loops may cost, and what is wrong with that. */
export interface MeteredExpression {
  readonly expression: Expression;
  /** What one evaluation costs where every list has a few items: for expressions that are never cheap. */
  readonly estimate: number;
}

/** Items of a list for which costs are estimated. */
const assumedItems = 16;

/**
 * The expression with loops (all, exists, exists_one, map, filter) that pay for each turn, and grow one
 * list instead of joining two in each: the lists of @bufbuild/cel are joined by reference, so that reading
 * one that a loop has made takes as many steps for each item as there were turns. Names of enum values
 * become their numbers; @bufbuild/cel does not find those of a package whose name begins with one letter.
 */
export function withMeteredLoops(expression: Expression, known: Known): MeteredExpression {
  const rewrite = new Rewrite(known);
  const rewritten = rewrite.expression(expression);
  return { expression: rewritten, estimate: rewrite.cost };
}

/** What is made use of. */
type Known = Pick<Checked, 'conversions' | 'enumValues'>;

class Rewrite {
  /** Of what has been rewritten, at the assumed number of items. */
  cost = 0;
  readonly #known: Known;
  /** How often the place is come to. */
  #times = 1;
  /** Parts of the innermost loop's turn, and whether one of them converts. */
  #parts = 0;
  #converts = false;

  constructor(known: Known) {
    this.#known = known;
  }

  expression(of: Expression): Expression {
    const node = of.exprKind;
    this.#parts += 1;
    this.cost += this.#times;
    this.#converts ||= this.#known.conversions.has(of.id);
    const enumValue = this.#known.enumValues.get(of.id);
    if (enumValue !== undefined) return parsedOf(String(enumValue));
    switch (node.case) {
      case 'selectExpr':
        return {
          ...of,
          exprKind: { ...node, value: { ...node.value, ...this.#optional('operand', node.value.operand) } },
        };
      case 'callExpr': {
        const args = node.value.args.map((arg) => this.expression(arg));
        return {
          ...of,
          exprKind: {
            ...node,
            value: { ...node.value, args, ...this.#optional('target', node.value.target) },
          },
        };
      }
      case 'listExpr': {
        const elements = node.value.elements.map((element) => this.expression(element));
        return { ...of, exprKind: { ...node, value: { ...node.value, elements } } };
      }
      case 'structExpr': {
        const entries = node.value.entries.map((entry) => ({
          ...entry,
          ...this.#optional('value', entry.value),
          keyKind:
            entry.keyKind.case === 'mapKey'
              ? { ...entry.keyKind, value: this.expression(entry.keyKind.value) }
              : entry.keyKind,
        }));
        return { ...of, exprKind: { ...node, value: { ...node.value, entries } } };
      }
      case 'comprehensionExpr':
        return { ...of, exprKind: { ...node, value: this.#loop(node.value) } };
      default:
        return of;
    }
  }

  #optional<K extends string>(name: K, of: Expression | undefined): { [_ in K]?: Expression } {
    return of === undefined ? {} : ({ [name]: this.expression(of) } as { [_ in K]?: Expression });
  }

  #loop(fold: Loop): Loop {
    const { iterRange, accuInit, loopCondition, loopStep } = fold;
    if (
      iterRange === undefined ||
      accuInit === undefined ||
      loopCondition === undefined ||
      loopStep === undefined
    )
      return fold;
    const range = this.expression(iterRange);
    const [times, parts, converts] = [this.#times, this.#parts, this.#converts];
    this.#times *=
      iterRange.exprKind.case === 'listExpr' ? iterRange.exprKind.value.elements.length : assumedItems;
    this.#parts = 0;
    this.#converts = false;
    const condition = this.expression(loopCondition);
    const isGrowing = accuInit.exprKind.case === 'listExpr' && accuInit.exprKind.value.elements.length === 0;
    const step = this.expression(isGrowing ? pushing(loopStep, fold.accuVar) : loopStep);
    const ticked = template(`${tick}(${this.#parts}, ${this.#converts}) && true`, (args) => [
      args[0],
      condition,
    ]);
    [this.#times, this.#parts, this.#converts] = [times, parts, converts];
    return {
      ...fold,
      iterRange: range,
      accuInit: isGrowing ? template(`${empty}()`) : accuInit,
      loopCondition: ticked,
      loopStep: step,
    };
  }
}

type Loop = Extract<Expression['exprKind'], { readonly case: 'comprehensionExpr' }>['value'];
type Args = readonly (Expression | undefined)[];

/** `accu + [x]` → `push(accu, x)`, also below a condition. Everything else a list is not grown by. */
function pushing(step: Expression, accuVar: string): Expression {
  const node = step.exprKind;
  if (node.case !== 'callExpr') return step;
  const { args } = node.value;
  if (node.value.function === '_?_:_')
    return {
      ...step,
      exprKind: { ...node, value: { ...node.value, args: args.map((arg) => pushing(arg, accuVar)) } },
    };
  const [list, added] = args;
  const isAccu = list?.exprKind.case === 'identExpr' && list.exprKind.value.name === accuVar;
  const items = added?.exprKind.case === 'listExpr' ? added.exprKind.value.elements : [];
  if (node.value.function !== '_+_' || !isAccu || items.length !== 1) return step;
  return template(`${push}(a, b)`, () => [list, items[0]]);
}

/** A call in which the arguments are others. */
function template(text: string, replace: (args: Args) => Args = (args) => args): Expression {
  const call = parsedOf(text);
  const node = call.exprKind;
  if (node.case !== 'callExpr') return call;
  const args = replace(node.value.args).filter((arg) => arg !== undefined);
  return { ...call, exprKind: { ...node, value: { ...node.value, args } } };
}

function parsedOf(text: string): Expression {
  const parsed = parseExpression(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.expression;
}
