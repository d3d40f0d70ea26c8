import type { HttpRule } from '../descriptor/index.js';
import type { Location } from '../diagnostic/index.js';

/** A rule from a rules file. */
export interface OverlayRule {
  readonly rule: HttpRule;
  /** Where its selector stands. */
  readonly location: Location;
  /** Where each of its additional bindings begins, in their order. */
  readonly additionalLocations: readonly Location[];
}

/** HttpRules from outside the .proto files, by full method name; each replaces the annotation of its method. */
export interface RulesOverlay {
  readonly bySelector: ReadonlyMap<string, OverlayRule>;
}

/** No rules: every method keeps its annotation. */
export const noRules: RulesOverlay = Object.freeze({ bySelector: new Map<string, OverlayRule>() });

/** All rules of several files; a later file's rule replaces an earlier one's for the same selector. */
export function mergeRules(overlays: readonly RulesOverlay[]): RulesOverlay {
  return { bySelector: new Map(overlays.flatMap((overlay) => [...overlay.bySelector])) };
}
