import type { DescMethod, DescService } from '../descriptor/index.js';

/** Finds the entry whose selector fits a method best. */
export interface SelectorTable<T> {
  find(method: DescMethod): T | undefined;
  /** All entries that fit, least specific first: layers of options, of which the last word counts. */
  layers(method: DescMethod): readonly T[];
}

/**
 * Selectors: `pkg.Service`, `pkg.Service.Method`, `pkg.*` (everything below), `*`. The most
 * specific one wins; of two equal ones the later, so that flags override a file.
 */
export function selectorTable<T extends { readonly selector: string }>(
  entries: readonly T[],
): SelectorTable<T> {
  const bySelector = new Map(entries.map((entry) => [entry.selector, entry]));
  const fitting = (method: DescMethod): T[] =>
    [...selectorsOf(method)].flatMap((selector) => bySelector.get(selector) ?? []);
  return {
    find: (method) => fitting(method)[0],
    layers: (method) => fitting(method).reverse(),
  };
}

/** Whether the selector fits any method of the service, or the service itself. */
export function selects(selector: string, service: DescService): boolean {
  if (selector === '*' || selector === service.typeName) {
    return true;
  }
  return selector.endsWith('.*')
    ? `${service.typeName}.`.startsWith(selector.slice(0, -1))
    : service.methods.some((method) => selector === `${service.typeName}.${method.name}`);
}

/** a.b.S.M → a.b.S.M, a.b.S, a.b.S.*, a.b.*, a.*, *: every selector that fits, most specific first. */
function* selectorsOf(method: DescMethod): Generator<string> {
  const service = method.parent.typeName;
  yield `${service}.${method.name}`;
  yield service;
  for (let name = service; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    yield `${name}.*`;
  }
  yield '*';
}
