import { parse } from '@bufbuild/cel';

/** A CEL expression as a tree, its macros expanded. */
export type Expression = ReturnType<typeof parse>['expr'];

/** Reads an expression, or says what is wrong with it. */
export function parseExpression(
  text: string,
): { readonly expression: Expression } | { readonly problem: string } {
  try {
    return { expression: parse(text).expr };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
