export { type Binding, type BoundVariable, bindingSteps, describeBinding } from './binding.js';
export type { Overlap, Overlaps } from './conflict.js';
export { examplePaths, freeWord } from './example-paths.js';
export { fillTemplate } from './fill.js';
export { mergeRules, noRules, type OverlayRule, type RulesOverlay } from './overlay.js';
export type { PathTemplate, Segment, TemplateVariable } from './path-template.js';
export {
  buildRouter,
  type Match,
  type NoMatch,
  type Router,
  type RouterEntry,
  type RouterOptions,
  routerSteps,
} from './router.js';
export { readRulesFile } from './rules-file.js';
