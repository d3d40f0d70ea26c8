import type { Expression } from './parse.js';

/** How deep the loops of an expression are nested, looking through a list being one: its cost is a list's length to that power. */
export function loopDepth(of: Expression | undefined): number {
  const node = of?.exprKind;
  const deepest = (parts: readonly (Expression | undefined)[]): number =>
    Math.max(0, ...parts.map(loopDepth));
  switch (node?.case) {
    case 'selectExpr':
      return loopDepth(node.value.operand);
    case 'callExpr': {
      const { args, target } = node.value;
      const isSearch = node.value.function === '@in' && args[1]?.exprKind.case !== 'listExpr';
      return deepest([target, ...args]) + (isSearch ? 1 : 0);
    }
    case 'listExpr':
      return deepest(node.value.elements);
    case 'structExpr':
      return deepest(node.value.entries.map(({ value }) => value));
    case 'comprehensionExpr': {
      const { iterRange, loopCondition, loopStep, result } = node.value;
      return Math.max(loopDepth(iterRange), 1 + deepest([loopCondition, loopStep]), loopDepth(result));
    }
    default:
      return 0;
  }
}
